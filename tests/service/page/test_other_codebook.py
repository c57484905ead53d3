"""service/page: what it offers and shows for a codebook other than the one that ships."""

import pytest
from playwright.sync_api import expect

from models import load_codebook
from service.app import create_app
from service.settings import Settings
from tests.service.conftest import serving


@pytest.fixture(scope="module")
def complaints_address(fast):
    with serving(create_app(fast, Settings())) as url:
        yield url


def test_the_page_follows_the_codebook_and_takes_its_examples_from_the_labels(open_page, complaints_address):
    visit = open_page(complaints_address)
    page = visit.page
    expect(page.locator("#lead")).to_contain_text("klachten")
    expect(page.locator("#examples button")).to_have_text(["Klachten", "Geen Nederlands"])
    page.get_by_role("button", name="Klachten").click()
    expect(page.get_by_label("Je tekst")).to_have_value("Het pakket kwam vier dagen te laat.")
    page.get_by_role("button", name="Analyseer").click()
    expect(page.locator("#sentences > li")).to_have_count(1)
    expect(page.locator("#climate")).to_be_hidden()
    words = page.locator("body").inner_text().casefold()
    assert [label.name for label in load_codebook().labels if label.name in words] == []
    visit.screenshot("other-codebook")
    assert visit.console == []


def test_the_interface_is_described_by_the_title_of_the_codebook(fast, tagger):
    for one in (fast, tagger):
        assert create_app(one, Settings()).openapi()["info"]["summary"] == f"{one.codebook.title}."
