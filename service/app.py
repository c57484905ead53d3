"""The HTTP service: texts in, tags out, and the page to try it on.

Usage::

    app = create_app()            # loads the artefact of the settings when the server starts
    app = create_app(tagger)      # with a tagger at hand, as tests do
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware

from models import language
from models.clean import encodable
from models.tagger import Tagger, load_tagger
from models.tagging import Tagging
from service import problems
from service.catalogue import labels_body, model_body, model_reference
from service.guard import Guard
from service.problems import Problem
from service.schemas import AnalyzeRequest, BatchRequest, Schemas, answer_body
from service.settings import Settings, load_settings

PAGE = Path(__file__).with_name("page")
PROBLEM_ANSWERS: dict[int | str, dict[str, Any]] = {
    status: {"description": problems.TITLES[status], "content": {problems.MEDIA_TYPE: {}}}
    for status in (400, 413, 415, 422, 503)
}


def create_app(tagger: Tagger | None = None, settings: Settings | None = None) -> FastAPI:
    """Make the app.

    Parameters
    ----------
    tagger : Tagger, optional
        Without it, the artefact named in the settings is loaded, verified and tested at start.
    settings : Settings, optional
        Without it, they are read from the environment.
    """
    settings = settings or load_settings()
    tagger = tagger or load_tagger(settings.model, settings.model_digest)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.gather(asyncio.to_thread(tagger.self_test), asyncio.to_thread(language.warm_up))
        app.state.ready = True
        yield
        app.state.ready = False

    app = FastAPI(
        title="Weerklank",
        version=tagger.artefact.manifest.version,
        description="Tags Dutch texts, sentence by sentence, with drives, values and trust-or-control language.",
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=[Middleware(Guard, max_body_bytes=settings.max_body_bytes)],
    )
    app.state.ready = False
    problems.install(app)
    app.include_router(_analysis(tagger, settings))
    app.include_router(_health())
    app.mount("/page", StaticFiles(directory=PAGE), name="page")

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(PAGE / "index.html")

    return app


def _analysis(tagger: Tagger, settings: Settings) -> APIRouter:
    router = APIRouter(prefix="/v1")
    schemas = Schemas(tagger.codebook)
    reference = model_reference(tagger)

    async def tag(texts: Sequence[str], languages: Sequence[str | None]) -> list[Tagging]:
        # Tagging is CPU work: in a thread, so that health and other requests are answered meanwhile.
        return await asyncio.to_thread(tagger.tag, texts, languages)

    @router.post("/analyze", response_model=schemas.answer, responses=PROBLEM_ANSWERS)
    async def analyze(request: Request, body: AnalyzeRequest) -> JSONResponse:
        """Tag one text."""
        _require_ready(request)
        _check_lengths([("/text", body.text)], settings)
        (tagging,) = await tag([body.text], [body.language])
        return JSONResponse({**answer_body(tagging, body.text, tagger.codebook, body.offsets), "model": reference})

    @router.post("/analyze/batch", response_model=schemas.batch, responses=PROBLEM_ANSWERS)
    async def analyze_batch(request: Request, body: BatchRequest) -> JSONResponse:
        """Tag several texts; answers in the same order, ids echoed."""
        _require_ready(request)
        if len(body.items) > settings.max_batch_items:
            detail = f"A batch may hold {settings.max_batch_items} items. Send several batches."
            raise Problem(422, detail, [{"pointer": "/items", "code": "too_long", "detail": detail}])
        _check_lengths([(f"/items/{i}/text", item.text) for i, item in enumerate(body.items)], settings)
        taggings = await tag([item.text for item in body.items], [item.language for item in body.items])
        items = [
            {"id": encodable(item.id), **answer_body(tagging, item.text, tagger.codebook, body.offsets)}
            for item, tagging in zip(body.items, taggings, strict=True)
        ]
        return JSONResponse({"items": items, "model": reference})

    @router.get("/labels")
    async def labels() -> dict[str, Any]:
        """Give the codebook: dimensions, labels and stances."""
        return labels_body(tagger.codebook)

    @router.get("/model")
    async def model() -> dict[str, Any]:
        """Give the public part of the manifest, the limits and the model card."""
        return model_body(tagger, settings)

    return router


def _health() -> APIRouter:
    router = APIRouter(prefix="/health")

    @router.get("/live")
    async def live() -> dict[str, str]:
        """Say that the process runs."""
        return {"status": "live"}

    @router.get("/ready", responses={503: PROBLEM_ANSWERS[503]})
    async def ready(request: Request) -> dict[str, str]:
        """Say whether the artefact is verified and its self-test passed."""
        _require_ready(request)
        return {"status": "ready"}

    return router


def _require_ready(request: Request) -> None:
    if not request.app.state.ready:
        raise Problem(503, "The model is still being loaded. Try again shortly.", headers={"Retry-After": "2"})


def _check_lengths(texts: Sequence[tuple[str, str]], settings: Settings) -> None:
    limit = settings.max_text_characters
    detail = f"A text may hold {limit} characters. Split it at a paragraph."
    too_long = [
        {"pointer": pointer, "code": "string_too_long", "detail": detail}
        for pointer, text in texts
        if len(text) > limit
    ]
    if too_long:
        raise Problem(422, "One or more texts are too long; see errors.", too_long)
