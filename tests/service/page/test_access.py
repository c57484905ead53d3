"""service/page: the page for everybody: by keyboard, at every width, in light and dark; and for nobody else."""

import pytest
from playwright.sync_api import expect

from tests.service.conftest import AUTONOMY, GERMAN
from tests.service.page.conftest import STORED, TEXT, findings

WIDTHS = {"phone": (360, 740), "tablet": (768, 1024), "desktop": (1280, 900)}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT_OFF = "[...document.querySelectorAll('#sentences > li')].filter((n) => n.scrollWidth > n.clientWidth).length"
LIGHTNESS = """() => {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data[1] / 255;
}"""


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


def test_nothing_is_stored_and_the_page_says_so(visit):
    expect(visit.page.locator("#composer")).to_contain_text("We bewaren niets")
    visit.analyse(TEXT)
    assert visit.page.evaluate(STORED) == ["", 0, 0, None, "", 0, 0, 0]
    visit.page.reload()
    expect(visit.page.get_by_label("Je tekst")).to_have_value("")


def test_no_answer_lets_the_page_run_what_stands_inside_it(visit, address):
    for path in ("/", "/page/page.js"):
        policy = visit.page.request.get(address + path).headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
    assert visit.page.evaluate("document.querySelectorAll('style, script:not([src])').length") == 0
