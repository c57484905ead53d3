"""The operations of the HTTP interface."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from service.answers import Answers, Chunk, Item, Wish, cut, to_json
from service.catalogue import LabelsOut, labels_body, model_body, model_reference, model_schema
from service.key_guard import METRICS
from service.metrics import CONTENT_TYPE, Metrics
from service.names import Lang, choose
from service.openapi import problems_of
from service.problems import Problem
from service.schemas import AnalyzeRequest, BatchRequest, Schemas
from service.settings import Settings
from service.work import Work
from service.workers import Workers

ANALYZE, BATCH, LABELS, READY = "/v1/analyze", "/v1/analyze/batch", "/v1/labels", "/health/ready"
KEYED = (401, 403, 429)
"""How a caller is refused where keys are asked for."""
NOT_READY = "The model is still being loaded. Try again shortly."
LEAVING = "This process is about to end. Ask another one."


def language_of(
    request: Request, lang: Annotated[Lang | None, Query(description="Language of the labels' names.")] = None
) -> Lang:
    """Choose the language of an answer."""
    return choose(lang, request.headers.get("accept-language", ""))


InLanguage = Annotated[Lang, Depends(language_of)]


def analysis(workers: Workers, work: Work, metrics: Metrics, settings: Settings) -> APIRouter:
    """Make the operations that tag texts."""
    router = APIRouter(tags=["analysis"])
    schemas = Schemas(workers.artefact.manifest.codebook, settings.max_text_characters, settings.max_batch_items)
    reference = to_json(model_reference(workers.artefact))
    if TYPE_CHECKING:
        one_text: TypeAlias = AnalyzeRequest
        several_texts: TypeAlias = BatchRequest
    else:  # with the limits of this service, so that they are checked with everything else and published
        one_text = schemas.analyze_request
        several_texts = schemas.batch_request

    async def tag(request: Request, chunks: Sequence[Chunk]) -> list[Answers]:
        require_ready(workers)
        items = [item for chunk in chunks for item in chunk.items]
        request.state.items, request.state.characters = len(items), sum(len(item.text) for item in items)
        answers = await work.answer(chunks, request.is_disconnected)
        metrics.texts(sum((part.outcomes for part in answers), Counter()))
        return answers

    @router.post(
        ANALYZE,
        response_model=schemas.answer,
        response_description="The sentences with their tags, and what the text says as a whole.",
        responses=problems_of(*KEYED, 400, 408, 413, 415, 422, 503),
    )
    async def analyze(request: Request, body: one_text, lang: InLanguage) -> Response:
        """Tag one text."""
        item = Item("", body.text, body.language)
        wish = Wish(body.offsets, body.operating_point, lang)
        (answers,) = await tag(request, [Chunk((item,), wish, with_ids=False)])
        return _json(answers.bodies[0][:-1] + b',"model":' + reference + b"}", lang)

    @router.post(
        BATCH,
        response_model=schemas.batch,
        response_description="One answer per item, in order; an item that fails does not fail the others.",
        responses=problems_of(*KEYED, 400, 408, 413, 415, 422, 503),
    )
    async def analyze_batch(request: Request, body: several_texts, lang: InLanguage) -> Response:
        """Tag several texts; answers in the same order, ids echoed."""
        texts = [Item(item.id, item.text, item.language) for item in body.items]
        answers = await tag(request, list(cut(texts, Wish(body.offsets, body.operating_point, lang))))
        items = b",".join(item for part in answers for item in part.bodies)
        return _json(b'{"items":[' + items + b'],"model":' + reference + b"}", lang)

    return router


def catalogue(workers: Workers, settings: Settings) -> APIRouter:
    """Make the operations that tell what the service knows."""
    router = APIRouter(tags=["catalogue"])
    codebook = workers.artefact.manifest.codebook

    @router.get(
        LABELS,
        response_model=LabelsOut,
        response_description="The codebook.",
        responses=problems_of(*KEYED, 422),
    )
    async def labels(lang: InLanguage) -> Response:
        """Give the codebook: dimensions, labels and stances."""
        return _json(to_json(labels_body(codebook, lang)), lang)

    @router.get(
        "/v1/model",
        response_model=model_schema(),
        response_description="The model, its measured quality and this service's limits.",
        responses=problems_of(*KEYED),
    )
    async def model() -> JSONResponse:
        """Give the public part of the manifest, the limits and the model card."""
        return JSONResponse(model_body(workers.artefact, workers.profile, settings))

    return router


def health(workers: Workers, metrics: Metrics, work: Work) -> APIRouter:
    """Make the operations for those who run the service."""
    router = APIRouter(tags=["operation"])

    @router.get("/health/live", response_description="It runs.", responses=problems_of())
    async def live() -> dict[str, str]:
        """Say that the process runs."""
        return {"status": "live"}

    @router.get(READY, response_description="It is ready.", responses=problems_of(503))
    async def ready(request: Request) -> dict[str, str]:
        """Say whether the artefact is verified, its self-test passed, and the process is not about to end."""
        require_ready(workers)
        if request.app.state.leaving:
            raise Problem(503, LEAVING, headers={"Retry-After": "1"})
        return {"status": "ready"}

    @router.get(
        METRICS,
        operation_id="metrics",
        summary="Metrics",
        response_class=PlainTextResponse,
        response_description="All metrics.",
        responses=problems_of(*KEYED),
    )
    async def prometheus_metrics() -> Response:
        """Give the metrics in Prometheus' text format."""
        metrics.in_work(work.requests)
        return Response(metrics.exposition(), media_type=CONTENT_TYPE)

    return router


def require_ready(workers: Workers) -> None:
    """Refuse while there is no tested model at work."""
    if not workers.ready:
        raise Problem(503, NOT_READY, headers={"Retry-After": "2"})


def _json(content: bytes, lang: Lang) -> Response:
    headers: dict[str, Any] = {"Content-Language": lang, "Vary": "Accept-Language"}
    return Response(content, media_type="application/json", headers=headers)
