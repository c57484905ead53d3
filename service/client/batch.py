"""Split a batch to the service's limits and put the answers back in order, without any input or output.

The whole of it is one generator: it yields the body of each request, is sent the answer or the error, and returns the
analyses, one per item and in the items' order. `Client` and `AsyncClient` drive the same one.
"""

import json
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from service.client.answers import Analysis, Batch, Item, Limits
from service.client.errors import BadAnswer, ClientError, InvalidRequest, KeyRefused, TooLarge
from service.client.tries import can_be_repeated

Rounds = Generator[bytes, Batch | ClientError, list[Analysis]]

# Answers that one item of many can be the cause of, so that the others are asked for without it.
_SEPARABLE = {413, 422}


def encode(value: Any) -> bytes:
    """Write a value as JSON in as few bytes as it takes.

    A lone surrogate has no UTF-8; such a value is written with escapes, which the service refuses in words.
    """
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def items_of(texts: Iterable[str | Item]) -> list[Item]:
    """Give each plain text its place, counted from 0, as id."""
    return [Item(id=str(i), text=text) if isinstance(text, str) else text for i, text in enumerate(texts)]


def rounds(items: Sequence[Item], limits: Limits, options: Mapping[str, Any]) -> Rounds:
    """Go through a batch request by request.

    Parameters
    ----------
    items : sequence of Item
    limits : Limits
        Those of the service.
    options : mapping
        The fields of the request beside its items.
    """
    head, tail = encode({"items": [], **options}).split(b"[]", 1)
    room = limits.max_body_bytes - len(head) - len(tail) - len(b"[]")
    encoded = [encode({name: value for name, value in asdict(item).items() if value is not None}) for item in items]
    done: dict[int, Analysis] = {}
    sendable = []
    for i, item in enumerate(items):
        reason = _too_large(item, encoded[i], limits, room)
        if reason is None:
            sendable.append(i)
        else:
            done[i] = _failed(item, TooLarge(reason))
    parts = _split([(i, len(encoded[i])) for i in sendable], limits.max_batch_items, room)[::-1]
    while parts:
        part = parts.pop()
        answer = yield head + b"[" + b",".join(encoded[i] for i in part) + b"]" + tail
        if isinstance(answer, Batch) and not _lines_up(answer, [items[i].id for i in part]):
            answer = BadAnswer("The answer's items are not those of the request.")
        if isinstance(answer, Batch):
            for i, analysis in zip(part, answer.items, strict=True):
                done[i] = analysis.model_copy(update={"model": answer.model})
        elif len(part) > 1 and _may_be_one_item(answer):
            half = len(part) // 2
            parts += [part[half:], part[:half]]
        else:
            # When the service is away or lets the key in no longer, the rest would wait for as long and fail, too.
            lost = [part, *parts] if isinstance(answer, KeyRefused) or can_be_repeated(answer) else [part]
            parts = parts if len(lost) == 1 else []
            done.update({i: _failed(items[i], answer) for places in lost for i in places})
    return [done[i] for i in range(len(items))]


def _too_large(item: Item, encoded: bytes, limits: Limits, room: int) -> str | None:
    if len(item.text) > limits.max_text_characters:
        return f"A text may hold {limits.max_text_characters} characters. Split it at a paragraph."
    if len(encoded) > room:
        return f"A request may hold {limits.max_body_bytes} bytes. Split the text at a paragraph."
    return None


def _split(sizes: Sequence[tuple[int, int]], max_items: int, room: int) -> list[list[int]]:
    """Fill requests one after another; `sizes` are places with their bytes."""
    parts: list[list[int]] = []
    left = 0
    for place, size in sizes:
        if not parts or len(parts[-1]) == max_items or size + len(b",") > left:
            parts.append([place])
            left = room - size
        else:
            parts[-1].append(place)
            left -= size + len(b",")
    return parts


def _lines_up(answer: Batch, ids: Sequence[str]) -> bool:
    # A lone surrogate in an id comes back replaced, so only ids that have UTF-8 are compared.
    return len(answer.items) == len(ids) and all(
        analysis.id == sent or not _has_utf8(sent) for analysis, sent in zip(answer.items, ids, strict=True)
    )


def _has_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _may_be_one_item(error: ClientError) -> bool:
    if not isinstance(error, InvalidRequest) or error.status not in _SEPARABLE:
        return False
    pointers = [found.pointer for found in error.problem.errors]
    return not pointers or any(pointer.startswith("/items") for pointer in pointers)


def _failed(item: Item, error: ClientError) -> Analysis:
    # Not validated: the id is the caller's own, and may be no Unicode text.
    return Analysis(status="failed", error=error).model_copy(update={"id": item.id})
