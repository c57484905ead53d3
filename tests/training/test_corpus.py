"""corpus.py: a corpus is read strictly, errors quote no sentence, and writers are never split."""

import json
from itertools import combinations

import numpy as np
import pytest

from models.errors import CorpusError
from training.corpus import AnnotatedText, examples_of, fingerprint, read_corpus, split_by_writer

WRITERS = ["c1", "c2", "c3", "c4"]
PRIVATE = "Mijn baas Jansen heeft het pakket zelf laten liggen."
TAG = {"label": "delay", "stance": "reported"}
SENTENCE = {"text": PRIVATE, "tags": [TAG]}
VALID = {"id": "c9-0001", "writer": "c9", "kind": "survey", "sector": "zorg", "sentences": [SENTENCE]}


def without(field):
    return {name: value for name, value in VALID.items() if name != field}


def with_sentence(**changes):
    return VALID | {"sentences": [SENTENCE, SENTENCE | changes]}


def with_tags(*tags):
    return with_sentence(tags=list(tags))


# What a line holds, and the words by which the message points at the field.
WRONG_LINES = [
    (without("id"), ["id"]),
    (without("writer"), ["writer"]),
    (without("kind"), ["kind"]),
    (without("sector"), ["sector"]),
    (without("sentences"), ["sentences"]),
    (VALID | {"id": ""}, ["id"]),
    (VALID | {"writer": 9}, ["writer"]),
    (VALID | {"kind": "poem"}, ["kind"]),
    (VALID | {"sector": None}, ["sector"]),
    (VALID | {"sentences": []}, ["sentences"]),
    (VALID | {"sentences": PRIVATE}, ["sentences"]),
    (VALID | {"mood": PRIVATE}, ["mood"]),
    (with_sentence(text=""), ["sentences.1.text"]),
    (with_sentence(text=" \t"), ["sentence 2", "empty"]),
    (with_sentence(text=[PRIVATE]), ["sentences.1.text"]),
    (with_sentence(tags=None), ["sentences.1.tags"]),
    (with_sentence(note=PRIVATE), ["sentences.1.note"]),
    (with_tags({"label": "delay"}), ["sentences.1.tags.0.stance"]),
    (with_tags({"stance": "reported"}), ["sentences.1.tags.0.label"]),
    (with_tags(TAG | {"sure": True}), ["sentences.1.tags.0.sure"]),
    (with_tags(TAG | {"label": "autonomy"}), ["sentence 2", "label 'autonomy'"]),
    (with_tags(TAG | {"stance": "attained"}), ["sentence 2", "stance 'attained'"]),
    (with_tags(TAG, TAG | {"stance": "resolved"}), ["sentence 2", "label 'delay'", "twice"]),
]


def written(folder, *lines, name="c9.jsonl"):
    rows = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def text_of(**changes):
    return AnnotatedText.model_validate(VALID | changes)


@pytest.mark.parametrize(("line", "pointers"), WRONG_LINES)
def test_a_wrong_line_is_refused_by_file_line_and_field_without_quoting_a_sentence(
    line, pointers, complaints, tmp_path
):
    with pytest.raises(CorpusError) as error:
        read_corpus(written(tmp_path, VALID, line), complaints.codebook)
    assert str(error.value).startswith("c9.jsonl:2: ")
    assert all(pointer in str(error.value) for pointer in pointers)
    assert "Jansen" not in str(error.value)


@pytest.mark.parametrize("line", [json.dumps(VALID)[:-1], PRIVATE, f'["{PRIVATE}"]', "null", '{"id": }'])
def test_a_line_that_holds_no_json_object_is_refused_by_file_and_line(line, complaints, tmp_path):
    with pytest.raises(CorpusError, match=r"^c9\.jsonl:2: ") as error:
        read_corpus(written(tmp_path, VALID, line), complaints.codebook)
    assert "Jansen" not in str(error.value)


def test_a_file_in_another_encoding_is_refused_by_its_name(complaints, tmp_path):
    line = json.dumps(VALID | {"sector": "caf\u00e9"}, ensure_ascii=False)
    (tmp_path / "c9.jsonl").write_bytes(line.encode("latin-1"))
    with pytest.raises(CorpusError, match=r"c9\.jsonl"):
        read_corpus(tmp_path, complaints.codebook)


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\u0085"])
def test_a_line_separator_within_a_sentence_does_not_end_the_line(separator, complaints, tmp_path):
    line = VALID | {"sentences": [{"text": f"Te laat.{separator}Alweer."}]}
    (text,) = read_corpus(written(tmp_path, line), complaints.codebook)
    assert text.sentences[0].text == f"Te laat.{separator}Alweer."


def test_problems_of_all_files_are_told_at_once(complaints, tmp_path):
    written(tmp_path, without("kind"), name="c8.jsonl")
    written(tmp_path, VALID, without("sector"))
    with pytest.raises(CorpusError, match=r"(?s)c8\.jsonl:1: kind.*c9\.jsonl:2: sector"):
        read_corpus(tmp_path, complaints.codebook)


def test_of_many_problems_twenty_are_told_and_the_rest_is_counted(complaints, tmp_path):
    with pytest.raises(CorpusError, match=r"\(and 5 more\)") as error:
        read_corpus(written(tmp_path, *[without("kind")] * 25), complaints.codebook)
    assert len(str(error.value).splitlines()) == 20


