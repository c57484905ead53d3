"""Put a new report, model card and figures into an artefact that stands, without touching what tags.

The manifest holds the hash of every file, so it is written anew, too, and the artefact gets another digest.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from models.artefact import MANIFEST, digest_of
from models.manifest import FileEntry, Manifest
from training.swap import replace_folder


def write_documents(folder: Path, manifest: Manifest, documents: Mapping[str, str]) -> str:
    """Replace documents and figures of an artefact, at one stroke.

    Parameters
    ----------
    folder : Path
        The artefact.
    manifest : Manifest
        Its manifest, with new figures.
    documents : mapping of file name to text

    Returns
    -------
    str
        The artefact's new digest.
    """
    fresh = folder.with_name(folder.name + ".documents")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(folder, fresh)
    digest = put_documents(fresh, manifest, documents)
    replace_folder(folder, fresh)
    return digest


def put_documents(folder: Path, manifest: Manifest, documents: Mapping[str, str]) -> str:
    """Write documents and manifest into a folder that nobody reads yet; gives the digest."""
    content = {name: text.encode() for name, text in documents.items()}
    for name, data in content.items():
        (folder / name).write_bytes(data)
    kept = [entry for entry in manifest.files if entry.path not in content]
    written = [
        FileEntry(path=name, size=len(data), sha256=hashlib.sha256(data).hexdigest()) for name, data in content.items()
    ]
    manifest = manifest.model_copy(update={"files": (*kept, *written)})
    # Laid out as `models.artefact.write_artefact` does.
    data = json.dumps(manifest.model_dump(mode="json"), indent=1, ensure_ascii=False).encode() + b"\n"
    (folder / MANIFEST).write_bytes(data)
    return digest_of(data)
