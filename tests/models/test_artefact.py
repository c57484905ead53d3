"""The artefact: what was changed is refused, in words that help, before joblib opens a byte."""

import dataclasses
import hashlib
import lzma
import re
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models import Tagger, load_tagger
from models.artefact import CLASSIFIERS, FEATURES, MANIFEST, VECTORS, digest_of, read_artefact, write_artefact
from models.encoder import ENCODER_FILES, GRAPH, WEIGHTS
from models.errors import ArtefactError, ArtefactIncompatible, ArtefactMissing, ArtefactTampered, WeerklankError
from models.pipeline import EMBEDDED, load_pipeline
from models.tagger import SHIPPED_ARTEFACT, make_tagger
from models.vectors import StaticVectors
from tests.conftest import ROOT
from tests.models.conftest import Change, edit

REMEDY = re.compile(r"make train|make install|pip install|Install it with pip|Put the pinned artefact back")


def flip(name: str, at: int) -> Change:
    """Change one byte, and leave the size as it is."""

    def apply(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[at] ^= 1
        (folder / name).write_bytes(bytes(data))

    return apply


def listed(name: str) -> Callable[[dict[str, Any]], object]:
    """Let the manifest list the first file under another name."""
    return lambda m: m["files"][0].update(path=name)


def move_out(folder: Path) -> None:
    (folder / FEATURES).rename(folder.parent / FEATURES)
    edit(listed(f"../{FEATURES}"))(folder)


def link(name: str) -> Change:
    def apply(folder: Path) -> None:
        (folder / name).rename(folder.parent / name)
        (folder / name).symlink_to(folder.parent / name)

    return apply


def link_folder(folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir()
    (folder / FEATURES).rename(folder.parent / "elsewhere" / FEATURES)
    (folder / "sub").symlink_to(folder.parent / "elsewhere")
    edit(listed(f"sub/{FEATURES}"))(folder)


BAD: dict[str, tuple[Change, type[ArtefactError], str]] = {
    **{
        f"one byte of {name}": (flip(name, 999), ArtefactTampered, f"{name}.*SHA-256")
        for name in (FEATURES, CLASSIFIERS, VECTORS, *ENCODER_FILES, "MODEL_CARD.md", "report.html")
    },
    "one byte of the manifest": (flip(MANIFEST, 0), ArtefactTampered, "no JSON"),
    "a byte more": (
        lambda f: (f / FEATURES).write_bytes((f / FEATURES).read_bytes() + b"\0"),
        ArtefactTampered,
        "size",
    ),
    **{
        f"no {name}": (lambda f, name=name: (f / name).unlink(), ArtefactMissing, f"{re.escape(name)}.* missing")
        for name in (FEATURES, CLASSIFIERS, VECTORS, *ENCODER_FILES, "MODEL_CARD.md", MANIFEST)
    },
    "no folder": (shutil.rmtree, ArtefactMissing, "no artefact"),
    "a folder in place of a file": (
        lambda f: [(f / FEATURES).unlink(), (f / FEATURES).mkdir()],
        ArtefactMissing,
        FEATURES,
    ),
    "features not listed": (edit(lambda m: m["files"].pop(0)), ArtefactMissing, f"not list {FEATURES}"),
    "classifiers not listed": (edit(lambda m: m["files"].pop(1)), ArtefactMissing, f"not list {CLASSIFIERS}"),
    "a linked file": (link(FEATURES), ArtefactTampered, f"{FEATURES} is a link"),
    "a linked manifest": (link(MANIFEST), ArtefactTampered, f"{MANIFEST} is a link"),
    "a linked folder": (link_folder, ArtefactTampered, "sub is a link"),
    "a path with ..": (move_out, ArtefactTampered, "outside the folder"),
    "a path with .. that comes back": (edit(listed(f"../artefact/{FEATURES}")), ArtefactTampered, "outside the folder"),
    "an absolute path": (lambda f: edit(listed(str(f / FEATURES)))(f), ArtefactTampered, "outside the folder"),
    "a Windows path": (edit(listed(f"..\\{FEATURES}")), ArtefactTampered, "outside the folder"),
    "other scikit-learn": (
        edit(lambda m: m["libraries"].update({"scikit-learn": "1.0.2"})),
        ArtefactIncompatible,
        r"scikit-learn 1\.0\.2.*pip install scikit-learn==1\.0\.2",
    ),
    "other major numpy": (
        edit(lambda m: m["libraries"].update(numpy="1.26.4")),
        ArtefactIncompatible,
        r"numpy 1\.26\.4",
    ),
    "an unknown library": (edit(lambda m: m["libraries"].update(torch="2.0")), ArtefactIncompatible, "torch 2.0"),
    "scikit-learn not stated": (
        edit(lambda m: m["libraries"].pop("scikit-learn")),
        ArtefactIncompatible,
        "scikit-learn",
    ),
    "an unknown field": (edit(lambda m: m.update(owner="me")), ArtefactTampered, "owner"),
    "an unknown field in a file": (edit(lambda m: m["files"][1].update(mode="x")), ArtefactTampered, r"files\.1\.mode"),
    "an older format": (edit(lambda m: m.update(format_version=1)), ArtefactIncompatible, "format version 1"),
    "a newer format": (edit(lambda m: m.update(format_version=3)), ArtefactIncompatible, "format version 3"),
    "another codebook": (edit(lambda m: m["codebook"].update(title="Other")), ArtefactTampered, "codebook"),
    "a label without its entry": (edit(lambda m: m["labels"].popitem()), ArtefactTampered, "codebook"),
    "a label without threshold": (
        edit(lambda m: m["profiles"]["accurate"]["thresholds"]["precise"].popitem()),
        ArtefactTampered,
        "threshold",
    ),
    "a threshold of no label": (
        edit(lambda m: m["profiles"]["fast"]["thresholds"]["balanced"].update(extra=0.5)),
        ArtefactTampered,
        "threshold",
    ),
    "no thresholds at an operating point": (
        edit(lambda m: m["profiles"]["fast"]["thresholds"].pop("sensitive")),
        ArtefactTampered,
        "threshold",
    ),
    "no fast profile": (edit(lambda m: m["profiles"].pop("fast")), ArtefactTampered, "profile"),
    "a self-test of one profile only": (
        edit(lambda m: m["self_test"][0]["probabilities"].pop("accurate")),
        ArtefactTampered,
        "self-test",
    ),
    "an unknown profile": (
        edit(lambda m: m["profiles"].update(slow=m["profiles"]["fast"])),
        ArtefactTampered,
        r"profiles\.slow",
    ),
}
# What the manifest and the files say of the sentence encoder must agree; seen once the classifiers are open.
HALF_ENCODERS: dict[str, Change] = {
    **{
        f"{name} not listed": edit(lambda m, name=name: m.update(files=[f for f in m["files"] if f["path"] != name]))
        for name in ENCODER_FILES
    },
    "no accurate profile": edit(
        lambda m: [m["profiles"].pop("accurate"), *(test["probabilities"].pop("accurate") for test in m["self_test"])]
    ),
}
PIPELINES = [
    ("nl_made_up_md", "3.8.0"),
    ("embedded", "1+simplemma.2.9.0"),
]


@pytest.mark.usefixtures("sealed")
@pytest.mark.parametrize(("change", "error", "message"), BAD.values(), ids=BAD)
def test_a_changed_artefact_is_refused_unopened(
    folder: Path, change: Change, error: type[ArtefactError], message: str
) -> None:
    change(folder)
    with pytest.raises(error, match=message) as caught:
        read_artefact(folder)
    assert caught.type is error
    assert REMEDY.search(str(caught.value))


@pytest.mark.usefixtures("sealed")
def test_an_artefact_with_another_digest_than_the_pinned_one_is_refused_unopened(
    folder: Path, accurate: Tagger
) -> None:
    edit(lambda m: m["profiles"]["fast"]["thresholds"]["balanced"].update(delay=0.01))(folder)
    with pytest.raises(ArtefactTampered, match=f"{accurate.artefact.digest} is pinned") as caught:
        read_artefact(folder, accurate.artefact.digest)
    assert REMEDY.search(str(caught.value))


@pytest.mark.parametrize("change", HALF_ENCODERS.values(), ids=HALF_ENCODERS)
def test_a_manifest_and_files_that_differ_about_the_encoder_are_refused(folder: Path, change: Change) -> None:
    change(folder)
    with pytest.raises(ArtefactTampered, match="differ about the sentence encoder") as caught:
        read_artefact(folder)
    assert REMEDY.search(str(caught.value))


def test_the_files_of_the_encoder_are_read_as_they_were_written(accurate_folder: Path) -> None:
    artefact = read_artefact(accurate_folder)
    assert artefact.encoder == {name: (accurate_folder / name).read_bytes() for name in ENCODER_FILES}
    assert {GRAPH, WEIGHTS} < {entry.path for entry in artefact.manifest.files}
    assert artefact.blend is not None


@pytest.mark.parametrize(("name", "version"), PIPELINES)
def test_an_artefact_of_another_pipeline_is_refused(folder: Path, name: str, version: str) -> None:
    edit(lambda m: m.update(pipeline={"name": name, "version": version}))(folder)
    with pytest.raises(WeerklankError, match=f"{name}.*installed") as caught:
        load_tagger(folder)
    assert REMEDY.search(str(caught.value))


@pytest.mark.usefixtures("sealed")
def test_an_artefact_of_another_pipeline_is_refused_unopened(folder: Path) -> None:
    edit(lambda m: m.update(pipeline={"name": "embedded", "version": "2+simplemma.2.0.0"}))(folder)
    with pytest.raises(ArtefactIncompatible):
        load_tagger(folder)


def test_the_seal_holds(folder: Path, sealed: None) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"joblib\.load was called"):
        read_artefact(folder)


def test_what_ships_is_read_with_its_own_digest_pinned(tagger: Tagger) -> None:
    digest = digest_of((SHIPPED_ARTEFACT / MANIFEST).read_bytes())
    artefact = read_artefact(SHIPPED_ARTEFACT, digest)
    assert artefact.digest == digest == tagger.artefact.digest
    assert set(artefact.documents) == {"MODEL_CARD.md", "report.html"}
    assert sum(path.stat().st_size for path in SHIPPED_ARTEFACT.iterdir()) < 40_000_000


@pytest.mark.parametrize(
    "change", [lambda f: (f / "notes.txt").write_text("x"), edit(lambda m: m["libraries"].update(numpy="2.0.0"))]
)
def test_a_stray_file_or_another_minor_version_does_no_harm(folder: Path, change: Change) -> None:
    change(folder)
    assert read_artefact(folder).vectors is not None


def test_what_was_written_gives_the_same_tags(
    tmp_path: Path, tagger: Tagger, small_vectors: StaticVectors, answers: list[str]
) -> None:
    artefact = dataclasses.replace(tagger.artefact, vectors=small_vectors)
    written = make_tagger(artefact, load_pipeline(EMBEDDED, small_vectors))
    digest = write_artefact(tmp_path, artefact, {"MODEL_CARD.md": "# Kaart: één\n"})
    read = load_tagger(tmp_path, digest)
    assert read.artefact.documents == {"MODEL_CARD.md": "# Kaart: één\n"}
    assert read.tag(answers) == written.tag(answers)
    for entry in read.artefact.manifest.files:
        assert hashlib.sha256((tmp_path / entry.path).read_bytes()).hexdigest() == entry.sha256


@pytest.mark.parametrize(("name", "unpack"), [(FEATURES, lzma.decompress), (CLASSIFIERS, zlib.decompress)])
def test_only_library_types_are_pickled(accurate_folder: Path, name: str, unpack: Callable[[bytes], bytes]) -> None:
    """A class of ours would be named in the pickle by its module."""
    ours = [
        f"{path.parent.name}.{path.stem}".encode()
        for folder in ("models", "training")
        for path in (ROOT / folder).rglob("*.py")
    ]
    content = unpack((accurate_folder / name).read_bytes())
    assert b"numpy" in content
    assert [module for module in ours if module in content] == []
