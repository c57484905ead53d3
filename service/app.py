"""The HTTP service: texts in, tags out, and the page to try it on.

Usage::

    app = create_app()            # the artefact of the settings; tags in processes of its own
    app = create_app(tagger)      # with a tagger at hand, as tests do; tags in a thread
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware

from models.tagger import Tagger
from service import openapi, problems, routes
from service.envelope import API_VERSION, CLIENT_GONE, Envelope
from service.examples import answer_examples, problem_examples
from service.guard import Guard
from service.key_guard import METRICS, KeyGuard
from service.keys import OFF, KeyStore, open_store
from service.metrics import Metrics
from service.settings import Settings, load_settings
from service.work import ClientGone, Work
from service.workers import ProcessWorkers, ThreadWorker, Workers

PAGE = Path(__file__).with_name("page")
DOCUMENT = "/v1/openapi.json"


def create_app(tagger: Tagger | None = None, settings: Settings | None = None) -> FastAPI:
    """Make the app.

    Parameters
    ----------
    tagger : Tagger, optional
        Without it, the artefact named in the settings is verified and opened here, and tested at start.
    settings : Settings, optional
        Without it, they are read from the environment.
    """
    settings = settings or load_settings()
    workers: Workers = ProcessWorkers(settings) if tagger is None else ThreadWorker(tagger)
    metrics = Metrics(workers.artefact, workers.profile)
    work = Work(workers, settings.max_waiting)
    store = open_store(settings.keys, settings.keys_file)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if not workers.ready:  # `weerklank serve` has started them
            await workers.start()
        yield
        await workers.stop()

    app = FastAPI(
        title="Weerklank",
        version=API_VERSION,  # of the interface; the model's own is in each answer
        summary=f"{workers.artefact.manifest.codebook.title}.",
        openapi_url=None,  # it is answered below, with examples
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,  # generated clients name their functions by it
        lifespan=lifespan,
        middleware=_layers(metrics, store, settings),
    )
    app.state.leaving = False
    app.state.workers = workers
    app.state.examples = {}
    problems.install(app)
    app.include_router(routes.analysis(workers, work, metrics, settings))
    app.include_router(routes.catalogue(workers, settings))
    app.include_router(routes.health(workers, metrics, work))

    def asks_for_key(path: str) -> bool:
        return store is not None and not (settings.metrics_open and path == METRICS)

    openapi.install(app, problem_examples(settings), asks_for_key)
    app.state.routes = frozenset({*app.openapi()["paths"], DOCUMENT, "/"})
    app.mount("/page", StaticFiles(directory=PAGE), name="page")

    @app.get(DOCUMENT, include_in_schema=False)
    async def document() -> JSONResponse:
        if workers.ready and not app.state.examples:
            app.state.examples = await answer_examples(workers, settings, metrics)
            app.openapi_schema = None
        return JSONResponse(app.openapi())

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(PAGE / "index.html")

    @app.exception_handler(ClientGone)
    async def on_gone(request: Request, error: ClientGone) -> Response:
        return Response(status_code=CLIENT_GONE)  # for log and metrics; nobody is there to read it

    return app


def _layers(metrics: Metrics, store: KeyStore | None, settings: Settings) -> list[Middleware]:
    """List what a request passes, from the outside in; a stranger's body is not read."""
    return [
        Middleware(Envelope, metrics=metrics),
        Middleware(
            KeyGuard,
            store=store,
            rate_limit=settings.rate_limit,
            metrics_open=settings.metrics_open,
            switched_off=settings.keys == OFF,
        ),
        Middleware(
            Guard,
            paths=(routes.ANALYZE, routes.BATCH),
            max_body_bytes=settings.max_body_bytes,
            body_seconds=settings.body_seconds,
        ),
    ]
