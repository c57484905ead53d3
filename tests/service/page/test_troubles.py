"""service/page: what the page says when the service asks for a key, refuses, fails or is away."""

from datetime import UTC, datetime
from threading import Event

from playwright.sync_api import expect

from models import Tagger
from models.manifest import DEFAULT_OPERATING_POINT
from service.app import create_app
from service.key_file import Key, write_keys
from service.keys import hash_of, new_key
from service.settings import Settings
from tests.service.conftest import ROOT, SMALL, serving
from tests.service.page.conftest import STORED, TEXT, findings


class Waiting(Tagger):
    """A tagger that is busy until it is told to go on."""

    go_on = Event()

    def tag(self, texts, languages=None, operating_point=DEFAULT_OPERATING_POINT):
        assert self.go_on.wait(60)
        return super().tag(texts, languages, operating_point)


def test_a_service_with_keys_is_used_with_a_key_that_only_the_page_knows(browser, tagger):
    key = new_key()
    settings = Settings(keys=f"coach={hash_of(key)}", rate_limit="5/day")
    with serving(create_app(tagger, settings)) as address:
        page = browser.new_context(locale="nl-NL", reduced_motion="reduce").new_page()
        page.goto(address)
        field = page.get_by_label("Sleutel")
        expect(field).to_be_visible()
        expect(field).to_have_attribute("type", "password")
        page.get_by_label("Je tekst").fill(TEXT)
        analyse = page.get_by_role("button", name="Analyseer")
        analyse.click()
        expect(page.locator("#key-problem")).to_contain_text("Deze dienst vraagt een sleutel")
        expect(field).to_be_focused()
        assert findings(page) == []
        field.fill(new_key())
        analyse.click()
        expect(page.locator("#key-problem")).to_contain_text("Deze sleutel klopt niet")
        page.screenshot(path=ROOT / "build" / "screenshots" / "key.png", full_page=True)
        field.fill(f" {key} ")
        analyse.click()
        expect(page.locator("#sentences > li")).to_have_count(3)
        expect(page.locator("#key-problem")).to_be_hidden()
        expect(page.locator("#codebook")).to_be_visible()
        assert page.evaluate(STORED) == ["", 0, 0, None, "", 0, 0, 0]
        for _ in range(3):
            analyse.click()
        expect(page.get_by_role("alert")).to_contain_text("Er zijn nu te veel vragen")
        expect(page.get_by_role("alert")).to_contain_text("opnieuw.")
        page.reload()
        expect(field).to_have_value("")
        page.context.close()


def test_a_revoked_key_is_told_apart_from_a_wrong_one(browser, tagger, tmp_path):
    revoked = new_key()
    now = datetime.now(UTC)
    keys = [Key(name="old", hash=hash_of(revoked), created=now, revoked=now), Key(name="new", hash=hash_of(new_key()))]
    write_keys(tmp_path / "keys.json", keys)
    with serving(create_app(tagger, Settings(keys_file=tmp_path / "keys.json"))) as address:
        page = browser.new_context(locale="nl-NL").new_page()
        page.goto(address)
        page.get_by_label("Sleutel").fill(revoked)
        page.get_by_label("Je tekst").fill(TEXT)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#key-problem")).to_contain_text("Deze sleutel geldt niet meer")
        expect(page.locator("#result")).to_be_hidden()
        page.context.close()


def test_a_text_beyond_the_limit_is_refused_with_the_limit_in_words(open_page, tagger):
    with serving(create_app(tagger, SMALL)) as address:
        page = open_page(address).page
        for text in ("lang " * 30, "lang " * 3000):
            page.get_by_label("Je tekst").fill(text)
            page.get_by_role("button", name="Analyseer").click()
            alert = page.get_by_role("alert")
            expect(alert).to_contain_text("Je tekst is te lang")
            expect(alert).to_contain_text(f"{len(text)} tekens")
            expect(alert).to_contain_text("ten hoogste 100")
            assert findings(page) == []


def test_a_fault_of_the_service_is_told_in_words_with_its_number(open_page, raising):
    with serving(create_app(raising, Settings())) as address:
        visit = open_page(address)
        visit.page.get_by_label("Je tekst").fill(TEXT)
        visit.page.get_by_role("button", name="Analyseer").click()
        alert = visit.page.get_by_role("alert")
        expect(alert).to_contain_text("Er ging iets mis bij de dienst")
        alert.get_by_text("Technische gegevens").click()
        expect(alert).to_contain_text("request_id")
        visit.screenshot("fault")


def test_waiting_is_told_and_a_busy_service_says_so(open_page, tagger):
    waiting = Waiting(tagger.artefact, tagger.pipeline, tagger.scorer, tagger.profile)
    with serving(create_app(waiting, Settings(max_waiting=0))) as address:
        first, second = open_page(address).page, open_page(address).page
        try:
            for page in (first, second):
                page.get_by_label("Je tekst").fill(TEXT)
                page.locator("#analyze").click()
            expect(first.locator("#analyze")).to_have_text("Bezig …")
            expect(first.locator("#status")).to_have_text("Weerklank leest je tekst.")
            expect(second.get_by_role("alert")).to_contain_text("De dienst is nog niet klaar")
        finally:
            waiting.go_on.set()
        expect(first.locator("#sentences > li")).to_have_count(3)


def test_a_stopped_service_is_told_in_words_and_the_text_stays(open_page, tagger):
    with serving(create_app(tagger, Settings())) as address:
        visit = open_page(address)
        visit.analyse(TEXT)
    visit.page.get_by_role("button", name="Analyseer").click()
    alert = visit.page.get_by_role("alert")
    expect(alert).to_contain_text("De dienst is niet bereikbaar")
    expect(visit.page.get_by_label("Je tekst")).to_have_value(TEXT)
    expect(visit.page.locator("#result")).to_be_hidden()
    visit.screenshot("stopped")
