"""report.py: every label and its numbers stand in the model card and on the page, and markup is text."""

import re
from html.parser import HTMLParser

import pytest

from models import load_codebook
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
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
        if self.rows and tag == "svg":
            self.rows[-1][-1] += dict(attrs)["aria-label"]

    def handle_data(self, data):
        self.words.append(data)
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def manifest(trained):
    return trained.tagger.artefact.manifest


def without_metrics(manifest):
    return manifest.model_copy(update={"metrics": None})


def test_the_model_card_has_a_row_with_the_numbers_of_each_label(manifest):
    rows = {line.split(" | ")[0]: line for line in write_model_card(manifest).splitlines() if line.startswith("| `")}
    assert set(rows) == {f"| `{label}`" for label in manifest.codebook.label_ids}
    for label in manifest.codebook.labels:
        figures, row = manifest.metrics.labels[label.id], rows[f"| `{label.id}`"]
        assert [label.name, str(figures.n)] == row.split(" | ")[1:3]
        assert all(f"{getattr(figures, name):.2f}" in row for name in PER_LABEL)
        assert row.endswith(f"| {manifest.labels[label.id].threshold:.2f} |")


def test_the_page_has_a_row_with_the_numbers_of_each_label(manifest):
    rows = {row[0]: [cell.strip() for cell in row] for row in Page(write_report(manifest)).rows}
    for label in manifest.codebook.label_ids:
        figures, row = manifest.metrics.labels[label], rows[label]
        values = [figures.precision, figures.recall, figures.f1]
        assert row[1:5] == [str(figures.n), *(f"{value:.2f}" for value in values)]
        assert row[5] == f"F1 {figures.f1:.2f}, from {figures.f1_low:.2f} to {figures.f1_high:.2f}"
        entry = manifest.labels[label]
        assert row[6:] == [f"{figures.average_precision:.2f}", f"{entry.threshold:.2f}", str(entry.positives)]


@pytest.mark.parametrize(("figure", "words"), OVERALL)
def test_each_figure_over_all_labels_stands_in_card_and_page(figure, words, manifest):
    marked = manifest.model_copy(update={"metrics": manifest.metrics.model_copy(update={figure: 0.123456})})
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
    figures = manifest.metrics.model_copy(update={"test_writers": ("c4", SCRIPT)})
    page = Page(write_report(manifest.model_copy(update={"metrics": figures})))
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
    assert "Not evaluated" not in write(manifest)


@pytest.mark.parametrize("write", [write_model_card, write_report])
def test_of_another_codebook_neither_drives_nor_labels_of_the_shipped_one_are_spoken(write, manifest):
    shipped = {*load_codebook().label_ids, "drives"} - {"purpose"}  # "written for this purpose" is plain English
    assert shipped & set(re.findall(r"[a-z]+", write(manifest).lower())) == set()
