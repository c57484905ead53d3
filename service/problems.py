"""Errors as RFC 9457 problem details, which never hold a piece of the input.

Every error that leaves the service is made here.
"""

import logging
import uuid
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
QUERY = "query"
TITLES = {
    400: "The request could not be read",
    401: "A key is needed",
    403: "This key is not allowed",
    404: "There is no such resource",
    405: "This method is not allowed here",
    408: "The request took too long to arrive",
    413: "The request is too large",
    415: "The body is in a form that is not read here",
    422: "The request does not fit the schema",
    429: "Too many requests",
    500: "The service failed",
    503: "The service cannot answer now",
}


MALFORMED = "The body could not be read as JSON. Send UTF-8 encoded JSON."
WRONG_FIELDS = "One or more fields are missing, unknown or wrong; see errors."
FAILED = "An error that is no fault of the request; it was logged."
DETAILS = {404: "No such path; see /v1/openapi.json.", 405: "Use another method; see the Allow header."}
# Here pydantic's own words speak of Python.
NO_OBJECT = frozenset({"model_type", "model_attributes_type"})
# Enough for a person to mend by; a hostile body could make a million.
MOST_ERRORS = 1000


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


def body_of(problem: Problem, request_id: str) -> dict[str, Any]:
    """Lay out a problem as RFC 9457 has it."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(problem.status, "The request failed"),
        "status": problem.status,
        "detail": problem.detail,
        "request_id": request_id,
    }
    if problem.errors:
        body["errors"] = problem.errors
    return body


def response(problem: Problem, request_id: str) -> JSONResponse:
    """Make a problem's HTTP answer."""
    return JSONResponse(body_of(problem, request_id), problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


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
    return Problem(500, FAILED)


def from_errors(found: Sequence[Mapping[str, Any]]) -> Problem:
    """Turn all of pydantic's errors at once into one problem, without the input that it would echo."""
    if any(e["type"] == "json_invalid" for e in found):
        return Problem(400, MALFORMED)
    errors: dict[tuple[str, str], dict[str, str]] = {}
    for e in found:
        place = pointer(_place(e))
        errors.setdefault((place, e["type"]), {"pointer": place, "code": str(e["type"]), "detail": _detail(e)})
        if len(errors) == MOST_ERRORS:
            break
    return Problem(422, WRONG_FIELDS, list(errors.values()))


def pointer(location: Sequence[Any]) -> str:
    """Give a JSON pointer (RFC 6901) into the body; what is wrong with the query points at no part of it."""
    parts = [] if location and location[0] == QUERY else [str(part) for part in location if part != "body"]
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _place(error: Mapping[str, Any]) -> Sequence[Any]:
    """Give where an error is; an unknown field's name is the caller's own, so its object is named instead."""
    location: Sequence[Any] = error["loc"]
    return location[:-1] if error["type"] == "extra_forbidden" else location


def _detail(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "This object has a field that the schema does not know."
    if error["loc"] and error["loc"][0] == QUERY:
        return f"In the query, {error['loc'][-1]}: {error['msg']}"
    if error["type"] in NO_OBJECT:
        return "Input should be a JSON object."
    return str(error["msg"])


def install(app: FastAPI) -> None:
    """Make an app answer all its errors as problem details."""

    @app.exception_handler(Problem)
    async def on_problem(request: Request, error: Problem) -> JSONResponse:
        return response(error, request_id_of(request.scope))

    @app.exception_handler(RequestValidationError)
    async def on_validation(request: Request, error: RequestValidationError) -> JSONResponse:
        return response(from_errors(error.errors()), request_id_of(request.scope))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> JSONResponse:
        status = error.status_code if error.status_code in TITLES else 400
        headers = dict(error.headers or {})
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            # Where GET is answered, HEAD is, too; some routes say so themselves, others name only their own method.
            allowed = headers.get("Allow", "GET").split(", ")
            headers["Allow"] = ", ".join(sorted({*allowed, "HEAD"} if "GET" in allowed else allowed))
        problem = Problem(status, MALFORMED if status == HTTPStatus.BAD_REQUEST else _words(status), headers=headers)
        return response(problem, request_id_of(request.scope))


def _words(status: int) -> str:
    return DETAILS.get(status, TITLES[status] + ".")
