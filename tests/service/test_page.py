"""service/page: the page in a browser, against a real server. Screenshots go to build/screenshots/."""

import json
import re
from threading import Event

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from models import Tagger
from models.manifest import DEFAULT_OPERATING_POINT, OPERATING_POINTS
from service.app import create_app
from service.keys import hash_of, new_key
from service.settings import Settings
from tests.service.conftest import AUTONOMY, DISTRUST, GERMAN, SMALL, serving

POINT_NAMES = {"precise": "Voorzichtig", "balanced": "Gebalanceerd", "sensitive": "Ruim"}
WIDTHS = {"phone": (360, 740), "tablet": (768, 1024), "desktop": (1280, 900)}
STORED = """async () => [
  document.cookie, localStorage.length, sessionStorage.length, history.state, location.search,
  (await indexedDB.databases()).length, (await caches.keys()).length,
  (await navigator.serviceWorker.getRegistrations()).length,
]"""
TEXT = f"{AUTONOMY} {DISTRUST} Het regent vandaag."
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT_OFF = "[...document.querySelectorAll('#sentences > li')].filter((n) => n.scrollWidth > n.clientWidth).length"


LIGHTNESS = """() => {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data[1] / 255;
}"""


def findings(page: Page) -> list[str]:
    """Give what axe-core holds against the page as it is shown now."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {node['html']}" for v in found for node in v["nodes"]]


class Waiting(Tagger):
    """A tagger that is busy until it is told to go on."""

    go_on: Event

    def tag(self, texts, languages=None, operating_point=DEFAULT_OPERATING_POINT):
        assert self.go_on.wait(60)
        return super().tag(texts, languages, operating_point)


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


def test_a_text_gets_its_tags_and_evidence_in_dutch(visit, tagger):
    page = visit.page
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    expect(page.locator("#lead")).to_contain_text("klimaat")
    page.get_by_label("Je tekst").press_sequentially("Ik mag ")
    page.keyboard.insert_text(TEXT.removeprefix("Ik mag "))
    page.get_by_role("button", name="Analyseer").click()
    expect(page.get_by_role("heading", name="Resultaat")).to_be_visible()
    sentences = page.locator("#sentences > li")
    expect(sentences).to_have_count(3)
    for part in ("autonomie", "drijfveer", "aanwezig", "%"):
        expect(sentences.nth(0).get_by_role("button").first).to_contain_text(part)
    for part in ("vertrouwen", "klimaat", "belemmerd"):
        expect(sentences.nth(1)).to_contain_text(part)
    expect(sentences.nth(2)).to_contain_text("geen tag")
    expect(page.locator("#gauge")).to_contain_text("alleen controle")
    assert "aanwezig" in page.locator("#bars").inner_text()
    assert tagger.artefact.manifest.name in page.locator("#model").inner_text()
    visit.screenshot("answer")


@pytest.mark.parametrize("before", ["", "😀👩🏽\u200d💻 ", "Één café. "])
def test_the_evidence_that_is_underlined_is_the_evidence_of_the_tagger(visit, tagger, before):
    text = before + AUTONOMY
    (tagging,) = tagger.tag([text])
    tags = [tag for sentence in tagging.sentences for tag in sentence.tags]
    evidence = {text[part.start : part.end] for tag in tags for part in tag.evidence}
    visit.analyse(text)
    marks = visit.page.locator("#sentences mark").all_inner_texts()
    assert marks
    assert set(" ".join(marks).split()) == set(" ".join(evidence).split())


def test_html_in_a_text_is_shown_as_text(visit):
    raw = f'<img src=x onerror="alert(1)"><b>{AUTONOMY}</b><script>alert(2)</script>'
    visit.analyse(raw)
    quoted = visit.page.locator("#sentences .quoted")
    assert "".join(quoted.all_inner_texts()).replace(" ", "") == raw.replace(" ", "")
    expect(visit.page.locator("#sentences :is(img, script), .quoted b")).to_have_count(0)
    visit.screenshot("html")


def test_a_german_text_is_explained_and_can_be_read_as_dutch_all_the_same(visit):
    visit.analyse(GERMAN)
    explained = visit.page.locator("#abstained")
    expect(explained).to_contain_text("De tekst lijkt niet Nederlands")
    expect(explained).to_contain_text("Duits")
    expect(visit.page.locator("#columns")).to_be_hidden()
    visit.screenshot("abstained")
    explained.get_by_role("button", name="Lees toch als Nederlands").click()
    expect(visit.page.locator("#sentences > li")).to_have_count(1)
    expect(explained).to_be_hidden()


def test_a_short_text_is_explained_and_an_empty_one_is_not_sent(visit):
    page = visit.page
    visit.analyse("ok")
    expect(page.locator("#abstained")).to_contain_text("De tekst is te kort")
    page.get_by_label("Je tekst").fill("  ")
    sent = len(visit.addresses)
    page.get_by_role("button", name="Analyseer").click()
    expect(page.locator("#text-problem")).to_have_text("Schrijf of plak eerst een tekst.")
    assert len(visit.addresses) == sent


def test_the_keyboard_alone_is_enough(visit):
    page = visit.page
    focused = page.locator(":focus")

    def tab_to(selector: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if focused.evaluate("(node, selector) => node.matches(selector)", selector):
                return
        pytest.fail(f"Tab does not reach {selector}")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    tab_to("#text")
    page.keyboard.type(TEXT)
    tab_to("#points input")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Ruim")).to_be_checked()
    page.keyboard.press("ArrowUp")
    tab_to("#analyze")
    page.keyboard.press("Enter")
    expect(page.locator("#sentences > li")).to_have_count(3)
    tab_to(".tag")
    definition = page.get_by_role("tooltip")
    expect(definition).to_contain_text("Autonomie · drijfveer")
    expect(definition).to_contain_text("indelen")
    assert focused.get_attribute("aria-describedby") == definition.get_attribute("id")
    visit.screenshot("keyboard")
    page.keyboard.press("Escape")
    expect(definition).to_have_count(0)
    page.locator("#certainty").focus()
    page.keyboard.press("End")
    expect(page.locator("#sentences .tag")).to_have_count(0)
    page.keyboard.press("Home")
    expect(page.locator("#sentences .tag")).not_to_have_count(0)
    page.locator("#text").focus()
    page.keyboard.type("Nog een zin. ")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#sentences > li")).to_have_count(4)


def test_pointing_at_a_tag_shows_what_the_codebook_says_of_it(visit, tagger):
    visit.analyse(AUTONOMY)
    label = tagger.codebook.labels[0]
    visit.page.locator(".tag", has_text=label.name).hover()
    definition = visit.page.get_by_role("tooltip")
    expect(definition).to_contain_text(label.definition_nl)
    expect(definition).to_contain_text("drempel")
    visit.screenshot("definition")
    visit.page.mouse.move(0, 0)
    expect(definition).to_have_count(0)


def test_every_tag_says_its_stance_by_sign_and_word_and_its_threshold_on_the_bar(visit, tagger):
    (tagging,) = tagger.tag([TEXT])
    tags = sorted(tagging.sentences[0].tags, key=lambda tag: -tag.probability)
    visit.analyse(TEXT)
    shown = visit.page.locator("#sentences > li").first.locator(".tag")
    assert shown.count() == len(tags) > 0
    for tag, button in zip(tags, shown.all(), strict=True):
        name = next(stance.name for stance in tagger.codebook.stances if stance.id == tag.stance)
        expect(button.locator(".tag-stance")).to_contain_text(name)
        expect(button.locator(".tag-stance svg.sign")).to_be_visible()
        assert button.locator(".tick").get_attribute("x") == f"{100 * tag.threshold:.1f}%"
        assert button.locator(".amount").get_attribute("width") == f"{100 * tag.probability:.1f}%"


def test_the_chart_counts_the_tags_that_the_slider_leaves(visit):
    page = visit.page
    visit.analyse(TEXT)
    tags = page.locator("#sentences .tag")
    before = tags.count()
    page.locator("#certainty").fill("100")
    expect(tags).to_have_count(0)
    expect(page.locator("#certainty-value")).to_have_text("100%")
    expect(page.locator("#bars")).to_contain_text("Geen tags om te tellen")
    expect(page.locator("#sentences")).to_contain_text("verborgen")
    page.locator("#certainty").fill("0")
    expect(tags).to_have_count(before)
    totals = page.locator("#bars tbody td:last-child").all_text_contents()
    in_gauge = page.locator("#sentences .tag-dimension", has_text="klimaat").count()
    assert sum(map(int, totals)) == before - in_gauge


@pytest.mark.parametrize("point", OPERATING_POINTS)
def test_the_operating_point_that_is_chosen_decides_which_tags_appear(visit, tagger, point):
    page = visit.page
    page.get_by_label(POINT_NAMES[point]).check()
    visit.analyse(TEXT)
    expect(page.locator("#setting")).to_have_text(f"Gelezen als: {POINT_NAMES[point]}")
    (tagging,) = tagger.tag([TEXT], operating_point=point)
    expect(page.locator("#sentences .tag")).to_have_count(sum(len(s.tags) for s in tagging.sentences))


def test_another_operating_point_shows_the_same_text_anew(visit, tagger):
    page = visit.page
    visit.analyse(TEXT)
    page.get_by_label("Je tekst").fill("Deze tekst is nog niet af")
    with page.expect_request("**/v1/analyze*") as request:
        page.get_by_label("Ruim").check()
    assert request.value.post_data_json == {"text": TEXT, "offsets": "utf16", "operating_point": "sensitive"}
    expect(page.locator("#setting")).to_have_text("Gelezen als: Ruim")
    (tagging,) = tagger.tag([TEXT], operating_point="sensitive")
    expect(page.locator("#sentences .tag")).to_have_count(sum(len(s.tags) for s in tagging.sentences))


def test_the_english_page_asks_for_english_names_and_shows_them(visit):
    page = visit.page
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_label("Your text").fill(TEXT)
    with page.expect_response("**/v1/analyze?lang=en") as response:
        page.get_by_role("button", name="Analyse").click()
    assert response.value.headers["content-language"] == "en"
    assert response.value.json()["sentences"][0]["tags"][0]["name"] == "autonomy"
    tag = page.locator("#sentences .tag").first
    for part in ("autonomy", "drive", "attained"):
        expect(tag).to_contain_text(part)
    expect(page.locator("#setting")).to_have_text("Read as: Balanced")
    assert findings(page) == []
    visit.screenshot("english")
    page.get_by_role("button", name="Nederlands").click()
    expect(tag).to_contain_text("autonomie")


def test_an_example_is_taken_by_one_press_and_stays_to_be_changed(visit):
    page = visit.page
    page.get_by_role("button", name="Een nieuwe leidinggevende").click()
    expect(page.get_by_label("Je tekst")).to_be_focused()
    expect(page.get_by_label("Je tekst")).to_have_value(re.compile("^Sinds maart"))
    page.get_by_role("button", name="Analyseer").click()
    expect(page.locator("#sentences > li")).to_have_count(6)
    visit.screenshot("example")


def test_the_answer_is_copied_as_json_with_the_text_that_its_offsets_count_in(visit, tagger):
    page = visit.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.analyse(f"😀 {AUTONOMY}")
    page.get_by_role("button", name="Kopieer als JSON").click()
    expect(page.locator("#copy")).to_have_text("Gekopieerd.")
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert copied["status"] == "ok"
    assert copied["operating_point"] == DEFAULT_OPERATING_POINT
    assert copied["model"]["digest"] == tagger.artefact.digest
    part = copied["sentences"][-1]["tags"][0]["evidence"][0]
    units = copied["text"].encode("utf-16-le")[2 * part["start"] : 2 * part["end"]]
    assert units.decode("utf-16-le") in AUTONOMY
    expect(page.locator("#copy")).to_have_text("Kopieer als JSON")
    expect(page.locator("#lead")).to_contain_text("klimaat")


def test_on_paper_stands_the_result_without_what_is_there_to_press(visit):
    page = visit.page
    visit.analyse(TEXT)
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")
    page.emulate_media(media="print")
    for selector in ("#composer", "#certainty", "#copy", "#print", ".languages"):
        expect(page.locator(selector)).to_be_hidden()
    for selector in ("#sentences .tag", "#bars svg", "#gauge", "#setting", ".notice"):
        expect(page.locator(selector).first).to_be_visible()
    visit.screenshot("print")


def test_nothing_is_stored_and_the_page_says_so(visit):
    expect(visit.page.locator("#composer")).to_contain_text("We bewaren niets")
    visit.analyse(TEXT)
    assert visit.page.evaluate(STORED) == ["", 0, 0, None, "", 0, 0, 0]
    visit.page.reload()
    expect(visit.page.get_by_label("Je tekst")).to_have_value("")


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
        page.screenshot(path="build/screenshots/key.png", full_page=True)
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
    waiting.go_on = Event()
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


@pytest.mark.parametrize("device", WIDTHS)
def test_at_every_width_the_page_scrolls_down_only_and_nothing_is_cut_off(open_page, address, device):
    width, height = WIDTHS[device]
    visit = open_page(address, viewport={"width": width, "height": height}, has_touch=device == "phone")
    assert visit.page.evaluate(OVERFLOW) == 0
    visit.screenshot(f"{device}-empty")
    visit.analyse(f"{TEXT} {'Hottentottententententoonstelling' * 8}. {AUTONOMY}")
    assert visit.page.evaluate(CUT_OFF) == 0
    for details in visit.page.locator("details").all():
        details.evaluate("node => { node.open = true; }")
    visit.page.locator("#sentences .tag").first.click()
    expect(visit.page.get_by_role("tooltip")).to_be_visible()
    assert visit.page.evaluate(OVERFLOW) == 0
    assert findings(visit.page) == []
    visit.screenshot(device)
    assert visit.console == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_light_and_dark(open_page, address, scheme):
    visit = open_page(address, color_scheme=scheme)
    page = visit.page
    lightness = page.evaluate(LIGHTNESS)
    assert lightness < 0.2 if scheme == "dark" else lightness > 0.8
    assert findings(page) == []
    visit.analyse(GERMAN)
    assert findings(page) == []
    visit.analyse(TEXT)
    page.locator("#sentences .tag").first.focus()
    expect(page.get_by_role("tooltip")).to_be_visible()
    assert findings(page) == []
    page.locator("#codebook summary").click()
    assert findings(page) == []
    visit.screenshot(scheme)
    page.get_by_label("Je tekst").fill("")
    page.get_by_role("button", name="Analyseer").click()
    assert findings(page) == []
    assert visit.console == []


def test_no_answer_lets_the_page_run_what_stands_inside_it(visit, address):
    for path in ("/", "/page/page.js"):
        policy = visit.page.request.get(address + path).headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
    assert visit.page.evaluate("document.querySelectorAll('style, script:not([src])').length") == 0
