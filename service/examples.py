"""The examples of the OpenAPI document. Answers are asked of the model that runs, so that they are true of it."""

import json
from typing import Any

from limits import parse
from pydantic import TypeAdapter, ValidationError

from service import key_guard, problems
from service.answers import Chunk, Item, Wish, cut, to_json
from service.catalogue import labels_body, model_body, model_reference
from service.guard import CROWDED, WRONG_TYPE, encoded, too_large, too_slow
from service.metrics import Metrics
from service.names import DEFAULT_LANG, Lang
from service.openapi import Examples, Problems
from service.problems import QUERY, Problem, from_errors
from service.routes import ANALYZE, BATCH, LABELS, LEAVING, NOT_READY, READY
from service.schemas import AnalyzeRequest, BatchRequest
from service.settings import Settings
from service.work import FULL
from service.workers import LOST, Workers

TEXTS: dict[str, dict[str, Any]] = {
    "one_sentence": {"text": "Ik mag mijn eigen week indelen."},
    "for_browsers": {
        "text": "😀 Niemand vertrouwt ons. Ik zou graag meer waardering krijgen.",
        "language": "nl",
        "offsets": "utf16",
        "operating_point": "balanced",
    },
    "abstained": {"text": "Ich arbeite sehr gerne mit meinen Kollegen zusammen."},
}
BATCHES: dict[str, dict[str, Any]] = {
    "two_comments": {
        "items": [
            {"id": "row-1", "text": "Elke stap moet eerst langs mijn teamleider."},
            {"id": "row-2", "text": "ok"},
        ]
    }
}
WRONG_REQUEST: dict[str, Any] = {"language": "de", "offsets": "bytes"}
WRONG_BATCH: dict[str, Any] = {"items": [{"id": 1, "text": None}], "offsets": "bytes"}
WRONG_LANG = "de"
"""What the examples of 422 answer."""


def problem_examples(settings: Settings) -> Problems:
    """Give the problems of each status, as this service words them."""
    not_ready = {"not_ready": Problem(503, NOT_READY)}
    quota = parse(settings.rate_limit)
    too_often = key_guard.too_often(quota.amount, quota.get_expiry())
    return {
        400: {"no_json": Problem(400, problems.MALFORMED)},
        401: {"no_key": Problem(401, key_guard.NO_KEY), "wrong_key": Problem(401, key_guard.WRONG_KEY)},
        403: {"revoked": Problem(403, key_guard.REVOKED)},
        408: {"too_slow": too_slow(settings.body_seconds)},
        413: {"too_large": too_large(settings.max_body_bytes)},
        415: {"wrong_type": Problem(415, WRONG_TYPE), "compressed": encoded()},
        422: {"wrong_fields": _wrong(AnalyzeRequest, WRONG_REQUEST)},
        (BATCH, 422): {"wrong_fields": _wrong(BatchRequest, WRONG_BATCH)},
        (LABELS, 422): {"wrong_language": _wrong(Lang, WRONG_LANG, (QUERY, "lang"))},
        429: {"too_often": Problem(429, too_often)},
        500: {"failed": Problem(500, problems.FAILED)},
        503: {
            **not_ready,
            "queue_full": Problem(503, FULL),
            "crowded": Problem(503, CROWDED),
            "worker_lost": Problem(503, LOST),
        },
        (READY, 503): {**not_ready, "leaving": Problem(503, LEAVING)},
    }


async def answer_examples(workers: Workers, settings: Settings, metrics: Metrics) -> Examples:
    """Give true examples of requests and answers per operation."""
    reference = model_reference(workers.artefact)
    one: dict[str, Any] = {}
    for name, sent in TEXTS.items():
        asked = AnalyzeRequest.model_validate(sent)
        item = Item("", asked.text, asked.language)
        wish = Wish(asked.offsets, asked.operating_point, DEFAULT_LANG)
        (content,) = (await workers.answer(Chunk((item,), wish, with_ids=False))).bodies
        one[name] = {**json.loads(content), "model": reference}
    several: dict[str, Any] = {}
    for name, sent in BATCHES.items():
        batch = BatchRequest.model_validate(sent)
        wish = Wish(batch.offsets, batch.operating_point, DEFAULT_LANG)
        texts = [Item(item.id, item.text, item.language) for item in batch.items]
        bodies = [json.loads(body) for chunk in cut(texts, wish) for body in (await workers.answer(chunk)).bodies]
        several[name] = {"items": bodies, "model": reference}
    codebook = json.loads(to_json(labels_body(workers.artefact.manifest.codebook)))
    model = json.loads(to_json(model_body(workers.artefact, workers.profile, settings)))
    return {
        (ANALYZE, "request"): TEXTS,
        (ANALYZE, "200"): one,
        (BATCH, "request"): BATCHES,
        (BATCH, "200"): several,
        (LABELS, "200"): {"codebook": codebook},
        ("/v1/model", "200"): {"model": model},
        ("/health/live", "200"): {"live": {"status": "live"}},
        (READY, "200"): {"ready": {"status": "ready"}},
        ("/metrics", "200"): {"metrics": metrics.exposition().decode()},
    }


def _wrong(kind: Any, value: Any, place: tuple[str, ...] = ()) -> Problem:
    """Give the problem of a wrong value, which stands at this place of a request."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        return from_errors([{**e, "loc": (*place, *e["loc"])} for e in error.errors()])
    raise RuntimeError("the wrong example is right")
