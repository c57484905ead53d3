"""background.py: what lies beside a corpus is read when it is there, and refused when it is broken."""

import shutil

import pytest

from models import load_codebook
from models.errors import InputError
from models.pipeline import load_pipeline
from tests.complaints import CORPUS
from training.corpus import CORPUS_FOLDER, examples_of
from training.evaluation.background import About, Background, read_background
from training.evaluation.judge import judge
from training.evaluation.yardsticks import agreement_ceiling, learned_systems, simple_systems
from training.lexicon import LEXICON_FOLDER, has_lexicon, read_lexicon

ABOUT = {name: f"{name} <b>" for name in About.model_fields}
BROKEN = [
    ("about.toml", "name = ", "no valid TOML"),
    ("about.toml", 'name = "x"', "origin"),
    ("about.toml", "\n".join(f'{key} = "x"' for key in [*ABOUT, "mood"]), "mood"),
    ("learning_curve.json", "{", "learning-curve"),
    ("learning_curve.json", "{}", "learning-curve"),
]
PAGE = """# Baselines
judged
on 31 sentences by the 1 test writers, on whom
| system | what it is | macro-F1 | 95% interval | micro-F1 | false alarms | stance accuracy | less | 95% interval |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| tagger, fast | x | 0.900 | 0.800 to 0.950 | 0.900 | 0.1 | 0.9 |  |  |
| keywords | x | 0.300 | 0.200 to 0.400 | 0.300 | 0.1 | 0.9 | -0.1 | -0.2 to -0.1 |
| fastText | fastText supervised | 0.400 | 0.300 to 0.500 | 0.450 | 0.100 |  | -0.5 | -0.6 to -0.4 |
"""


def test_a_corpus_alone_has_no_background(complaints, tmp_path):
    assert read_background(CORPUS, complaints.codebook, tmp_path / "none.md") == Background()


def test_the_shipped_corpus_says_where_it_comes_from():
    about = read_background(CORPUS_FOLDER, load_codebook()).about
    assert about is not None
    assert "synthetic" in about.origin


@pytest.mark.parametrize(("name", "content", "reason"), BROKEN)
def test_a_broken_file_is_refused_by_name(name, content, reason, complaints, tmp_path):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=reason) as refusal:
        read_background(tmp_path, complaints.codebook)
    assert name in str(refusal.value)


@pytest.fixture(scope="module")
def evaluation(fast, complaints):
    texts = [text for text in complaints.texts if text.writer == "c4"]
    return judge(fast.artefact, fast.pipeline, texts, complaints.config)


def test_learned_baselines_are_read_off_their_page(evaluation):
    (row,) = learned_systems(PAGE, evaluation.examples)
    assert (row.name, row.what, row.micro_f1) == ("fastText", "fastText supervised", 0.45)
    assert (row.macro_f1.value, row.macro_f1.low, row.macro_f1.high) == (0.4, 0.3, 0.5)


def test_baselines_on_other_texts_are_left_out(evaluation):
    assert learned_systems(PAGE.replace("on 31", "on 32"), evaluation.examples) == []
    assert learned_systems("", evaluation.examples) == []


def test_a_codebook_without_a_lexicon_has_nothing_as_its_one_simple_system(evaluation, fast, complaints):
    (row,) = simple_systems(evaluation, complaints.codebook, fast.pipeline)
    assert (row.name, row.macro_f1.value) == ("nothing", 0.0)


def test_the_shipped_codebook_has_its_lexicon(small_vectors):
    assert has_lexicon(LEXICON_FOLDER, load_codebook())
    assert read_lexicon(LEXICON_FOLDER, load_codebook(), load_pipeline("embedded", small_vectors)).entries


def annotated(complaints, evaluation, change):
    """Two annotators of the test part, of whom the second leaves out some tags."""
    other = [
        text.model_copy(
            update={"sentences": tuple(s.model_copy(update={"tags": change(s.tags)}) for s in text.sentences)}
        )
        for text in evaluation.texts
    ]
    return agreement_ceiling({"a1": evaluation.texts, "a2": other}, evaluation, complaints.codebook)


def test_annotators_who_agree_leave_no_ceiling_below_one(complaints, evaluation):
    ceiling = annotated(complaints, evaluation, lambda tags: tags)
    assert (ceiling.macro_f1.value, ceiling.micro_f1) == (1.0, 1.0)


def test_annotators_who_differ_lower_the_ceiling(complaints, evaluation):
    ceiling = annotated(complaints, evaluation, lambda tags: tuple(t for t in tags if t.stance != "resolved"))
    gold = examples_of(evaluation.texts, complaints.codebook)
    n = gold.labels.sum(axis=0)
    kept = (gold.stances == complaints.codebook.stance_ids.index("reported")).sum(axis=0)
    assert ceiling.labels == pytest.approx((2 * kept / (n + kept)).tolist())


@pytest.mark.parametrize("n", [0, 1])
def test_without_two_annotators_there_is_no_ceiling(n, complaints, evaluation):
    annotations = {f"a{k}": evaluation.texts for k in range(n)}
    assert agreement_ceiling(annotations, evaluation, complaints.codebook) is None


def test_annotations_beside_a_corpus_are_read(complaints, tmp_path):
    for annotator in ("a1", "a2"):
        shutil.copytree(CORPUS, tmp_path / "annotations" / annotator)
    assert set(read_background(tmp_path, complaints.codebook).annotations) == {"a1", "a2"}
