"""The language pipeline: sentences and words that point into the text as received, lemmas, vectors."""

from pathlib import Path

import numpy as np
import pytest
import spacy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spacy.vectors import Vectors

from models.clean import INVISIBLE, clean
from models.errors import PipelineError
from models.pipeline import EMBEDDED, Pipeline, Sentence, load_pipeline
from models.vectors import StaticVectors

PIECES = [
    "Ik mag veel",
    "bijv.",
    "👍🏽",
    "❤️",
    "cafe\u0301",
    "\u200b",
    "\u202e",
    "\ufeff",
    "\r\n",
    "\n\n",
    ". ",
    "…",
    "'s avonds",
    '"',
]
PIECES += [
    "\U0001d15e",
    "\u0958",
    "x" * 700,
    "e\u0301" * 350,
    "\u0301",
    "\x00",
    "\x1c",
    "İ",
    "http://a.nl/",
    "1.",
    "•",
    " ",
    "a.b",
]


@pytest.fixture(scope="module")
def pipeline(small_vectors: StaticVectors) -> Pipeline:
    return load_pipeline(EMBEDDED, small_vectors)


def check_places(sentence: Sentence) -> None:
    """Each word stands in the sentence's own text where it says; case is folded, as letters differ in lower case."""
    place = 0
    for word in sentence.words:
        assert place <= word.at < len(sentence.text)
        place = word.at + 1
        assert sentence.text[word.at :].casefold().startswith(word.form.casefold())


def check_offsets(pipeline: Pipeline, text: str) -> None:
    (sentences,) = pipeline.read([text])
    position = 0
    covered: set[int] = set()
    for sentence in sentences:
        assert (sentence.start, sentence.end) == (sentence.words[0].start, sentence.words[-1].end)
        check_places(sentence)
        for word in sentence.words:
            assert position <= word.start < word.end <= len(text)
            position = word.end
            covered.update(range(word.start, word.end))
            received = text[word.start : word.end]
            assert not received[0].isspace()
            assert clean(received).text.replace(" ", "").lower() == word.form
    missed = [c for i, c in enumerate(text) if i not in covered and not c.isspace() and not INVISIBLE.match(c)]
    assert not missed


@settings(deadline=None, max_examples=200)
@given(st.text())
def test_spans_of_any_text_slice_the_text_as_received(pipeline: Pipeline, text: str) -> None:
    check_offsets(pipeline, text)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@example("Fijn.\r\nVeel cafe\u0301s 👍🏽.\r\n\r\nen\u200b meer")
def test_spans_of_mixed_text_slice_the_text_as_received(pipeline: Pipeline, text: str) -> None:
    check_offsets(pipeline, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("👍 Ik mag 😊 veel", [(0, 1), (2, 4), (5, 8), (9, 10), (11, 15)]),
        ("cafe\u0301 daar", [(0, 5), (6, 10)]),
        ("ver\u00adtrouwen is", [(0, 11), (12, 14)]),
        ("\ufeffgoed\r\nteam", [(1, 5), (7, 11)]),
    ],
)
def test_words_count_code_points_of_the_text_as_received(
    pipeline: Pipeline, text: str, expected: list[tuple[int, int]]
) -> None:
    (sentences,) = pipeline.read([text])
    assert [(word.start, word.end) for sentence in sentences for word in sentence.words] == expected


@pytest.mark.parametrize("word", ["me", "dat", "al", "top", "vol", "kon", "hand", "app"])
def test_an_everyday_word_before_a_full_stop_is_the_same_word(pipeline: Pipeline, word: str) -> None:
    (sentences,) = pipeline.read([f"Ik zeg {word}."])
    assert [w.form for w in sentences[0].words] == ["ik", "zeg", word, "."]


def test_words_have_a_plain_form_and_a_lemma(pipeline: Pipeline) -> None:
    (sentences,) = pipeline.read(["Mijn COLLEGA'S werkten."])
    words = [(word.form, word.lemma) for word in sentences[0].words]
    assert words == [("mijn", "mijn"), ("collega's", "collega"), ("werkten", "werken"), (".", ".")]


