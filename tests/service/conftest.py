"""Clients, a real server, a browser and a runner of the command line, for the tests of the service."""

import io
import logging
import re
import shutil
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread

import pytest
import uvicorn
from playwright.sync_api import Page, expect, sync_playwright
from starlette.exceptions import StarletteDeprecationWarning

from models import Tagger
from models.artefact import write_artefact
from models.pipeline import EMBEDDED, load_pipeline
from models.tagger import make_tagger
from service.app import create_app
from service.cli import main
from service.settings import Settings
from tests.served import command, environment, wait_until

with warnings.catch_warnings():
    # Starlette prefers a client of another name when it is installed; with `httpx` it only warns, at import.
    warnings.simplefilter("ignore", StarletteDeprecationWarning)
    from starlette.testclient import TestClient

ROOT = Path(__file__).parents[2]
AUTONOMY = "Ik mag mijn eigen week indelen."
DISTRUST = "Niemand vertrouwt ons."
GERMAN = "Ich arbeite sehr gerne mit meinen Kollegen zusammen."
MARK = "Zwartekraai7319"
"""Sent wherever a caller can write something; may come back nowhere but in an id."""
JSON = {"Content-Type": "application/json"}
SMALL = Settings(max_body_bytes=2000, max_text_characters=100, max_batch_items=3)
# Those of the test's own client, which logs the address that it calls.
CLIENT_LOGGERS = ("httpx", "httpcore")


@pytest.fixture(scope="session")
def client(tagger) -> Iterator[TestClient]:
    """A client of the service with its default settings, started."""
    with TestClient(create_app(tagger, Settings())) as started:
        yield started


@pytest.fixture(scope="session")
def small_client(tagger) -> Iterator[TestClient]:
    """A client of a service with small limits; an error of the service is an answer here, as over the wire."""
    with TestClient(create_app(tagger, SMALL), raise_server_exceptions=False) as started:
        yield started


class Raising(Tagger):
    """A tagger with a fault that quotes the text."""

    def tag(self, texts, languages=None, operating_point="balanced"):
        raise RuntimeError(f"cannot tag {texts[0]}")


@pytest.fixture(scope="session")
def raising(tagger) -> Raising:
    return Raising(tagger.artefact, tagger.pipeline, tagger.scorer, tagger.profile)


@contextmanager
def serving(app, **options) -> Iterator[str]:
    """Serve an app over real HTTP on a free port, with options of uvicorn; gives its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, **options))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            wait_until(lambda: server.started or not thread.is_alive(), seconds=60)
            assert server.started, "the server did not start"
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive(), "the server did not stop"


def logged(caplog) -> str:
    """Give all that the service and its libraries logged, tracebacks included."""
    formatter = logging.Formatter("%(name)s %(message)s")
    return "\n".join(formatter.format(r) for r in caplog.records if not r.name.startswith(CLIENT_LOGGERS))


def weerklank(*arguments: str, stdin: bytes = b"", **settings: str) -> subprocess.CompletedProcess[bytes]:
    """Run the installed command line to its end."""
    return subprocess.run(
        command(*arguments), input=stdin, capture_output=True, env=environment(**settings), timeout=300, check=False
    )


@pytest.fixture(scope="session")
def quick(tagger, small_vectors, tmp_path_factory) -> str:
    """An artefact with few words and no encoder, which loads fast, for runs whose tags do not matter."""
    folder = tmp_path_factory.mktemp("artefact")
    manifest = tagger.artefact.manifest
    alone = manifest.model_copy(update={"profiles": {"fast": manifest.profiles["fast"]}})
    artefact = replace(tagger.artefact.with_manifest(alone), encoder=None, blend=None, vectors=small_vectors)
    small = make_tagger(artefact, load_pipeline(EMBEDDED, small_vectors), "fast")
    tests = []
    for test in alone.self_test:  # fewer words known give other probabilities
        (sentences,) = small.pipeline.read([test.text])
        highest = small.probabilities(sentences).max(axis=0)
        expected = {label: float(value) for label, value in zip(small.codebook.label_ids, highest, strict=True)}
        tests.append(test.model_copy(update={"probabilities": {"fast": expected}}))
    write_artefact(folder, artefact.with_manifest(alone.model_copy(update={"self_test": tuple(tests)})), {})
    return str(folder)


@pytest.fixture
def run_here(monkeypatch):
    """Run `weerklank` in this process, with streams as Python opens them in the locale C.UTF-8."""

    def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        for name in ("stdin", "stdout", "stderr"):
            content = io.BytesIO(stdin if name == "stdin" else b"")
            monkeypatch.setattr(sys, name, io.TextIOWrapper(content, "utf-8", "surrogateescape"))
        monkeypatch.setattr(sys, "argv", ["weerklank", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        sys.stdout.seek(0)
        sys.stderr.seek(0)
        return end.value.code or 0, sys.stdout.read(), sys.stderr.read()

    return run


@dataclass
class Visit:
    """An open page, and what it did besides showing itself."""

    page: Page
    console: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def analyse(self, text: str) -> None:
        self.page.get_by_label("Je tekst").fill(text)
        self.page.get_by_role("button", name="Analyseer").click()
        expect(self.page.locator("#status")).to_have_text(re.compile("^Klaar"))

    def screenshot(self, name: str) -> None:
        self.page.screenshot(path=ROOT / "build" / "screenshots" / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def browser():
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("There is no `chromium` on this machine; the page is tested in it. apt-get install -y chromium")
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        yield playwright.chromium.launch(executable_path=path, args=arguments)


@pytest.fixture
def open_page(browser):
    """Open pages of a given address; closed at the end."""
    contexts = []

    def open_one(address: str, **options) -> Visit:
        context = browser.new_context(locale="nl-NL", reduced_motion="reduce", **options)
        contexts.append(context)
        visit = Visit(context.new_page())
        visit.page.set_default_timeout(20_000)
        visit.page.on("console", lambda message: visit.console.append(f"{message.type}: {message.text}"))
        visit.page.on("pageerror", lambda error: visit.console.append(f"error: {error}"))
        visit.page.on("dialog", lambda dialog: (visit.console.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        context.on("request", lambda request: visit.addresses.append(request.url))
        visit.page.goto(address)
        expect(visit.page.locator("#codebook")).to_be_visible()  # shown once codebook and model are known
        return visit

    yield open_one
    for context in contexts:
        context.close()
