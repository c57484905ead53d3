"""labelling.py: the tools' own libraries take the configurations that the codebook makes."""

import json

import defusedxml.ElementTree as Xml
import pytest

from models import load_codebook
from models.errors import InputError
from tests.training.formats.corpora import BOOK, read
from tests.training.formats.tools import FieldModel, QuestionModel, TaskDistribution, parse_config
from training.formats.labelling import TOOLS, labelling_config


@pytest.mark.parametrize("book", [BOOK, load_codebook()], ids=["complaints", "shipped"])
@pytest.mark.parametrize("unit", ["sentence", "text"])
def test_label_studio_knows_every_control_label_and_stance(book, unit):
    found = parse_config(labelling_config("label-studio", book, unit))
    if unit == "text":
        assert set(found) == {"labels", "stance"}
        assert list(found["labels"]["labels"]) == list(book.label_ids)
        assert list(found["stance"]["labels"]) == list(book.stance_ids)
    else:
        assert set(found) == {d.id for d in book.dimensions} | {f"stance_{label}" for label in book.label_ids}
        chosen = [label for d in book.dimensions for label in found[d.id]["labels"]]
        assert sorted(chosen) == sorted(book.label_ids)


def test_label_studio_shows_the_dutch_names():
    shown = {
        x.get("value"): x.get("html")
        for x in Xml.fromstring(labelling_config("label-studio", BOOK, "sentence")).iter("Choice")
    }
    assert shown["delay"] == "vertraging"
    assert shown["resolved"] == "verholpen"


@pytest.mark.parametrize("unit", ["sentence", "text"])
def test_argillas_library_takes_the_settings(unit):
    made = json.loads(labelling_config("argilla", BOOK, unit))
    questions = {question["name"]: QuestionModel(**question) for question in made["questions"]}
    options = questions["labels" if unit == "sentence" else "spans"].settings.options
    assert {"delay:reported", "rudeness:resolved"} < {option["value"] for option in options}
    assert [name for name, q in questions.items() if q.required] == ["labels" if unit == "sentence" else "read"]
    assert FieldModel(**made["fields"][0]).name == "text"
    assert TaskDistribution.from_dict(made["distribution"]).min_submitted == 1


def test_doccano_and_prodigy_get_each_label_in_each_stance_as_import_reads_it():
    words = labelling_config("prodigy", BOOK, "sentence").splitlines()
    labels = json.loads(labelling_config("doccano", BOOK, "sentence"))
    assert [label["text"] for label in labels] == words
    assert len({label["text"] for label in labels}) == len(BOOK.labels) * len(BOOK.stances)
    lines = "".join(json.dumps({"id": i, "text": f"Zin {i}.", "label": [word]}) + "\n" for i, word in enumerate(words))
    assert len([reply.marks for reply in read("doccano", ("a.jsonl", lines)) if reply.marks]) == len(words)


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_that_is_named_has_a_configuration(tool):
    assert labelling_config(tool, BOOK, "sentence").strip()


def test_a_tool_without_one_is_refused():
    with pytest.raises(InputError, match="doccano"):
        labelling_config("excel", BOOK, "sentence")
