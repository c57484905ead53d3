"""Errors as RFC 9457 problem details, which never hold a piece of the input.

Every error that leaves the service is made here.
"""

import logging
import uuid
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The request is not valid JSON",
    404: "There is no such resource",
    405: "This method is not allowed here",
    413: "The request is too large",
    415: "The request is not application/json",
    422: "The request does not fit the schema",
    500: "The service failed",
    503: "The service is not ready",
}


class Problem(Exception):
    """An error that is answered as problem details."""

    def __init__(
        self, status: int, detail: str, errors: Sequence[dict[str, str]] = (), headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = list(errors)
        self.headers = headers or {}


def response(problem: Problem, request_id: str) -> JSONResponse:
    """Lay out a problem as its HTTP answer."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(problem.status, "The request failed"),
        "status": problem.status,
        "detail": problem.detail,
        "request_id": request_id,
    }
    if problem.errors:
        body["errors"] = problem.errors
    return JSONResponse(body, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def request_id_of(scope: Scope) -> str:
    """Give the request's id, made when first asked for."""
    state: dict[str, str] = scope.setdefault("state", {})
    return state.setdefault("request_id", uuid.uuid4().hex)


async def send(problem: Problem, scope: Scope, receive: Receive, send_message: Send) -> None:
    """Answer with a problem from plain ASGI code."""
    await response(problem, request_id_of(scope))(scope, receive, send_message)


def from_failure(error: Exception, scope: Scope) -> Problem:
    """Log a failure and turn it into a problem; only its type is told, for its message may quote a text."""
    logger.error("request %s failed: %s", request_id_of(scope), type(error).__name__)
    return Problem(500, "An error that is no fault of the request; it was logged.")


def from_validation(error: RequestValidationError) -> Problem:
    """Turn all validation errors at once into one problem, without the input that pydantic would echo."""
    found = error.errors()
    if any(e["type"] == "json_invalid" for e in found):
        return Problem(400, "The body could not be read as JSON. Send UTF-8 encoded JSON.")
    errors = [{"pointer": pointer(_place(e)), "code": str(e["type"]), "detail": _detail(e)} for e in found]
    return Problem(422, "One or more fields are missing, unknown or wrong; see errors.", errors)


def pointer(location: Sequence[Any]) -> str:
    """Give a JSON pointer (RFC 6901) into the body."""
    parts = [str(part) for part in location if part != "body"]
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _place(error: dict[str, Any]) -> Sequence[Any]:
    """Give where an error is; an unknown field's name is the caller's own, so its object is named instead."""
    location: Sequence[Any] = error["loc"]
    return location[:-1] if error["type"] == "extra_forbidden" else location


def _detail(error: dict[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "This object has a field that the schema does not know."
    return str(error["msg"])


def install(app: FastAPI) -> None:
    """Make an app answer all its errors as problem details."""

    @app.exception_handler(Problem)
    async def on_problem(request: Request, error: Problem) -> JSONResponse:
        return response(error, request_id_of(request.scope))

    @app.exception_handler(RequestValidationError)
    async def on_validation(request: Request, error: RequestValidationError) -> JSONResponse:
        return response(from_validation(error), request_id_of(request.scope))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> JSONResponse:
        details = {404: "No such path; see /v1/openapi.json.", 405: "Use another method; see the Allow header."}
        status = error.status_code if error.status_code in TITLES else 400
        problem = Problem(status, details.get(status, TITLES[status] + "."), headers=dict(error.headers or {}))
        return response(problem, request_id_of(request.scope))
