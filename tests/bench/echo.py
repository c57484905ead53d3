"""The least that a FastAPI service can do with the same body: read its JSON and send it back.

Usage: ``python -m tests.bench.echo PORT``
"""

import sys
from typing import Annotated, Any

import uvicorn
from fastapi import Body, FastAPI


def create_app() -> FastAPI:
    """Make the app."""
    app = FastAPI()

    @app.post("/v1/analyze")
    async def echo(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        return body

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(), port=int(sys.argv[1]), log_level="warning", access_log=False)
