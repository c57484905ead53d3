"""service/survey/report/page.py: one page, for eyes, ears and paper, that shows nothing but what may be shown."""

import re
import xml.etree.ElementTree as ET

import pytest

from models import load_codebook
from service.survey.report.lettering import width
from service.survey.report.page import render_report, write_report
from service.survey.report.quotes import Quotes
from service.survey.summary.schema import Cell, StatusCount
from tests.service.conftest import ROOT
from tests.service.page.conftest import findings
from tests.service.survey.report.test_quotes import tags_on
from tests.service.survey.summaries import summary_of

EVIL = '<img src=x onerror=alert(1)> & "Team" \'één\' $x^2$ 😀 id="a" #010101'
LACKS = ("autonomy", "constrained")
CHECKED = ("control", "attained")
SCREENS = {
    "light": {"viewport": {"width": 1200, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1200, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
}


def said(n, *pairs, path):
    return [(path, frozenset(pairs))] * n


@pytest.fixture(scope="module")
def summary():
    """Two departments; Zuid is checked on far more than the rest, and HR is too small to be shown."""
    return summary_of(
        [
            *said(30, CHECKED, LACKS, path=("Zorg", "Zuid")),
            *said(12, path=("Zorg", "Zuid")),
            *said(40, ("trust", "attained"), ("enjoyment", "attained"), path=("Zorg", EVIL)),
            *said(6, CHECKED, path=("Zorg", EVIL)),
            *said(3, LACKS, path=("Zorg", EVIL)),
            *said(15, ("growth", "sought"), path=("Techniek", "Beheer")),
            *said(3, LACKS, path=("Techniek", "Beheer")),
            *said(4, LACKS, path=("Techniek", "HR")),
        ],
        group_by=("afdeling", "team"),
        earlier=[*said(10, CHECKED, path=("Zorg", "Zuid")), *said(100, LACKS, path=("Zorg", "Zuid"))],
    )


@pytest.fixture(scope="module")
def quotes(summary):
    quotes = Quotes(summary, per_label=2)
    for text, path in (("Alles moet langs Karin.", ("Zorg", "Zuid")), ("Dit is van HR.", ("Techniek", "HR"))):
        quotes.add(row=len(text), path=path, consent="ja", text=text, tags=tags_on(text, LACKS))
    return quotes


@pytest.fixture(scope="module")
def html(summary, quotes):
    return render_report(summary, quotes)


@pytest.fixture(scope="module")
def file(html, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html, encoding="utf-8")
    return path


@pytest.fixture
def visit(browser, file):
    """Open the report as it is met on some screen; at the end it must have asked nobody for anything."""
    contexts, asked, console = [], [], []

    def open_one(**options):
        context = browser.new_context(locale="nl-NL", **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        context.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: console.append(message.text))
        page.on("dialog", lambda dialog: (console.append(dialog.message), dialog.dismiss()))
        page.goto(file.as_uri())
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert set(asked) == {file.as_uri()}
    assert console == []


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_and_nothing_sticks_out_on_any_screen(visit, screen):
    page = visit(**SCREENS[screen])
    page.screenshot(path=ROOT / "build" / "screenshots" / f"report-{screen}.png", full_page=True)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.locator("svg.plot.narrow").first.is_visible() == (screen == "phone")
    assert findings(page) == []


def test_on_paper_the_tables_are_open(visit):
    page = visit(viewport={"width": 794, "height": 1123})
    table = page.locator("details table").first
    assert not table.is_visible()
    page.emulate_media(media="print")
    assert page.locator("details table").count() > 5
    heights = page.locator("details table").evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
    assert min(heights) > 20
    pages = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    assert 5 < pages < 30


def test_the_page_holds_no_script_and_no_address(html):
    assert "<script" not in html
    assert re.findall(r"(?:src|href|action)=\"(?!#)[^\"]*\"", html) == []
    assert re.findall(r"url\((?!#)[^)]*\)|@import", html) == []
    assert set(re.findall(r"https?://[^\s\"<]+", html)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_every_drawing_has_a_title_a_description_and_ids_of_its_own(html):
    found = re.findall(r"<svg [^>]*role=\"img\".*?</svg>", html, re.DOTALL)
    drawings = [ET.fromstring(svg) for svg in found]  # noqa: S314 - drawn here
    assert len(drawings) == 3 * 2 + 2 + 2 + 3  # dimensions, balance, changes; maps
    for drawing in drawings:
        named = [drawing.find(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc")]
        assert all(element.text for element in named)
        assert drawing.get("aria-labelledby") == " ".join(element.get("id") for element in named)
    ids = re.findall(r"\sid=\"([^\"]+)\"", "".join(re.findall(r"<[^>]*>", html)))
    assert len(ids) == len(set(ids))
    assert not re.search(r"(?:fill|stroke): ?#0[0-9]0", html), "a placeholder was left uncoloured"


def test_group_names_are_shown_as_they_are_and_never_as_code(html, visit):
    assert "<img" not in html
    page = visit(**SCREENS["light"])
    assert page.locator("img").count() == 0
    assert any(EVIL in name for name in page.locator("summary b").all_inner_texts())
    drawn = page.locator("svg.heat text").evaluate_all("all => all.map(each => each.textContent)")
    assert any(EVIL.startswith(text.rstrip("…")) and len(text) > 10 for text in drawn)


def test_what_is_not_shown_says_so_in_words(html, summary):
    text = re.sub(r"<[^>]+>", " ", html)
    assert "Techniek › HR – te weinig respondenten" in re.sub(r"\s+", " ", text)
    (evil,) = [group for group in summary.groups if group.path == ("Zorg", EVIL)]
    assert evil.label("autonomy").mentioned == Cell(shown="few")
    assert "autonomie (3 respondenten" not in text
    assert '<td class="few">&lt;5</td>' in html
    assert "Dit is van HR" not in html


def test_a_cell_that_is_hidden_in_a_shown_group_says_so(summary):
    def hide(group):
        figures = tuple(
            figure.model_copy(
                update={
                    "mentioned": Cell(shown="hidden"),
                    "share": None,
                    "rest": None,
                    "stances": tuple(
                        each.model_copy(update={"count": Cell(shown="hidden"), "share": None})
                        for each in figure.stances
                    ),
                }
            )
            for figure in group.labels
        )
        return group.model_copy(update={"labels": figures})

    hidden = summary.model_copy(update={"groups": tuple(map(hide, summary.groups)), "whole": hide(summary.whole)})
    html = render_report(hidden, Quotes())
    drawings = " ".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    assert drawings.count("te weinig") > 50
    assert html.count('class="hidden">te weinig respondenten</td>') > 50
    assert not re.search(r">\d+ \(", re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL).partition("<main>")[2])


@pytest.mark.parametrize(
    "words",
    [
        "Trek geen metingen van elkaar af",
        "Maskeren is geen anonimiteit",
        "bijgestelde aandeel",
        "vindt 4 van 10",
        "8 van 10 klopt",
        "met een ander model gelezen",
        "de tekst leek niet Nederlands",
        "Alles moet langs [naam].",
    ],
)
def test_the_page_says(html, words):
    assert words in html


def test_the_page_says_whether_each_row_is_a_respondent(summary):
    assert "elke regel van het bestand geldt als een respondent" in render_report(summary, Quotes())
    asked = summary.options.model_copy(update={"respondent": "wie"})
    assert "ieder één keer" in render_report(summary.model_copy(update={"options": asked}), Quotes())


def drawings_of(html, css_class):
    found = re.findall(rf'<svg [^>]*class="plot {css_class}".*?</svg>', html, re.DOTALL)
    return [ET.fromstring(svg) for svg in found]  # noqa: S314 - drawn here


def words_of(drawing):
    return [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]


def test_a_hundred_groups_are_divided_over_drawings_with_their_parents(complaints):
    label, stance = complaints.codebook.labels[0].id, complaints.codebook.stances[0].id
    rows = [row for team in range(36) for row in said(10, (label, stance), path=("Zorg", f"T{team:02}"))]
    html = render_report(summary_of(rows, codebook=complaints.codebook, group_by=("afdeling", "team")), Quotes())
    maps = [words_of(drawing) for drawing in drawings_of(html, "heat")]
    assert [("T00" in words, "T35" in words) for words in maps[:2]] == [(True, False), (False, True)]
    assert all("Zorg" in words and "Alle respondenten" in words for words in maps)


def test_names_in_drawings_keep_joined_emoji_and_run_over_nothing(complaints):
    label, stance = complaints.codebook.labels[0].id, complaints.codebook.stances[0].id
    rows = [*said(10, (label, stance), path=("W" * 80,)), *said(10, path=("Zorg 👩\u200d⚕\ufe0f",))]
    html = render_report(summary_of(rows, codebook=complaints.codebook), Quotes())
    for drawing in drawings_of(html, "heat"):
        assert "Zorg 👩\u200d⚕\ufe0f" in words_of(drawing)
        assert max(width(words) for words in words_of(drawing) if words.startswith("WW")) < 190


def test_labels_above_a_raster_lean_no_further_than_its_edge(html):
    for drawing in drawings_of(html, "heat"):
        across = float(drawing.get("viewBox").split()[2])
        svg = ET.tostring(drawing, encoding="unicode")
        leaning = re.findall(r'rotate\(-45 ([\d.]+) [\d.]+\)"[^>]*>([^<]+)<', svg)
        ends = [float(left) + 0.7 * width(name) for left, name in leaning]
        assert ends
        assert max(ends) < across


def test_letters_in_drawings_are_those_of_the_page(html):
    assert "DejaVu" not in html
    assert not re.search(r"<text[^>]*font-family", html)


def test_too_few_respondents_leave_nothing_but_the_rows_and_the_warnings():
    summary = summary_of(said(7, LACKS, path=("Zorg",)))
    html = render_report(summary, Quotes())
    assert "Te weinig respondenten" in html
    assert "<svg class" not in html
    assert 'role="img"' not in html


def test_another_codebook_without_a_balance_is_shown_in_its_own_words(complaints):
    label = complaints.codebook.labels[0]
    stance = complaints.codebook.stances[-1]
    rows = said(20, (label.id, stance.id), path=())
    html = render_report(summary_of(rows, codebook=complaints.codebook, group_by=()), Quotes())
    for words in (label.name, stance.name, label.definition_nl):
        assert words in html
    assert ("tegenover" in html) == (complaints.codebook.balance is not None)


def test_the_same_summary_gives_the_same_bytes(summary, quotes, html, tmp_path):
    write_report(summary, quotes, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == html
    assert list(tmp_path.iterdir()) == [tmp_path / "report.html"]


def test_rows_that_were_not_read_stand_with_their_reason_and_a_model_that_was_not_measured_says_so():
    statuses = [
        StatusCount(status="ok", reason=None, rows=Cell(value=20, shown="exact")),
        StatusCount(status="failed", reason="ragged_row", rows=Cell(value=6, shown="exact")),
        StatusCount(status="abstained", reason="<b>new</b>", rows=Cell(shown="few")),
    ]
    rows = said(20, LACKS, path=())
    html = render_report(summary_of(rows, statuses=statuses, group_by=(), measured=False), Quotes())
    for words in ("de regel had meer of minder velden dan de kop", "&lt;b&gt;new&lt;/b&gt;", "niet gemeten"):
        assert words in html
    assert "In dit rapport staan geen citaten" in html


def test_the_report_speaks_of_the_dimensions_and_stances_of_its_codebook(summary, complaints):
    own = render_report(summary, Quotes())
    assert "Drijfveren, waarden en klimaat (vertrouwen en controle) in de open antwoorden" in own
    assert "wat het vaakst ‘belemmerd’ of ‘gewenst’ wordt genoemd" in own
    other = render_report(
        summary_of(said(30, ("delay", "reported"), path=("A",)), codebook=complaints.codebook), Quotes()
    )
    assert "Klachten in de open antwoorden" in other
    assert "wat het vaakst ‘verholpen’ wordt genoemd" in other
    words = re.sub(r"<style>.*?</style>", "", other, flags=re.DOTALL).casefold()
    names = {each.name for each in (*load_codebook().labels, *load_codebook().stances)} | {"drijfve", "klimaat"}
    assert [name for name in sorted(names) if re.search(rf"\b{name}", words)] == []
