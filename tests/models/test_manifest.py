"""The manifest: a strict schema, and what the shipped one must state."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest
from pydantic import ValidationError

from models import Tagger
from models.manifest import FORMAT_VERSION, LIBRARIES, Manifest, library_versions, python_version

BAD: dict[str, Callable[[dict[str, Any]], object]] = {
    "an unknown field": lambda m: m.update(owner="me"),
    "an unknown field in a file": lambda m: m["files"][0].update(mode="rw"),
    "another format": lambda m: m.update(format_version=FORMAT_VERSION + 1),
    "no labels": lambda m: m.pop("labels"),
    "no libraries": lambda m: m.pop("libraries"),
    "a threshold above 1": lambda m: next(iter(m["labels"].values())).update(threshold=1.5),
    "a threshold that is no number": lambda m: next(iter(m["labels"].values())).update(threshold=float("nan")),
    "an unknown calibration": lambda m: next(iter(m["labels"].values())).update(calibration="guess"),
    "a negative size": lambda m: m["files"][0].update(size=-1),
    "a hash in capitals": lambda m: m["files"][0].update(sha256="A" * 64),
    "a probability below 0": lambda m: m["self_test"][0]["probabilities"].update(extra=-0.1),
    "a codebook without labels": lambda m: m["codebook"].update(labels=[]),
}


@pytest.fixture
def raw(tagger: Tagger) -> dict[str, Any]:
    return tagger.artefact.manifest.model_dump(mode="json")


def test_the_shipped_manifest_reads_as_it_was_written(tagger: Tagger, raw: dict[str, Any]) -> None:
    assert Manifest.model_validate(raw) == tagger.artefact.manifest


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_a_manifest_that_breaks_the_schema_is_refused(
    raw: dict[str, Any], change: Callable[[dict[str, Any]], object]
) -> None:
    change(raw)
    with pytest.raises(ValidationError):
        Manifest.model_validate(raw)


def test_a_manifest_cannot_be_changed(tagger: Tagger) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        tagger.artefact.manifest.name = "other"  # type: ignore[misc]


def test_the_installed_versions_are_those_of_the_distributions() -> None:
    assert library_versions() == {name: version(name) for name in LIBRARIES}
    assert python_version().count(".") == 2


def test_the_shipped_manifest_states_all_that_serving_needs(tagger: Tagger) -> None:
    manifest = tagger.artefact.manifest
    assert set(manifest.libraries) == set(LIBRARIES)
    assert set(manifest.labels) == set(manifest.codebook.label_ids)
    assert manifest.stances == manifest.codebook.stance_ids
    assert manifest.codebook.digest == manifest.codebook_digest
    assert all(0 < entry.threshold < 1 and entry.positives for entry in manifest.labels.values())
    assert manifest.metrics is not None
    assert set(manifest.metrics.labels) == set(manifest.labels)
    assert not set(manifest.metrics.test_writers) & set(manifest.train_writers)


def test_the_shipped_manifest_tests_itself_on_every_label(tagger: Tagger) -> None:
    manifest = tagger.artefact.manifest
    assert manifest.self_test
    assert all(set(test.probabilities) == set(manifest.labels) for test in manifest.self_test)
