"""check.py: what is planted in a corpus is found, what is only alike is left alone, and the counts are right."""

import pytest

from models import load_codebook
from training.check import Place, find_problems, take_inventory
from training.corpus import CORPUS_FOLDER, AnnotatedText, read_corpus

LONG = "De monteur die gisteren de nieuwe ketel kwam plaatsen was een uur later dan afgesproken"

DUPLICATES = [
    ("Het pakket kwam te laat.", "Het pakket kwam te laat."),
    ("Het pakket kwam te laat.", "het PAKKET kwam, te laat!"),
    ("Te laat.", "te laat"),
    (LONG, LONG),
]
NEAR_DUPLICATES = [
    (LONG, LONG + " hoor"),
    (LONG, "Nou, " + LONG),
    (LONG, LONG.replace("nieuwe", "oude")),
    (LONG, LONG.replace("uur", "dag")),
    (LONG, LONG.replace("gisteren", "vandaag")),
    (LONG, "Een uur later dan afgesproken was de monteur die gisteren de nieuwe ketel kwam plaatsen"),
    ("ik wacht al weken op het geld", "ik wacht al weken op het beloofde geld"),
]
DIFFERENT = [
    ("Goede service.", "Goede bediening."),
    ("Het pakket kwam te laat.", "Het pakket kwam te vroeg."),
    ("Ik wacht nog.", "Ik wacht nog steeds."),
    (LONG, LONG.replace("monteur", "loodgieter").replace("ketel", "wasmachine").replace("uur", "dag")),
    (LONG, "De monteur die gisteren kwam, had geen ladder bij zich en vroeg of hij de onze mocht lenen"),
    (":-)", ":-("),
]
# By hand, all with the same first five words.
SAME_OPENING = [
    "Aan het loket zei de bediende dat mijn brief zoek was",
    "Aan het loket zei de dame van dienst niets",
    "Aan het loket zei de portier vriendelijk gedag",
    "Aan het loket zei de stagiair dat hij het ook niet wist",
    "Aan het loket zei de chef eindelijk sorry tegen mijn moeder",
]


def texts_of(*sentences, writers="c9", ids=None):
    return [
        AnnotatedText(
            id=ids[i] if ids else f"x-{i}",
            writer=writers if isinstance(writers, str) else writers[i],
            kind="survey",
            sector="zorg",
            sentences=({"text": sentence},),
        )
        for i, sentence in enumerate(sentences)
    ]


def kinds(texts):
    return [problem.kind for problem in find_problems(texts)]


@pytest.mark.parametrize(("first", "second"), DUPLICATES)
def test_the_same_words_twice_are_a_duplicate_at_the_second_place(first, second):
    (problem,) = find_problems(texts_of(first, "De doos is bruin.", second))
    assert (problem.kind, problem.place, problem.detail) == (
        "duplicate",
        Place("x-2", 1),
        "same words as x-0 sentence 1",
    )


def test_a_duplicate_within_one_text_is_found_at_its_sentence():
    twice = {"text": "Het pakket kwam te laat."}
    text = AnnotatedText(
        id="x", writer="c9", kind="survey", sector="zorg", sentences=(twice, {"text": "Jammer."}, twice)
    )
    (problem,) = find_problems([text])
    assert str(problem.place) == "x sentence 3"


@pytest.mark.parametrize("writers", ["c9", ["c8", "c9"]])
@pytest.mark.parametrize(("first", "second"), NEAR_DUPLICATES)
def test_sentences_that_share_four_fifths_of_their_words_are_near_duplicates(first, second, writers):
    (problem,) = find_problems(texts_of(first, second, writers=writers))
    assert (problem.kind, problem.place) == ("near-duplicate", Place("x-1", 1))
    assert "x-0 sentence 1" in problem.detail


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_sentences_that_are_only_alike_are_no_problem(first, second):
    assert kinds(texts_of(first, second)) == []


def test_a_fifth_sentence_of_a_writer_with_the_same_opening_is_writing_by_template():
    (problem,) = find_problems(texts_of(*SAME_OPENING))
    assert (problem.kind, problem.place) == ("template", Place("x-0", 1))
    assert problem.detail.startswith("5 sentences of writer c9")


def test_four_sentences_of_a_writer_with_the_same_opening_are_no_template():
    assert kinds(texts_of(*SAME_OPENING[:4])) == []


def test_the_same_opening_by_several_writers_is_no_template():
    assert kinds(texts_of(*SAME_OPENING, writers=["c1", "c1", "c1", "c2", "c2"])) == []


@pytest.mark.parametrize(
    "sentences", [("Te laat.", "Niet aardig."), (LONG, "Niemand nam de telefoon op toen ik vanmiddag naar u belde")]
)
def test_an_id_that_stands_twice_is_found(sentences):
    (problem,) = find_problems(texts_of(*sentences, ids=["x-7", "x-7"]))
    assert (problem.kind, problem.place.text_id, problem.detail) == ("duplicate id", "x-7", "2 texts have this id")


def test_each_kind_of_problem_is_found_among_the_complaints_where_there_was_none(complaints):
    assert kinds(complaints.texts) == []
    first = complaints.texts[0]
    copy = first.model_copy(update={"id": "c1-0099"})
    near = texts_of(first.sentences[1].text.replace("stoep", "stoep, hoor"), ids=["c1-0098"], writers="c1")
    planted = [*complaints.texts, copy, *near, *texts_of(*SAME_OPENING), first.model_copy(update={"sentences": ()})]
    assert set(kinds(planted)) == {"duplicate", "near-duplicate", "template", "duplicate id"}


def test_no_problem_stands_in_the_shipped_corpus():
    assert find_problems(read_corpus(CORPUS_FOLDER, load_codebook())) == []


def test_the_inventory_counts_what_a_corpus_is_made_of(complaints):
    reported = [{"label": "delay", "stance": "reported"}]
    both = [{"label": "delay", "stance": "resolved"}, {"label": "rudeness", "stance": "reported"}]
    sentences = [
        {"text": "Weer vertraging.", "tags": reported},
        {"text": "Ik wacht al een week.", "tags": reported},
        {"text": "Het kwam, maar met een grote mond.", "tags": both},
        {"text": "De doos is bruin."},
    ]
    texts = [
        AnnotatedText(id="x-1", writer="c8", kind="survey", sector="zorg", sentences=sentences[:3]),
        AnnotatedText(id="x-2", writer="c9", kind="article", sector="zorg", sentences=sentences[3:]),
    ]
    found = take_inventory(texts, complaints.codebook)
    assert (found.n_texts, found.n_sentences, found.n_writers, found.untagged) == (2, 4, 2, 0.25)
    assert found.words == (2, 3, 4, 5, 6)
    delay, rudeness = found.labels
    assert (delay.label, delay.stances) == ("delay", {"reported": 2, "resolved": 1})
    assert delay.keyword_free == pytest.approx(2 / 3)
    assert (rudeness.label, rudeness.stances) == ("rudeness", {"reported": 1, "resolved": 0})
    assert rudeness.keyword_free == 1.0
