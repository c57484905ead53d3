"""The artefact: a folder that holds a trained tagger, verified before any of it is opened.

joblib files can run code when they are opened. Every file is therefore read once, compared with the manifest
(path, link, size, SHA-256), and only those verified bytes are opened. This is the only module that
imports joblib.

Usage::

    artefact = read_artefact(Path("models/weerklank-nl"))
    write_artefact(folder, artefact, documents={"MODEL_CARD.md": card})
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import joblib
import numpy as np
from pydantic import ValidationError

from models.classifiers import Blend, LabelClassifier, StanceClassifier
from models.encoder import ENCODER_FILES
from models.errors import ArtefactIncompatible, ArtefactMissing, ArtefactTampered
from models.features import FeatureSet, StanceFeatureSet
from models.manifest import FORMAT_VERSION, OPERATING_POINTS, PROFILES, FileEntry, Manifest, library_versions
from models.pipeline import EMBEDDED, check_pipeline
from models.vectors import StaticVectors

MANIFEST = "manifest.json"
FEATURES = "features.joblib"
CLASSIFIERS = "classifiers.joblib"
VECTORS = "vectors.npz"
REMEDY = "Restore the folder from its release, or make it again with `make train` or `weerklank-train fit`."
# scikit-learn promises nothing about its pickles across versions; the others keep arrays and dictionaries
# readable within a major version.
EXACT_LIBRARIES = ("scikit-learn",)


@dataclass(frozen=True, slots=True)
class Artefact:
    """A verified, opened artefact."""

    manifest: Manifest
    digest: str
    """``sha256:`` and the hash of manifest.json, which holds the hashes of all other files."""
    label_features: FeatureSet
    stance_features: StanceFeatureSet
    label_classifier: LabelClassifier
    stance_classifier: StanceClassifier
    blend: Blend | None
    """The mix of the accurate profile; None where there is no encoder."""
    encoder: Mapping[str, bytes] | None
    """Verified files of the sentence encoder, by name, not yet opened."""
    vectors: StaticVectors | None
    """Word vectors of the embedded pipeline; None where the pipeline brings its own."""
    documents: Mapping[str, str]
    """Readable files, such as MODEL_CARD.md, by name."""

    def with_manifest(self, manifest: Manifest) -> "Artefact":
        """Give the same artefact with another manifest."""
        return replace(self, manifest=manifest)


def read_artefact(folder: Path, pinned_digest: str | None = None) -> Artefact:
    """Verify and open an artefact.

    Parameters
    ----------
    folder : Path
        The artefact's folder.
    pinned_digest : str, optional
        When given, the artefact must have exactly this digest.

    Raises
    ------
    ArtefactMissing, ArtefactTampered, ArtefactIncompatible
        Before joblib opens anything. The message names the file and the remedy.
    """
    manifest, digest = _read_manifest(folder)
    if pinned_digest is not None and digest != pinned_digest:
        raise ArtefactTampered(
            f"The artefact in {folder} has digest {digest}, but {pinned_digest} is pinned. "
            "Put the pinned artefact back, or change the pin if the new artefact is wanted."
        )
    _check_versions(manifest)
    content = {entry.path: _read_verified(folder, entry) for entry in manifest.files}
    for needed in (FEATURES, CLASSIFIERS):
        if needed not in content:
            raise ArtefactMissing(f"The manifest in {folder} does not list {needed}. {REMEDY}")
    features = joblib.load(io.BytesIO(content[FEATURES]))
    classifiers = joblib.load(io.BytesIO(content[CLASSIFIERS]))
    encoder = {name: content[name] for name in ENCODER_FILES} if set(ENCODER_FILES) <= set(content) else None
    if ("accurate" in manifest.profiles) != (encoder is not None and "blend" in classifiers):
        raise ArtefactTampered(f"The manifest in {folder} and its files differ about the sentence encoder. {REMEDY}")
    return Artefact(
        manifest=manifest,
        digest=digest,
        label_features=FeatureSet.from_state(features["labels"]),
        stance_features=StanceFeatureSet.from_state(features["stances"]),
        label_classifier=LabelClassifier.from_state(classifiers["labels"]),
        stance_classifier=StanceClassifier.from_state(classifiers["stances"]),
        blend=Blend.from_state(classifiers["blend"]) if "blend" in classifiers else None,
        encoder=encoder,
        vectors=StaticVectors.load(io.BytesIO(content[VECTORS])) if VECTORS in content else None,
        documents={name: data.decode() for name, data in content.items() if name.endswith((".md", ".html"))},
    )


def write_artefact(folder: Path, artefact: Artefact, documents: Mapping[str, str]) -> str:
    """Write an artefact's files and, last, its manifest.

    Parameters
    ----------
    folder : Path
        Is made; files of the same names are replaced.
    artefact : Artefact
        Its manifest's `files` are filled in here.
    documents : mapping of file name to text
        Readable files to add, such as the model card.

    Returns
    -------
    str
        The digest of what was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    features = {"labels": artefact.label_features.state(), "stances": artefact.stance_features.state()}
    classifiers = {"labels": _slim(artefact.label_classifier), "stances": _slim(artefact.stance_classifier)}
    if artefact.blend is not None:
        classifiers["blend"] = artefact.blend.state()
    joblib.dump(features, folder / FEATURES, compress=("xz", 3))
    joblib.dump(classifiers, folder / CLASSIFIERS, compress=("zlib", 6))
    names = [FEATURES, CLASSIFIERS]
    if artefact.manifest.pipeline.name == EMBEDDED and artefact.vectors is not None:
        artefact.vectors.save(folder / VECTORS)
        names.append(VECTORS)
    for name, data in (artefact.encoder or {}).items():
        (folder / name).write_bytes(data)
        names.append(name)
    for name, text in documents.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        names.append(name)
    files = tuple(_entry(folder, name) for name in names)
    manifest = artefact.manifest.model_copy(update={"files": files})
    content = json.dumps(manifest.model_dump(mode="json"), indent=1, ensure_ascii=False).encode() + b"\n"
    (folder / MANIFEST).write_bytes(content)
    return digest_of(content)


