"""service/page: the page in a browser, against a real server. Screenshots go to build/screenshots/."""

import pytest
from playwright.sync_api import expect

from service.app import create_app
from service.settings import Settings
from tests.service.conftest import AUTONOMY, DISTRUST, GERMAN, serving

TEXT = f"{AUTONOMY} {DISTRUST} Het regent vandaag."
# Contrast of the colours that the page really uses, text against ground (WCAG 2.2, 1.4.3).
CONTRAST = """(selector) => {
  const rgb = (color) => {
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const light = (color) => {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb(color).map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const node = document.querySelector(selector);
  let ground = node;
  while (rgb(getComputedStyle(ground).backgroundColor)[3] < 255) ground = ground.parentElement;
  const [ink, paper] = [light(getComputedStyle(node).color), light(getComputedStyle(ground).backgroundColor)];
  return { ratio: (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05), ground: paper };
}"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT_OFF = "[...document.querySelectorAll('#sentences > li')].filter((n) => n.scrollWidth > n.clientWidth).length"


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
    for _ in range(10):
        page.keyboard.press("Tab")
        if focused.get_attribute("id") == "text":
            break
    expect(page.get_by_label("Je tekst")).to_be_focused()
    page.keyboard.type(TEXT)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#sentences > li")).to_have_count(3)
    for _ in range(30):
        page.keyboard.press("Tab")
        if "tag" in (focused.get_attribute("class") or "").split():
            break
    definition = page.get_by_role("tooltip")
    expect(definition).to_contain_text("Autonomie · drijfveer")
    expect(definition).to_contain_text("indelen")
    page.keyboard.press("Escape")
    expect(definition).to_have_count(0)


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


def test_a_phone_of_360_pixels_scrolls_down_only(open_page, address):
    visit = open_page(address, viewport={"width": 360, "height": 740}, has_touch=True)
    assert visit.page.evaluate(OVERFLOW) == 0
    visit.analyse(f"{TEXT} {'Hottentottententententoonstelling' * 8}. {AUTONOMY}")
    assert visit.page.evaluate(CUT_OFF) == 0
    for details in visit.page.locator("details").all():
        details.evaluate("node => { node.open = true; }")
    visit.page.locator("#sentences .tag").first.click()
    expect(visit.page.get_by_role("tooltip")).to_be_visible()
    assert visit.page.evaluate(OVERFLOW) == 0
    visit.screenshot("phone")
    assert visit.console == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_follow_the_system_and_stay_readable(open_page, address, scheme):
    visit = open_page(address, color_scheme=scheme)
    visit.analyse(TEXT)
    ground = visit.page.evaluate(CONTRAST, "body")["ground"]
    assert ground < 0.05 if scheme == "dark" else ground > 0.8
    for selector in (
        "body",
        ".lead",
        ".hint",
        "#text",
        "#analyze",
        ".quoted",
        ".tag-name b",
        ".tag-dimension",
        "#model",
    ):
        assert visit.page.evaluate(CONTRAST, selector)["ratio"] >= 4.5, selector
    visit.screenshot(scheme)
    assert visit.console == []
