"""report.py: every figure stands in the model card and on the page, markup is text, no sentence stands in them."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import yaml

from models import load_codebook
from models.manifest import OPERATING_POINTS
from training.evaluation.background import About, Background, CurvePoint, LearningCurve
from training.evaluation.study import make_study
from training.report import quality_table, write_model_card, write_report

SCRIPT = "<script>alert('klacht')</script>"
OVERALL = [
    ("macro_f1", "macro-F1"),
    ("micro_f1", "micro-F1"),
    ("mean_average_precision", "mean average precision"),
    ("stance_accuracy", "stance accuracy, given a right label"),
    ("false_alarm_rate", "untagged sentences that got a tag"),
    ("expected_calibration_error", "expected calibration error"),
]
SECTIONS = "quality beside labels thresholds ranking calibration stances slices together curve errors how".split()
# Headings of Hugging Face's template and of Mitchell et al.
CARD_SECTIONS = [
    "Model details",
    "Uses",
    "Factors",
    "Metrics",
    "Evaluation data",
    "Training data",
    "Training procedure",
    "Quantitative analyses",
    "Ethical considerations",
    "Bias, risks and limitations",
    "Caveats and recommendations",
]
CURVE = [
    CurvePoint(share=s, n_writers=2, n_sentences=80 * s, mean_average_precision=s, low=s, high=s, macro_f1=0.321)
    for s in (0.5, 1)
]


class Page(HTMLParser):
    """The elements of a page and the rows of its tables."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.rows, self.words, self.ids, self.labelled = [], [], [], [], []
        self.in_cell = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        found = dict(attrs)
        self.ids += [found["id"]] if "id" in found else []
        self.labelled += found.get("aria-labelledby", "").split()
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self.in_cell = True
        if self.in_cell and tag == "svg":
            self.rows[-1][-1] += found["aria-label"]

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self.in_cell = False

    def handle_data(self, data):
        self.words.append(data)
        if self.in_cell:
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def background(complaints):
    about = About(**{name: f"The {name} <of> it." for name in About.model_fields})
    curve = LearningCurve(
        codebook=complaints.codebook.digest,
        learner="A learner",
        n_folds=1,
        seed=1,
        data_fingerprint="x",
        points=tuple(CURVE),
    )
    return Background(about, {}, curve)


@pytest.fixture(scope="module")
def manifest(accurate):
    return accurate.artefact.manifest


@pytest.fixture(scope="module")
def study(accurate, complaints, background):
    texts = [text for text in complaints.texts if text.writer == "c4"]
    return make_study(accurate.artefact, accurate.pipeline, texts, complaints.config, background)


@pytest.fixture(scope="module")
def text_of(manifest, background, study):
    return write_report(manifest, background, study)


@pytest.fixture(scope="module")
def page(text_of):
    return Page(text_of)


@pytest.fixture(scope="module")
def card(manifest, background, study):
    return write_model_card(manifest, background, study)


def two(value):
    return f"{value:.2f}"


def test_the_page_has_all_sections_and_its_own_list_of_them(page, text_of):
    assert [name for name in page.ids if name in SECTIONS] == SECTIONS
    assert all(f'href="#{name}"' in text_of for name in SECTIONS)


def test_the_page_has_a_row_with_the_numbers_of_each_label_in_each_setting(page, manifest):
    for profile, entry in manifest.profiles.items():
        for point, metrics in entry.metrics.items():
            for label, m in metrics.labels.items():
                wanted = [str(m.n), two(m.precision), two(m.recall), two(m.f1), two(m.average_precision)]
                wanted += [two(entry.thresholds[point][label]), str(manifest.labels[label].positives)]
                rows = [row for row in page.rows if row[0] == label and len(row) == 13]
                found = [[row[i] for i in (1, 2, 4, 6, 8, 10, 12)] for row in rows]
                assert wanted in found, (profile, point, label)


def test_page_and_card_have_a_row_for_each_profile_at_each_operating_point(page, card, manifest):
    for profile, entry in manifest.profiles.items():
        assert tuple(entry.metrics) == OPERATING_POINTS
        for point, m in entry.metrics.items():
            means = [two(m.macro_precision), two(m.macro_recall), two(m.macro_f1)]
            assert any(row[:5] == [profile, point, *means] for row in page.rows)
            assert f"| `{profile}` | `{point}` | " + " | ".join(means) in card


@pytest.mark.parametrize(("figure", "words"), OVERALL)
def test_each_figure_over_all_labels_stands_in_card_and_page(figure, words, page, card, manifest):
    value = two(getattr(manifest.metrics, figure))
    assert f"| {words} | {value} |" in card
    assert [words, value] in [row[:2] for row in page.rows]


def test_the_card_has_a_row_with_the_numbers_of_each_label(card, manifest):
    for label in manifest.codebook.labels:
        m = manifest.metrics.labels[label.id]
        (row,) = [line for line in card.splitlines() if line.startswith(f"| `{label.id}` |")]
        assert row.split(" | ")[1:6] == [label.name, str(m.n), two(m.precision), two(m.recall), two(m.f1)]


def test_the_card_holds_the_table_that_the_readme_holds(card, manifest):
    assert quality_table(manifest).strip() in card


def test_the_card_has_the_sections_of_a_model_card(card):
    assert [line[3:] for line in card.splitlines() if line.startswith("## ")] == CARD_SECTIONS