@pytest.mark.parametrize("name", [".", "nowhere"])
def test_a_folder_without_a_corpus_file_is_refused_by_its_name(name, complaints, tmp_path):
    with pytest.raises(CorpusError, match=tmp_path.name):
        read_corpus(tmp_path / name, complaints.codebook)


def test_empty_lines_are_passed_over_and_files_come_in_the_order_of_their_names(complaints, tmp_path):
    written(tmp_path, VALID, "", VALID | {"id": "c9-0002"})
    written(tmp_path, VALID | {"id": "c8-0001"}, "  ", name="c8.jsonl")
    assert [text.id for text in read_corpus(tmp_path, complaints.codebook)] == ["c8-0001", "c9-0001", "c9-0002"]


def test_a_second_annotation_beside_the_corpus_is_not_read_as_corpus(complaints, tmp_path):
    (tmp_path / "annotations" / "a1").mkdir(parents=True)
    written(tmp_path / "annotations" / "a1", VALID)
    assert len(read_corpus(written(tmp_path, VALID), complaints.codebook)) == 1


def test_examples_lay_labels_and_stances_in_the_order_of_the_codebook(complaints):
    rude = {"text": "Toen het kwam werd hij weer aardig.", "tags": [{"label": "rudeness", "stance": "resolved"}]}
    examples = examples_of([text_of(sentences=[SENTENCE, rude, {"text": "De doos is bruin."}])], complaints.codebook)
    assert examples.labels.tolist() == [[True, False], [False, True], [False, False]]
    assert examples.stances.tolist() == [[0, -1], [-1, 1], [-1, -1]]
    assert (examples.writers, examples.text_ids) == (("c9",) * 3, ("c9-0001",) * 3)
    some = examples.take(np.array([False, True, True]))
    assert some.texts == ("Toen het kwam werd hij weer aardig.", "De doos is bruin.")
    assert some.stances.tolist() == [[-1, 1], [-1, -1]]


@pytest.mark.parametrize("held_out", [held_out for n in range(4) for held_out in combinations(WRITERS, n)])
def test_no_writer_stands_on_both_sides_of_a_split(held_out, complaints):
    mixed = sorted(complaints.texts, key=lambda text: text.id[::-1])
    train, test = split_by_writer(mixed, held_out)
    assert {text.writer for text in test} == set(held_out)
    assert {text.writer for text in train} == set(WRITERS) - set(held_out)
    assert sorted(text.id for text in [*train, *test]) == sorted(text.id for text in complaints.texts)


def test_a_test_writer_without_a_text_is_refused_by_name(complaints):
    with pytest.raises(CorpusError, match="'c7'"):
        split_by_writer(complaints.texts, ["c4", "c7"])


def test_the_writers_that_there_are_are_named_where_a_test_writer_is_not(complaints):
    with pytest.raises(CorpusError, match=r"'c7', 'c8'\. Its writers are c1, c2, c3, c4: .*test_writers.*--config"):
        split_by_writer(complaints.texts, ["c4", "c8", "c7"])


def test_where_labels_are_unknown_the_codebook_is_named_and_how_to_give_another(complaints, tmp_path):
    with pytest.raises(CorpusError, match=r"The codebook is klachten-nl 0\.1; .*--codebook"):
        read_corpus(written(tmp_path, with_tags(TAG | {"label": "autonomy"})), complaints.codebook)
    with pytest.raises(CorpusError) as error:
        read_corpus(written(tmp_path, without("kind")), complaints.codebook)
    assert "--codebook" not in str(error.value)


def test_a_split_that_leaves_nothing_to_train_on_is_refused(complaints):
    with pytest.raises(CorpusError, match="left to train on"):
        split_by_writer(complaints.texts, WRITERS)


@pytest.mark.parametrize(
    "sentence",
    [
        SENTENCE | {"tags": [TAG | {"label": "rudeness"}]},
        SENTENCE | {"tags": [TAG | {"stance": "resolved"}]},
        SENTENCE | {"tags": []},
        SENTENCE | {"text": PRIVATE.upper()},
    ],
)
def test_the_fingerprint_changes_with_a_label_a_stance_or_a_word(sentence):
    assert fingerprint([text_of()]) != fingerprint([text_of(sentences=[sentence])])


def test_the_fingerprint_does_not_change_with_the_layout_of_a_line(complaints, tmp_path):
    loose = json.dumps(dict(reversed(VALID.items())), separators=(" ,  ", " : "))
    plain = read_corpus(written(tmp_path, VALID), complaints.codebook)
    assert fingerprint(read_corpus(written(tmp_path, "", loose), complaints.codebook)) == fingerprint(plain)


def test_the_fingerprint_does_not_change_with_the_file_that_a_text_stands_in(complaints, tmp_path):
    other = VALID | {"id": "c9-0002"}
    one = read_corpus(written(tmp_path, VALID, other), complaints.codebook)
    two = read_corpus(written(written(tmp_path, VALID), other, name="c8.jsonl"), complaints.codebook)
    assert fingerprint(one) == fingerprint(two)