@pytest.mark.parametrize("text", ["Collega's zijn fijn", "Zo'n baas wil ik", "m'n foto's", "'s avonds is 't druk"])
def test_curly_and_straight_apostrophes_give_the_same_words(pipeline: Pipeline, text: str) -> None:
    straight, curly = pipeline.read([text, text.replace("'", "’")])
    assert [(w.start, w.form) for w in curly[0].words] == [(w.start, w.form) for w in straight[0].words]


def test_a_sentence_vector_is_the_mean_over_its_known_words(pipeline: Pipeline) -> None:
    (sentences,) = pipeline.read(["ik heb qzxjw tijd"])
    (sentence,) = sentences
    vectors = pipeline.word_vectors(["ik", "heb", "tijd"])
    assert sentence.known_words == 3
    np.testing.assert_allclose(sentence.vector, vectors.mean(axis=0), rtol=1e-5)
    assert not pipeline.word_vectors(["qzxjw"]).any()
    assert vectors.shape == (3, pipeline.dimensions)


def test_texts_come_back_in_order(pipeline: Pipeline) -> None:
    read = list(pipeline.read(["Eerst dit. Dan dat hier.", "", "Ten slotte"]))
    assert [len(sentences) for sentences in read] == [2, 0, 1]
    assert list(pipeline.read([])) == []


def test_an_annotated_unit_is_one_sentence_whatever_it_holds(pipeline: Pipeline) -> None:
    texts = ["Eerst dit. Dan wat anders.", "Ik heb tijd", "", "qzxjw"]
    units = list(pipeline.read_units(texts))
    assert [(unit.start, unit.end) for unit in units] == [(0, len(text)) for text in texts]
    forms = [[word.form for word in unit.words] for unit in units]
    assert forms == [["eerst", "dit", ".", "dan", "wat", "anders", "."], ["ik", "heb", "tijd"], [], ["qzxjw"]]
    assert [unit.text for unit in units] == texts
    for unit in units:
        check_places(unit)
    for unit, words in zip(units, forms, strict=True):
        vectors = pipeline.word_vectors(words)
        known = int(np.count_nonzero(vectors, axis=1).astype(bool).sum())
        assert unit.known_words == known
        np.testing.assert_allclose(unit.vector, vectors.sum(axis=0) / max(1, known), atol=1e-5)


def test_a_sentence_has_its_text_as_written_but_cleaned(pipeline: Pipeline) -> None:
    (sentences,) = pipeline.read(["\ufeff Fijn,  cafe\u0301!\r\n\r\nZo’n DAG is ver\u00adgeten. "])
    assert [sentence.text for sentence in sentences] == ["Fijn,  café!", "Zo'n DAG is vergeten."]
    assert [word.at for word in sentences[1].words] == [0, 5, 9, 12, 20]


def test_an_installed_pipeline_offers_the_same_four_things(tmp_path: Path, small_vectors: StaticVectors) -> None:
    nlp = spacy.blank("nl")
    nlp.add_pipe("weerklank_lemmas", name="lemmatizer")
    nlp.vocab.vectors = Vectors(
        strings=nlp.vocab.strings, data=small_vectors.matrix(), keys=list(small_vectors.words), name="small"
    )
    nlp.meta["name"] = "small"
    nlp.to_disk(tmp_path / "small")
    loaded = load_pipeline(str(tmp_path / "small"))
    (sentences,) = loaded.read(["Ik werkte hard. Dat is fijn."])
    assert loaded.name == "nl_small"
    assert [[word.lemma for word in sentence.words][1] for sentence in sentences] == ["werken", "zijn"]
    assert all(sentence.known_words and sentence.vector.any() for sentence in sentences)


def test_the_embedded_pipeline_asks_for_its_vectors() -> None:
    with pytest.raises(PipelineError, match="needs word vectors"):
        load_pipeline(EMBEDDED)


@pytest.mark.parametrize("name", ["nl_made_up_md", "/nowhere/pipeline"])
def test_a_pipeline_that_is_not_installed_is_named_with_a_remedy(name: str) -> None:
    with pytest.raises(PipelineError, match=f"{name}.*not installed.*Install it with pip"):
        load_pipeline(name)


def test_a_pipeline_without_lemmas_or_vectors_is_refused(tmp_path: Path) -> None:
    spacy.blank("nl").to_disk(tmp_path / "bare")
    with pytest.raises(PipelineError, match="lacks word vectors or a lemmatizer"):
        load_pipeline(str(tmp_path / "bare"))
