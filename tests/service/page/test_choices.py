"""service/page: what the reader chooses, hides, copies and prints."""

import json
import re

import pytest
from playwright.sync_api import expect

from models.manifest import DEFAULT_OPERATING_POINT, OPERATING_POINTS
from tests.service.conftest import AUTONOMY
from tests.service.page.conftest import POINT_NAMES, TEXT, findings


def test_an_example_is_taken_by_one_press_and_stays_to_be_changed(visit):
    page = visit.page
    page.get_by_role("button", name="Een nieuwe leidinggevende").click()
    expect(page.get_by_label("Je tekst")).to_be_focused()
    expect(page.get_by_label("Je tekst")).to_have_value(re.compile("^Sinds maart"))
    page.get_by_role("button", name="Analyseer").click()
    expect(page.locator("#sentences > li")).to_have_count(6)
    visit.screenshot("example")


@pytest.mark.parametrize("point", OPERATING_POINTS)
def test_the_operating_point_that_is_chosen_decides_which_tags_appear(visit, tagger, point):
    page = visit.page
    page.get_by_label(POINT_NAMES[point]).check()
    visit.analyse(TEXT)
    expect(page.locator("#setting")).to_have_text(f"Instelling: {POINT_NAMES[point]}")
    (tagging,) = tagger.tag([TEXT], operating_point=point)
    expect(page.locator("#sentences .tag")).to_have_count(sum(len(s.tags) for s in tagging.sentences))


def test_another_operating_point_shows_the_same_text_anew(visit, tagger):
    page = visit.page
    visit.analyse(TEXT)
    page.get_by_label("Je tekst").fill("Deze tekst is nog niet af")
    with page.expect_request("**/v1/analyze*") as request:
        page.get_by_label("Ruim").check()
    assert request.value.post_data_json == {"text": TEXT, "offsets": "utf16", "operating_point": "sensitive"}
    expect(page.locator("#setting")).to_have_text("Instelling: Ruim")
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
    expect(page.locator("#setting")).to_have_text("Setting: Balanced")
    assert findings(page) == []
    visit.screenshot("english")
    page.get_by_role("button", name="Nederlands").click()
    expect(tag).to_contain_text("autonomie")


def test_every_word_of_the_page_is_there_in_both_languages(visit):
    words = visit.page.evaluate(
        """async () => {
          const { WORDS } = await import("./page/words.js");
          const paths = (node, path) => (node && node.constructor === Object
            ? Object.entries(node).flatMap(([key, value]) => paths(value, `${path}/${key}`)) : [path]);
          return Object.values(WORDS).map((words) => paths(words, "").sort());
        }"""
    )
    dutch, english = words
    assert len(dutch) > 100
    assert dutch == english


def test_the_chart_counts_the_tags_that_the_slider_leaves(visit):
    page = visit.page
    visit.analyse(TEXT)
    tags = page.locator("#sentences .tag")
    before = tags.count()
    page.locator("#certainty").fill("100")
    expect(tags).to_have_count(0)
    expect(page.locator("#certainty-value")).to_have_text("vanaf 100%")
    expect(page.locator("#bars")).to_contain_text("Geen tags om te tellen")
    expect(page.locator("#sentences")).to_contain_text("verborgen")
    page.locator("#certainty").fill("0")
    expect(tags).to_have_count(before)
    totals = page.locator("#bars tbody td:last-child").all_text_contents()
    in_gauge = page.locator("#sentences .tag-dimension", has_text="klimaat").count()
    assert sum(map(int, totals)) == before - in_gauge


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
    expect(page.locator("#certainty-value")).to_be_visible()
    for selector in ("#composer", "#certainty", "#copy", "#print", ".languages"):
        expect(page.locator(selector)).to_be_hidden()
    for selector in ("#sentences .tag", "#bars svg", "#gauge", "#setting", ".notice"):
        expect(page.locator(selector).first).to_be_visible()
    visit.screenshot("print")
