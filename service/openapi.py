"""The published OpenAPI 3.1 document: what FastAPI derives from the code, problems as they are sent, true examples."""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.names import Lang
from service.problems import MEDIA_TYPE, TITLES, Problem, body_of
from service.schemas import ProblemOut

DESCRIPTION = """Tags Dutch texts, sentence by sentence, with the labels of a codebook, which `GET /v1/labels` gives.

Ids of labels, dimensions and stances are stable; their names follow `lang` or `Accept-Language`. Errors are problem
details (RFC 9457) and never hold a piece of the request. `HEAD` is answered wherever `GET` is; a path or method that is
not described here gets 404 or 405, also as a problem. Nothing that is sent is stored or logged."""
EXAMPLE_REQUEST_ID = "8f14e45fceea467a9b2c1d3e4f506172"
HEADERS: dict[str, dict[str, Any]] = {
    "API-Version": {"description": "Version of this interface.", "schema": {"type": "string"}},
    "X-Request-ID": {
        "description": "The request's id: the caller's own when it sent a short plain one, else a new one.",
        "schema": {"type": "string"},
    },
    "traceparent": {
        "description": "W3C Trace Context: the caller's trace, or a new one.",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
    "Content-Language": {
        "description": "Language of the names: what `lang` says, else what Accept-Language prefers.",
        "schema": {"type": "string", "enum": list(get_args(Lang))},
    },
    "WWW-Authenticate": {"description": "How to send a key (RFC 9110).", "schema": {"type": "string"}},
    "RateLimit": {
        "description": "Calls that this key has left (r) and seconds until they are counted anew (t).",
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": "Calls that this key may make (q) in a number of seconds (w).",
        "schema": {"type": "string"},
    },
}
EVERYWHERE = ("API-Version", "X-Request-ID", "traceparent")
WAIT = ("429", "503")
# Refused before the call is counted.
NOT_COUNTED = ("401", "403")
SERVERS = [{"url": "/", "description": "Where this document is served."}]
TAGS = [
    {"name": "analysis", "description": "Tag texts."},
    {"name": "catalogue", "description": "What the service knows: labels and model."},
    {"name": "operation", "description": "For those who run the service."},
]
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer wk_..."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
ONE_KEY: list[dict[str, list[str]]] = [{"bearer": []}, {"header": []}]
# What an answer to an analysis leads to.
LINKS = {
    "labels": ("/v1/labels", "Defines the labels, dimensions and stances of the tags."),
    "model": ("/v1/model", "Describes the model that answered."),
}

Examples = Mapping[tuple[str, str], Mapping[str, Any]]
"""Per path and ``request`` or status: examples by name."""


Problems = Mapping[int | tuple[str, int], Mapping[str, Problem]]
"""Per status, or per path and status where a path has problems of its own: examples by name."""


def problems_of(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems that an operation answers with; 500 is always among them."""
    return {status: {"model": ProblemOut, "description": TITLES[status]} for status in (*statuses, 500)}


def install(app: FastAPI, problems: Problems, asks_for_key: Callable[[str], bool]) -> None:
    """Make an app publish its document; ``app.state.examples`` is read when it is first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, problems, app.state.examples, asks_for_key)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(
    app: FastAPI, problems: Problems, examples: Examples, asks_for_key: Callable[[str], bool]
) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version=app.openapi_version,
        summary=app.summary,
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        routes=app.routes,
        tags=TAGS,
        servers=SERVERS,
    )
    document["components"] |= {"headers": HEADERS, "securitySchemes": SECURITY}
    links = {
        name: {"operationId": document["paths"][path]["get"]["operationId"], "description": description}
        for name, (path, description) in LINKS.items()
    }
    for path, methods in document["paths"].items():
        for operation in methods.values():
            operation["security"] = ONE_KEY if "401" in operation["responses"] and asks_for_key(path) else []
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            _add(body, examples.get((path, "request")))
            for status, response in operation["responses"].items():
                names = _header_names(operation, status)
                response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
                if status == "200":
                    if "requestBody" in operation:
                        response["links"] = links
                    for content in response["content"].values():
                        _add(content, examples.get((path, status)))
                else:
                    (content,) = response["content"].values()
                    response["content"] = {MEDIA_TYPE: content}
                    shown = problems.get((path, int(status))) or problems[int(status)]
                    _add(content, {name: _shown(problem) for name, problem in shown.items()})
    return document


def _header_names(operation: Mapping[str, Any], status: str) -> list[str]:
    """List the headers that an answer of this status can have."""
    names = list(EVERYWHERE)
    if status in WAIT:
        names.append("Retry-After")
    if status == "200" and any(parameter["name"] == "lang" for parameter in operation.get("parameters", ())):
        names.append("Content-Language")
    if status == "401":
        names.append("WWW-Authenticate")
    if operation["security"] and status not in NOT_COUNTED:
        names += ["RateLimit", "RateLimit-Policy"]
    return names


def _add(content: dict[str, Any], examples: Mapping[str, Any] | None) -> None:
    if examples:
        content["examples"] = {name: {"value": value} for name, value in examples.items()}


def _shown(problem: Problem) -> dict[str, Any]:
    return body_of(problem, EXAMPLE_REQUEST_ID)
