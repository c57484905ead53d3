"""service/survey/rows.py: the files with a row per comment and per tag."""

import pytest

from models import Codebook
from models.errors import InputError
from service.survey.batch import tag_batch
from service.survey.rows import comment_rows, comments_schema, tag_rows
from tests.service.survey.test_batch import batch_of


@pytest.fixture(scope="module")
def part(accurate, complaints):
    texts = [" ".join(s.text for s in text.sentences) for text in complaints.texts[:40]]
    return tag_batch(accurate, batch_of([*texts, "", "ok"]), "opmerking", "sensitive")


def test_each_row_has_its_label_with_the_highest_probability(part, complaints):
    rows = comment_rows(part, complaints.codebook).to_pylist()
    assert [row["row"] for row in rows] == part.column("row").to_pylist()
    for row, found in zip(rows, part.to_pylist(), strict=True):
        for label in complaints.codebook.label_ids:
            tags = [tag for tag in found["tags"] if tag["label"] == label]
            best = max(tags, key=lambda tag: tag["probability"], default={"stance": None, "probability": None})
            assert row[f"{label}_probability"] == best["probability"]
            assert (row[label] is None) == (not tags)
            assert not tags or row[label] in {t["stance"] for t in tags if t["probability"] == best["probability"]}


def test_a_row_per_tag_in_order(part):
    expected = [
        (row["row"], tag["start"], tag["end"], tag["label"], tag["stance"], round(tag["probability"], 3))
        for row in part.to_pylist()
        for tag in row["tags"]
    ]
    names = ("row", "start", "end", "label", "stance", "probability")
    assert [tuple(row[name] for name in names) for row in tag_rows(part).to_pylist()] == expected
    assert expected


def test_a_balance_is_between_minus_one_and_one_or_null(tagger):
    texts = ["Ik krijg alle vertrouwen en ruimte van mijn leidinggevende.", "Het regent vandaag.", ""]
    part = tag_batch(tagger, batch_of(texts), "opmerking", "balanced")
    balances = comment_rows(part, tagger.codebook).column("balance").to_pylist()
    assert balances[1:] == [None, None]
    sides = zip(part.column("toward").to_pylist(), part.column("against").to_pylist(), strict=True)
    for (toward, against), balance in zip(sides, balances, strict=True):
        assert balance == ((toward - against) / (toward + against) if toward or against else None)


def test_a_label_named_as_another_column_is_refused(complaints):
    label = {**complaints.codebook.labels[0].model_dump(), "id": "status"}
    codebook = Codebook.model_validate({**complaints.codebook.model_dump(), "labels": (label,)})
    with pytest.raises(InputError, match="'status'"):
        comments_schema(codebook)
