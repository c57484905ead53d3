"""The manifest: a strict schema, and what the shipped one must state."""

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest
from pydantic import ValidationError

from models import Tagger
from models.manifest import (
    FORMAT_VERSION,
    LIBRARIES,
    OPERATING_POINTS,
    PROFILES,
    Manifest,
    Profile,
    library_versions,
    python_version,
)


def thresholds(manifest: dict[str, Any]) -> dict[str, Any]:
    return manifest["profiles"]["accurate"]["thresholds"]


BAD: dict[str, Callable[[dict[str, Any]], object]] = {
    "an unknown field": lambda m: m.update(owner="me"),
    "an unknown field in a file": lambda m: m["files"][0].update(mode="rw"),
    "another format": lambda m: m.update(format_version=FORMAT_VERSION + 1),
    "no labels": lambda m: m.pop("labels"),
    "no libraries": lambda m: m.pop("libraries"),
    "no profiles": lambda m: m.pop("profiles"),
    "an unknown profile": lambda m: m["profiles"].update(slow=m["profiles"]["fast"]),
    "an unknown operating point": lambda m: thresholds(m).update(strict={}),
    "a threshold above 1": lambda m: thresholds(m)["balanced"].update(extra=1.5),
    "a threshold that is no number": lambda m: thresholds(m)["balanced"].update(extra=float("nan")),
    "a threshold of a label": lambda m: next(iter(m["labels"].values())).update(threshold=0.5),
    "metrics beside the profiles": lambda m: m.update(metrics=None),
    "a share above 1": lambda m: m["profiles"]["fast"]["metrics"]["precise"]["reliability"][0].update(observed=1.1),
    "an unknown calibration": lambda m: next(iter(m["labels"].values())).update(calibration="guess"),
    "a negative size": lambda m: m["files"][0].update(size=-1),
    "a hash in capitals": lambda m: m["files"][0].update(sha256="A" * 64),
    "a probability below 0": lambda m: m["self_test"][0]["probabilities"]["fast"].update(extra=-0.1),
    "probabilities of an unknown profile": lambda m: m["self_test"][0]["probabilities"].update(slow={}),
    "a codebook without labels": lambda m: m["codebook"].update(labels=[]),
}


@pytest.fixture
def raw(accurate: Tagger) -> dict[str, Any]:
    return accurate.artefact.manifest.model_dump(mode="json")


def test_a_manifest_reads_as_it_was_written(accurate: Tagger, raw: dict[str, Any]) -> None:
    assert Manifest.model_validate(raw) == accurate.artefact.manifest


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_a_manifest_that_breaks_the_schema_is_refused(
    raw: dict[str, Any], change: Callable[[dict[str, Any]], object]
) -> None:
    change(raw)
    with pytest.raises(ValidationError):
        Manifest.model_validate(raw)


def test_a_manifest_cannot_be_changed(accurate: Tagger) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        accurate.artefact.manifest.name = "other"  # type: ignore[misc]


def test_the_most_accurate_profile_is_the_default_and_gives_the_metrics(accurate: Tagger) -> None:
    manifest = accurate.artefact.manifest
    assert manifest.default_profile == "accurate"
    assert manifest.metrics == manifest.profiles["accurate"].metrics["balanced"]
    alone = manifest.model_copy(update={"profiles": {"fast": manifest.profiles["fast"]}})
    assert alone.default_profile == "fast"
    assert alone.metrics == manifest.profiles["fast"].metrics["balanced"]


def test_the_installed_versions_are_those_of_the_distributions() -> None:
    assert library_versions() == {name: version(name) for name in LIBRARIES}
    assert python_version().count(".") == 2


def test_the_shipped_manifest_states_all_that_serving_needs(tagger: Tagger) -> None:
    manifest = tagger.artefact.manifest
    assert set(manifest.libraries) == set(LIBRARIES)
    assert set(manifest.labels) == set(manifest.codebook.label_ids)
    assert manifest.stances == manifest.codebook.stance_ids
    assert manifest.codebook.digest == manifest.codebook_digest
    assert all(entry.positives for entry in manifest.labels.values())
    assert tuple(manifest.profiles) == PROFILES
    for profile in manifest.profiles.values():
        assert set(profile.thresholds) == set(profile.metrics) == set(OPERATING_POINTS)
        for point, chosen in profile.thresholds.items():
            assert set(chosen) == set(profile.metrics[point].labels) == set(manifest.labels)
            assert all(0 < threshold <= 1 for threshold in chosen.values())
            assert not set(profile.metrics[point].test_writers) & set(manifest.train_writers)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_shipped_operating_points_differ_as_their_names_say(tagger: Tagger, profile: Profile) -> None:
    metrics = tagger.artefact.manifest.profiles[profile].metrics
    precise, balanced, sensitive = (metrics[point] for point in ("precise", "balanced", "sensitive"))
    assert precise.macro_precision > balanced.macro_precision > sensitive.macro_precision
    assert precise.macro_recall < balanced.macro_recall < sensitive.macro_recall
    assert precise.false_alarm_rate < balanced.false_alarm_rate < sensitive.false_alarm_rate


def test_the_shipped_manifest_tests_itself_on_every_label_in_every_profile(tagger: Tagger) -> None:
    manifest = tagger.artefact.manifest
    assert manifest.self_test
    for test in manifest.self_test:
        assert set(test.probabilities) == set(manifest.profiles)
        assert all(set(found) == set(manifest.labels) for found in test.probabilities.values())
