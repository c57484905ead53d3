"""A page that is open, and what axe-core thinks of it. Screenshots go to build/screenshots/."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from service.app import create_app
from service.settings import Settings
from tests.service.conftest import AUTONOMY, DISTRUST, serving

TEXT = f"{AUTONOMY} {DISTRUST} Het regent vandaag."
POINT_NAMES = {"precise": "Voorzichtig", "balanced": "Gebalanceerd", "sensitive": "Ruim"}
# All that a browser can keep of a page.
STORED = """async () => [
  document.cookie, localStorage.length, sessionStorage.length, history.state, location.search,
  (await indexedDB.databases()).length, (await caches.keys()).length,
  (await navigator.serviceWorker.getRegistrations()).length,
]"""


def findings(page: Page) -> list[str]:
    """Give what axe-core holds against the page as it is shown now."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {node['html']}" for v in found for node in v["nodes"]]


@pytest.fixture(scope="module")
def address(tagger):
    with serving(create_app(tagger, Settings())) as url:
        yield url


@pytest.fixture
def visit(open_page, address):
    """The page, which at the end must have been silent and must have called nobody else."""
    visit = open_page(address)
    yield visit
    assert visit.console == []
    assert [url for url in visit.addresses if not url.startswith(f"{address}/")] == []
    assert len(visit.addresses) > 10