def digest_of(manifest: bytes) -> str:
    """Give an artefact's digest: the hash of its manifest."""
    return "sha256:" + hashlib.sha256(manifest).hexdigest()


def _slim(classifier: LabelClassifier | StanceClassifier) -> dict[str, Any]:
    """Store the weight matrices as 16-bit floats, to which training has already rounded them."""
    return {name: array.astype(np.float16) if array.ndim == 2 else array for name, array in classifier.state().items()}


def _entry(folder: Path, name: str) -> FileEntry:
    data = (folder / name).read_bytes()
    return FileEntry(path=name, size=len(data), sha256=hashlib.sha256(data).hexdigest())


def _read_manifest(folder: Path) -> tuple[Manifest, str]:
    path = folder / MANIFEST
    if not path.is_file():
        raise ArtefactMissing(f"There is no artefact in {folder}: {MANIFEST} is missing. {REMEDY}")
    if path.is_symlink():
        raise ArtefactTampered(f"{path} is a link; an artefact holds plain files only. {REMEDY}")
    data = path.read_bytes()
    try:
        raw = json.loads(data)
    except ValueError:
        raise ArtefactTampered(f"{path} is no JSON. {REMEDY}") from None
    found = raw.get("format_version") if isinstance(raw, dict) else None
    if found != FORMAT_VERSION:
        raise ArtefactIncompatible(
            f"{path} has format version {found!r}; this version of Weerklank reads {FORMAT_VERSION}. "
            "Train the artefact again with `make train`, or install the version of Weerklank that made it."
        )
    try:
        manifest = Manifest.model_validate(raw)
    except ValidationError as error:
        fields = ", ".join(".".join(str(part) for part in e["loc"]) for e in error.errors()[:5])
        raise ArtefactTampered(f"{path} is no manifest; wrong or unknown: {fields}. {REMEDY}") from None
    if manifest.codebook.digest != manifest.codebook_digest or set(manifest.labels) != set(manifest.codebook.label_ids):
        raise ArtefactTampered(f"The codebook in {path} is not the one that was trained with. {REMEDY}")
    _check_profiles(manifest, path)
    return manifest, digest_of(data)


def _check_profiles(manifest: Manifest, path: Path) -> None:
    """Refuse a manifest that lacks a profile, a threshold or a self-test: tagging would fail on every text."""
    labels, profiles = set(manifest.labels), set(manifest.profiles)
    tables = [entry.thresholds.get(point, {}) for entry in manifest.profiles.values() for point in OPERATING_POINTS]
    if PROFILES[0] not in profiles or any(set(table) != labels for table in tables):
        raise ArtefactTampered(f"{path} lacks a profile, or its thresholds are not those of its labels. {REMEDY}")
    for test in manifest.self_test:
        if set(test.probabilities) != profiles or any(set(p) != labels for p in test.probabilities.values()):
            raise ArtefactTampered(f"The self-test in {path} is not that of its profiles and labels. {REMEDY}")


def _check_versions(manifest: Manifest) -> None:
    installed = library_versions()
    if set(manifest.libraries) != set(installed):
        stated = ", ".join(f"{name} {version}" for name, version in manifest.libraries.items()) or "none"
        raise ArtefactIncompatible(
            f"The manifest must state the versions of exactly {', '.join(sorted(installed))}; "
            f"it states {stated}. {REMEDY}"
        )
    for name, trained in manifest.libraries.items():
        here = installed[name]
        same = here == trained if name in EXACT_LIBRARIES else here.split(".")[0] == trained.split(".")[0]
        if not same:
            raise ArtefactIncompatible(
                f"The artefact was made with {name} {trained}, but {here} is installed. Install the locked "
                f"version (`make install`, or `pip install {name}=={trained}`), or train again with `make train`."
            )
    check_pipeline(manifest.pipeline.name, manifest.pipeline.version, manifest.pipeline.folder)


def _read_verified(folder: Path, entry: FileEntry) -> bytes:
    name = PurePosixPath(entry.path)
    if name.is_absolute() or ".." in name.parts or "\\" in entry.path or not name.parts:
        raise ArtefactTampered(f"The manifest in {folder} names a path outside the folder. {REMEDY}")
    path = folder
    for part in name.parts:
        path = path / part
        if path.is_symlink():
            raise ArtefactTampered(f"{path} is a link; an artefact holds plain files only. {REMEDY}")
    if not path.is_file():
        raise ArtefactMissing(f"{path} is missing, though the manifest lists it. {REMEDY}")
    if path.stat().st_size != entry.size:
        raise ArtefactTampered(f"{path} has another size than the manifest says. {REMEDY}")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        raise ArtefactTampered(f"{path} has another SHA-256 than the manifest says. {REMEDY}")
    return data
