"""agreement.py: Krippendorff's alpha on cases whose answer is known."""

import pytest

from models.errors import CorpusError
from training.agreement import measure_agreement, read_annotations
from training.corpus import AnnotatedText

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), example A: two observers, two values, alpha 0.095.
MEG = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
OWEN = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]


def annotated(*stances, label="delay", first=0):
    """Annotate texts of one sentence each: with the label in a stance, or without it where the stance is None."""
    return [
        AnnotatedText(
            id=f"x-{i}",
            writer="c9",
            kind="survey",
            sector="zorg",
            sentences=({"text": "Zin.", "tags": [{"label": label, "stance": stance}] if stance else []},),
        )
        for i, stance in enumerate(stances, first)
    ]


def present(values):
    return annotated(*("reported" if value else None for value in values))


def measured(complaints, **annotators):
    found = measure_agreement(annotators, complaints.codebook, samples=100)
    assert [row.name for row in found] == ["delay", "rudeness", "stance"]
    return {row.name: row for row in found}


def test_alpha_of_a_label_is_that_of_the_textbook(complaints):
    found = measured(complaints, meg=present(MEG), owen=present(OWEN))
    assert found["delay"].alpha == pytest.approx(0.095, abs=5e-4)
    assert found["delay"].n == 5
    assert found["delay"].low < found["delay"].alpha < found["delay"].high


def test_full_agreement_is_one_with_an_interval_without_width(complaints):
    found = measured(complaints, meg=present(MEG), owen=present(MEG))
    assert [(row.alpha, row.low, row.high) for row in found.values()] == [(1.0, 1.0, 1.0)] * 3


def test_opposite_annotations_are_worse_than_chance(complaints):
    found = measured(complaints, meg=present([0, 1] * 5 + [1]), owen=present([1, 0] * 5 + [1]))
    assert found["delay"].alpha < -0.5


def test_stances_are_compared_where_both_gave_the_label(complaints):
    # Four pairs of stances, one of which differs: of eight values five are alike and three are the other.
    meg = annotated("reported", "reported", "resolved", "resolved", None, "resolved")
    owen = annotated("reported", "reported", "resolved", "reported", "resolved", None)
    found = measured(complaints, meg=meg, owen=owen)
    assert (found["stance"].n, found["delay"].n) == (4, 6)
    assert found["stance"].alpha == pytest.approx(1 - 7 * 1 / (5 * 3))


def test_stances_cannot_disagree_where_no_label_was_given_by_both(complaints):
    late, rude = annotated("reported", None), annotated(None, "reported", label="rudeness")
    stance = measured(complaints, meg=late, owen=rude)["stance"]
    assert (stance.n, stance.alpha) == (0, 1.0)


def test_a_sentence_that_one_annotator_alone_read_counts_for_nothing(complaints):
    more = annotated("reported", "resolved", "reported", first=len(MEG))
    found = measured(complaints, meg=[*present(MEG), *more], owen=present(OWEN))
    assert found["delay"].alpha == pytest.approx(0.095, abs=5e-4)
    assert found["delay"].n == 5


def test_only_sentences_that_two_annotators_read_are_counted(complaints):
    found = measured(complaints, meg=present([1, 1, 1, 1]), owen=present([1, 1, 1]))
    assert found["delay"].n == 3


def test_texts_are_matched_by_id_and_not_by_their_order(complaints):
    found = measured(complaints, meg=present(MEG), owen=present(OWEN)[::-1])
    assert found["delay"].alpha == pytest.approx(0.095, abs=5e-4)


def test_a_third_annotator_is_weighed_with_the_others(complaints):
    two = measured(complaints, meg=present(MEG), owen=present(OWEN))["delay"]
    three = measured(complaints, meg=present(MEG), owen=present(OWEN), mia=present(MEG))["delay"]
    assert three.alpha > two.alpha


def test_annotators_that_split_a_text_differently_are_refused_by_its_id(complaints):
    one = present([1, 0])
    other = [one[0], one[1].model_copy(update={"sentences": one[1].sentences * 2})]
    with pytest.raises(CorpusError, match="x-1"):
        measured(complaints, meg=one, owen=other)


def test_annotations_are_read_by_annotator(complaints, tmp_path):
    for name, values in {"owen": OWEN, "meg": MEG}.items():
        (tmp_path / "annotations" / name).mkdir(parents=True)
        lines = "\n".join(text.model_dump_json() for text in present(values))
        (tmp_path / "annotations" / name / "c9.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "annotations" / "README.md").write_text("Who read what.", encoding="utf-8")
    assert read_annotations(tmp_path, complaints.codebook) == {"meg": present(MEG), "owen": present(OWEN)}


@pytest.mark.parametrize("names", [[], ["meg"]])
def test_fewer_than_two_annotators_are_refused(names, complaints, tmp_path):
    for name in names:
        (tmp_path / "annotations" / name).mkdir(parents=True)
    with pytest.raises(CorpusError, match="fewer than two annotators"):
        read_annotations(tmp_path, complaints.codebook)
