"""service/catalogue.py: the codebook and the model, as the service gives them."""

import hashlib
import json

import pytest

from models.tagger import SHIPPED_ARTEFACT
from service.catalogue import labels_body
from service.settings import Settings
from tests.service.conftest import AUTONOMY, SMALL


def test_the_labels_are_the_codebook_in_its_order(client, tagger):
    answer = client.get("/v1/labels")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    body = answer.json()
    expected = {"name", "version", "language", "title", "stances", "dimensions", "labels", "climate"}
    assert set(body) == expected
    assert tuple(label["id"] for label in body["labels"]) == tagger.codebook.label_ids
    assert tuple(stance["id"] for stance in body["stances"]) == tagger.codebook.stance_ids
    assert [dimension["id"] for dimension in body["dimensions"]] == ["drive", "value", "climate"]
    assert body["climate"] == {"positive": "trust", "negative": "control"}


def test_every_label_has_its_names_definitions_and_dimension(client):
    body = client.get("/v1/labels").json()
    dimensions = {dimension["id"] for dimension in body["dimensions"]}
    for label in body["labels"]:
        assert {"id", "dimension", "name", "name_en", "definition", "definition_nl", "examples"} <= set(label)
        assert label["dimension"] in dimensions
    (autonomy,) = [label for label in body["labels"] if label["id"] == "autonomy"]
    assert (autonomy["dimension"], autonomy["name"], autonomy["name_en"]) == ("drive", "autonomie", "autonomy")


def test_tags_use_the_words_of_the_labels(client):
    names = {(x["dimension"], x["id"]): x["name"] for x in client.get("/v1/labels").json()["labels"]}
    sentences = client.post("/v1/analyze", json={"text": AUTONOMY}).json()["sentences"]
    tags = [tag for sentence in sentences for tag in sentence["tags"]]
    assert tags
    assert all(names[tag["dimension"], tag["label"]] == tag["name"] for tag in tags)


def test_a_codebook_without_a_balance_names_no_climate(tagger):
    assert labels_body(tagger.codebook.model_copy(update={"balance": None}))["climate"] is None


def test_the_model_is_named_by_the_digest_of_its_manifest(client):
    body = client.get("/v1/model").json()
    manifest = (SHIPPED_ARTEFACT / "manifest.json").read_bytes()
    assert body["digest"] == "sha256:" + hashlib.sha256(manifest).hexdigest()
    reference = {key: body[key] for key in ("name", "version", "digest")}
    assert client.post("/v1/analyze", json={"text": ""}).json()["model"] == reference
    assert client.post("/v1/analyze/batch", json={"items": []}).json()["model"] == reference


def test_the_model_shows_the_public_part_of_the_manifest_and_its_card(client, tagger):
    body = client.get("/v1/model").json()
    manifest = json.loads((SHIPPED_ARTEFACT / "manifest.json").read_text(encoding="utf-8"))
    private = {"codebook", "files", "self_test", "training_config"}
    assert set(body) == (set(manifest) - private) | {"digest", "limits", "model_card", "profile"}
    assert all(body[key] == manifest[key] for key in set(manifest) - private)
    assert tuple(body["labels"]) == tagger.codebook.label_ids
    assert body["model_card"] == (SHIPPED_ARTEFACT / "MODEL_CARD.md").read_text(encoding="utf-8") != ""


@pytest.mark.parametrize(("name", "settings"), [("client", Settings()), ("small_client", SMALL)])
def test_the_model_tells_the_limits_of_this_service(request, name, settings):
    assert request.getfixturevalue(name).get("/v1/model").json()["limits"] == {
        "max_body_bytes": settings.max_body_bytes,
        "max_text_characters": settings.max_text_characters,
        "max_batch_items": settings.max_batch_items,
        "max_waiting": settings.max_waiting,
        "body_seconds": settings.body_seconds,
    }
