"""report.py: every label and its numbers stand in the model card and on the page, and markup is text."""

import re
from html.parser import HTMLParser

import pytest

from models import load_codebook
from models.manifest import OPERATING_POINTS, ReliabilityBin
from training.report import write_model_card, write_report

SCRIPT = "<script>alert('klacht')</script>"
OVERALL = [
    ("macro_f1", "macro-F1"),
    ("micro_f1", "micro-F1"),
    ("mean_average_precision", "mean average precision"),
    ("stance_accuracy", "stance accuracy, given a right label"),
    ("false_alarm_rate", "untagged sentences that got a tag"),
    ("expected_calibration_error", "expected calibration error"),
]
PER_LABEL = ["precision", "recall", "f1", "f1_low", "f1_high"]


class Page(HTMLParser):
    """The elements of a page and the rows of its tables."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.rows, self.words = [], [], []
        self.in_cell = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self.in_cell = True
        if self.in_cell and tag == "svg":
            self.rows[-1][-1] += dict(attrs)["aria-label"]

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self.in_cell = False

    def handle_data(self, data):
        self.words.append(data)
        if self.in_cell:
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def manifest(trained):
    return trained.tagger.artefact.manifest


def with_metrics(manifest, **changes):
    """Change figures of the default profile at the balanced point."""
    entry = manifest.profiles[manifest.default_profile]
    metrics = entry.metrics | {"balanced": entry.metrics["balanced"].model_copy(update=changes)}
    profiles = {manifest.default_profile: entry.model_copy(update={"metrics": metrics})}
    return manifest.model_copy(update={"profiles": manifest.profiles | profiles})


def without_metrics(manifest):
    profiles = {name: entry.model_copy(update={"metrics": {}}) for name, entry in manifest.profiles.items()}
    return manifest.model_copy(update={"profiles": profiles})


def point_rows(manifest):
    """Lay out the figures of each profile at each operating point."""
    names = ["macro_precision", "macro_recall", "macro_f1", "micro_f1", "stance_accuracy", "false_alarm_rate"]
    return [
        [profile, point, *(f"{getattr(metrics, name):.2f}" for name in names)]
        for profile, entry in manifest.profiles.items()
        for point, metrics in entry.metrics.items()
    ]


def test_the_model_card_has_a_row_with_the_numbers_of_each_label(manifest):
    rows = {line.split(" | ")[0]: line for line in write_model_card(manifest).splitlines() if line.startswith("| `")}
    assert set(rows) == {f"| `{name}`" for name in (*manifest.codebook.label_ids, *manifest.profiles)}
    thresholds = manifest.profiles["fast"].thresholds["balanced"]
    for label in manifest.codebook.labels:
        figures, row = manifest.metrics.labels[label.id], rows[f"| `{label.id}`"]
        assert [label.name, str(figures.n)] == row.split(" | ")[1:3]
        assert all(f"{getattr(figures, name):.2f}" in row for name in PER_LABEL)
        assert row.endswith(f"| {thresholds[label.id]:.2f} |")


def test_the_page_has_a_row_with_the_numbers_of_each_label(manifest):
    rows = {row[0]: [cell.strip() for cell in row] for row in Page(write_report(manifest)).rows}
    for label in manifest.codebook.label_ids:
        figures, row = manifest.metrics.labels[label], rows[label]
        values = [figures.precision, figures.recall, figures.f1]
        assert row[1:5] == [str(figures.n), *(f"{value:.2f}" for value in values)]
        assert row[5] == f"F1 {figures.f1:.2f}, from {figures.f1_low:.2f} to {figures.f1_high:.2f}"
        threshold = manifest.profiles["fast"].thresholds["balanced"][label]
        positives = manifest.labels[label].positives
        assert row[6:] == [f"{figures.average_precision:.2f}", f"{threshold:.2f}", str(positives)]


def test_card_and_page_have_a_row_for_each_profile_at_each_operating_point(accurate):
    manifest = accurate.artefact.manifest
    expected = point_rows(manifest)
    assert [row[:2] for row in expected] == [[p, o] for p in ("fast", "accurate") for o in OPERATING_POINTS]
    rows = [row for row in Page(write_report(manifest)).rows if row and row[0] in manifest.profiles]
    assert rows == expected
    lines = write_model_card(manifest).splitlines()
    for profile, point, *figures in expected:
        assert f"| `{profile}` | `{point}` | " + " | ".join(figures) + " |" in lines


def test_the_thresholds_in_card_and_page_are_those_of_the_default_profile(accurate):
    manifest = accurate.artefact.manifest
    chosen = dict.fromkeys(manifest.labels, 0.987)
    entry = manifest.profiles["accurate"]
    moved = entry.model_copy(update={"thresholds": entry.thresholds | {"balanced": chosen}})
    marked = manifest.model_copy(update={"profiles": manifest.profiles | {"accurate": moved}})
    for write in (write_model_card, write_report):
        assert write(marked).count("0.99") == write(manifest).count("0.99") + 2


def test_the_page_plots_each_bin_of_the_reliability_where_its_numbers_say(manifest):
    bins = (ReliabilityBin(stated=0.25, observed=0.5, n=100), ReliabilityBin(stated=1, observed=0, n=10_000))
    page = write_report(with_metrics(manifest, reliability=bins))
    assert '<circle class="dot" cx="70.0" cy="140.0" r="3.0"' in page
    assert '<circle class="dot" cx="280.0" cy="280.0" r="12.0"' in page
    rows = Page(page).rows
    assert ["0.25", "0.50", "100"] in rows
    assert ["1.00", "0.00", "10000"] in rows
    label = re.search(r'aria-label="(Reliability plot[^"]*)"', page)
    assert label


@pytest.mark.parametrize(("figure", "words"), OVERALL)
def test_each_figure_over_all_labels_stands_in_card_and_page(figure, words, manifest):
    marked = with_metrics(manifest, **{figure: 0.123456})
    assert f"| {words} | 0.12 |" in write_model_card(marked)
    assert [words, "0.12"] in [row[:2] for row in Page(write_report(marked)).rows]


def test_card_and_page_name_what_was_trained_on_what(manifest):
    card, page = write_model_card(manifest), " ".join(Page(write_report(manifest)).words)
    for text in (card, page):
        for fact in (manifest.name, manifest.version, manifest.codebook.title, str(manifest.n_train_sentences)):
            assert fact in text
        assert f"{manifest.metrics.n_sentences} sentences" in text
    assert manifest.data_fingerprint in card
    assert all(f"{name} {version}" in card for name, version in manifest.libraries.items())


def test_markup_in_a_codebook_is_text_on_the_page(manifest):
    labels = tuple(label.model_copy(update={"name": SCRIPT}) for label in manifest.codebook.labels)
    codebook = manifest.codebook.model_copy(update={"title": SCRIPT, "name": SCRIPT, "labels": labels})
    page = write_report(manifest.model_copy(update={"codebook": codebook, "name": SCRIPT, "version": SCRIPT}))
    assert "script" not in Page(page).tags
    assert page.count("&lt;script&gt;") >= 4
    assert SCRIPT in " ".join(Page(page).words)


def test_markup_in_the_names_of_writers_is_text_on_the_page(manifest):
    page = Page(write_report(with_metrics(manifest, test_writers=("c4", SCRIPT))))
    assert "script" not in page.tags
    assert SCRIPT in " ".join(page.words)


def test_the_page_is_one_file_that_loads_nothing_from_elsewhere(manifest):
    page = write_report(manifest)
    assert not {"link", "img", "iframe", "script"} & set(Page(page).tags)
    assert "http" not in page


@pytest.mark.parametrize("write", [write_model_card, write_report])
def test_without_test_writers_the_text_says_so_and_shows_no_figures(write, manifest):
    text = write(without_metrics(manifest))
    assert "Not evaluated" in text
    assert "macro-F1" not in text
    assert "Reliability" not in text
    assert "Not evaluated" not in write(manifest)


@pytest.mark.parametrize("write", [write_model_card, write_report])
def test_of_another_codebook_neither_drives_nor_labels_of_the_shipped_one_are_spoken(write, manifest):
    shipped = {*load_codebook().label_ids, "drives"} - {"purpose"}  # "written for this purpose" is plain English
    assert shipped & set(re.findall(r"[a-z]+", write(manifest).lower())) == set()