def test_the_head_of_the_card_is_what_a_model_hub_reads(card, manifest):
    head = yaml.safe_load(card.split("---\n")[1])
    assert (head["language"], head["license"], head["pipeline_tag"]) == (
        manifest.codebook.language,
        "The license <of> it.",
        "text-classification",
    )
    (entry,) = head["model-index"]
    assert entry["name"] == manifest.name
    assert len(entry["results"]) == len(manifest.profiles) * len(OPERATING_POINTS)
    values = {metric["name"]: metric["value"] for metric in entry["results"][0]["metrics"]}
    assert values["macro-F1"] == round(manifest.profiles["fast"].metrics["balanced"].macro_f1, 4)


def test_card_and_page_say_where_the_corpus_comes_from_or_that_it_does_not_say(card, text_of, manifest, study):
    assert all(f"The {name} <of> it." in card for name in ("origin", "annotation", "test", "caveats"))
    assert "The origin &lt;of&gt; it." in text_of
    assert "the corpus does not say" in write_model_card(manifest, None, study)


def test_each_cut_off_of_each_label_has_precision_recall_and_coverage(page, study):
    p = study.evaluation.profiles["fast"].probabilities[:, 0]
    gold = study.evaluation.examples.labels[:, 0]
    found = p >= 0.3
    cell = f"{two((found & gold).sum() / found.sum())} / {two((found & gold).sum() / gold.sum())} / {found.mean():.1%}"
    assert any(cell in row for row in page.rows if row[0] == "delay")


def test_every_plot_has_a_title_and_a_description(page):
    plots = ["reliability", "precision-recall", "learning-curve"]
    assert page.labelled == [
        f"{name}-{part}" for name in ("precision-recall", "reliability", "learning-curve") for part in ("title", "desc")
    ]
    assert set(page.labelled) <= set(page.ids)
    assert sum(tag == "desc" for tag in page.tags) == len(plots)


def test_no_two_elements_share_an_id(page):
    assert len(page.ids) == len(set(page.ids))


def test_the_learning_curve_stands_as_table_and_says_when_the_corpus_changed(page, text_of):
    assert ["50.0%", "2.0", "40", "0.500", "0.321"] in page.rows
    assert "earlier state of the corpus" in text_of


def test_what_lies_not_beside_the_corpus_is_named_with_the_command_that_makes_it(manifest, study):
    text = write_report(manifest, None, study)
    assert "weerklank-train learning-curve" in text
    assert "weerklank-train baselines" in text
    assert "No agreement ceiling" in text


def test_no_sentence_stands_on_the_page_unless_asked(text_of, manifest, background, study, complaints):
    sentences = [s.text for text in complaints.texts for s in text.sentences]
    assert not any(sentence in text_of for sentence in sentences)
    assert any(sentence in write_report(manifest, background, study, with_text=True) for sentence in sentences)


def test_no_sentence_stands_in_the_card(card, complaints):
    assert not any(s.text in card for text in complaints.texts for s in text.sentences)


def test_card_and_page_name_what_was_trained_on_what(card, page, manifest):
    for text in (card, " ".join(page.words)):
        for fact in (manifest.name, manifest.version, manifest.codebook.title, str(manifest.n_train_sentences)):
            assert fact in text
        assert f"{manifest.metrics.n_sentences} sentences" in text
    assert manifest.data_fingerprint in card
    assert all(f"{name} {version}" in card for name, version in manifest.libraries.items())


def test_markup_in_codebook_and_corpus_is_text_on_the_page(manifest, background, study):
    labels = tuple(label.model_copy(update={"name": SCRIPT}) for label in manifest.codebook.labels)
    codebook = manifest.codebook.model_copy(update={"title": SCRIPT, "name": SCRIPT, "labels": labels})
    marked = replace(background, about=background.about.model_copy(update={"origin": SCRIPT, "test": SCRIPT}))
    found = write_report(
        manifest.model_copy(update={"codebook": codebook, "name": SCRIPT, "version": SCRIPT}), marked, study
    )
    assert "script" not in Page(found).tags
    assert found.count("&lt;script&gt;") >= 6


def test_the_page_is_one_file_that_loads_nothing_from_elsewhere(page, text_of):
    assert not {"link", "img", "iframe", "script", "image"} & set(page.tags)
    assert "http" not in text_of
    assert "@import" not in text_of


def test_the_same_study_gives_the_same_page(text_of, manifest, background, study):
    assert write_report(manifest, background, study) == text_of


@pytest.mark.parametrize("write", [write_model_card, write_report])
def test_without_test_writers_the_text_says_so_and_shows_no_figures(write, manifest, background):
    bare = {name: entry.model_copy(update={"metrics": {}}) for name, entry in manifest.profiles.items()}
    text = write(manifest.model_copy(update={"profiles": bare}), background)
    assert "Not evaluated" in text
    assert "| macro-F1 |" not in text
    assert "Reliability" not in text
    assert "model-index" not in text


def test_of_another_codebook_no_labels_of_the_shipped_one_are_spoken(card, text_of):
    shipped = set(load_codebook().label_ids) - {"purpose", "control", "growth", "trust"}  # plain English, too
    for text in (card, text_of):
        assert shipped & set(re.findall(r"[a-z]+", text.lower())) == set()


def test_the_card_of_another_codebook_says_nothing_of_the_one_that_ships(trained):
    card = write_model_card(trained.tagger.artefact.manifest).casefold()
    names = {label.name_en for label in load_codebook().labels} - {"control", "care", "trust"}
    words = ("reflection", "coaching", "about their work", "hardly in the corpus", *sorted(names))
    assert [word for word in words if re.search(rf"\b{word}\b", card)] == []
    assert "klachten" in card
