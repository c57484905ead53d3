"""service/page: what the page shows of an answer."""

import re

import pytest
from playwright.sync_api import expect

from tests.service.conftest import AUTONOMY, GERMAN
from tests.service.page.conftest import POINT_NAMES, TEXT


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
        expect(button).to_have_accessible_name(re.compile(rf"^\w+ ?, \w+ ?, .*\d+ ?% ?, {name} ?, .*drempel \d+ ?%$"))
        assert button.locator(".tick").get_attribute("x") == f"{100 * tag.threshold:.1f}%"
        assert button.locator(".amount").get_attribute("width") == f"{100 * tag.probability:.1f}%"


def test_pointing_at_a_tag_shows_what_the_codebook_says_of_it(visit, tagger):
    visit.analyse(AUTONOMY)
    label = tagger.codebook.labels[0]
    visit.page.locator(".tag", has_text=label.name).hover()
    definition = visit.page.get_by_role("tooltip")
    expect(definition).to_contain_text(label.definition_nl)
    expect(definition).to_contain_text("drempel")
    # Without room below, it opens above the sentence and hides none of its evidence.
    visit.page.mouse.move(0, 0)
    expect(definition).to_have_count(0)
    visit.page.locator(".tag").first.evaluate(
        "tag => scrollBy(0, tag.getBoundingClientRect().bottom - innerHeight + 5)"
    )
    visit.page.locator(".tag", has_text=label.name).hover()
    expect(definition).to_be_in_viewport(ratio=1)
    bubble, sentence = definition.bounding_box(), visit.page.locator(".quoted").first.bounding_box()
    assert bubble["y"] + bubble["height"] <= sentence["y"]
    definition.hover()
    expect(definition).to_be_visible()
    visit.screenshot("definition")
    visit.page.mouse.move(0, 0)
    expect(definition).to_have_count(0)


def test_what_the_tagger_is_not_sure_of_is_marked_and_listed(visit, tagger):
    page = visit.page
    page.get_by_role("button", name="Antwoorden uit een enquête").click()
    text = page.get_by_label("Je tekst").input_value()
    page.get_by_label(POINT_NAMES["sensitive"]).check()
    visit.analyse(text)
    (tagging,) = tagger.tag([text], operating_point="sensitive")
    tags = [tag for sentence in tagging.sentences for tag in sentence.tags]
    unsure = [tag for tag in tags if tag.probability < max(0.5, tag.threshold + 0.1) or tag.stance_probability < 0.6]
    assert 0 < len(unsure) < len(tags)
    expect(page.locator(".tag-doubt")).to_have_count(len(unsure))
    expect(page.locator("#doubts li")).to_have_count(len(unsure))
    page.locator("#doubts a").last.click()
    expect(page.locator(".sentence:target")).to_be_in_viewport()
    visit.screenshot("unsure")


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
    expect(page.locator("#abstained")).not_to_contain_text("Taal")
    page.get_by_label("Je tekst").fill("  ")
    sent = len(visit.addresses)
    page.get_by_role("button", name="Analyseer").click()
    expect(page.locator("#text-problem")).to_have_text("Schrijf of plak eerst een tekst.")
    assert len(visit.addresses) == sent
