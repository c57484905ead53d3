"""What both clients do before a request is sent and after it is answered."""

from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from service.client.batch import encode
from service.client.errors import BadAnswer, ClientError, refusal

Answer = TypeVar("Answer", bound=BaseModel)


def checked(address: str) -> str:
    """Refuse an address that no request can be sent to."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError("Give the service's address with http:// or https:// and a host.")
    return address


def headers_of(api_key: str | None, lang: str | None) -> dict[str, str]:
    """Give the headers of every request."""
    headers = {"Content-Type": "application/json", "Accept": "application/json, application/problem+json"}
    if api_key is not None:
        # Checked here, because the library below would quote a wrong one in its error.
        if not api_key or not all("!" <= character <= "~" for character in api_key):
            raise ValueError("An API key has visible ASCII characters only. Does it end in a space or a line break?")
        headers["Authorization"] = f"Bearer {api_key}"
    if lang is not None:
        headers["Accept-Language"] = lang
    return headers


def analysis_body(text: str, language: str | None, offsets: str, operating_point: str) -> bytes:
    """Write the body of a request with one text."""
    body: dict[str, Any] = {"text": text, "offsets": offsets, "operating_point": operating_point}
    return encode(body if language is None else {**body, "language": language})


def read(answer: httpx.Response | ClientError, kind: type[Answer]) -> Answer:
    """Read an answer, or raise the error, outside of all handlers: an error's context would hold the request."""
    if isinstance(answer, ClientError):
        raise answer
    if not answer.is_success:
        raise refusal(answer)
    found: Answer | None
    try:
        found = kind.model_validate_json(answer.content)
    except ValidationError:
        found = None
    if found is None:
        raise BadAnswer("The answer is none of Weerklank's. Check the address, and that client and service are alike.")
    return found
