"""Write an import as a corpus folder: texts, each annotator's reading, what is disputed and what was left out."""

import csv
import io
import shutil
from collections.abc import Sequence
from pathlib import Path

from models.errors import InputError
from training.agreement import ANNOTATIONS
from training.corpus import AnnotatedText
from training.formats.assemble import Imported
from training.formats.catalogue import file_name
from training.formats.table import neutral

DISPUTED, LEFT_OUT = "disputed.csv", "left_out.csv"


def write_folder(folder: Path, done: Imported) -> None:
    """Write a corpus folder; it appears whole.

    Raises
    ------
    InputError
        When the folder holds something already, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not empty; name a new folder with -o.")
    fresh = folder.with_name(folder.name + ".part")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        _write_texts(fresh, done.corpus)
        for annotator, texts in done.annotations.items():
            _write_texts(fresh / ANNOTATIONS / file_name(annotator), texts)
        (fresh / DISPUTED).write_text(_disputed(done), encoding="utf-8", newline="")
        (fresh / LEFT_OUT).write_text(_left_out(done), encoding="utf-8", newline="")
        if folder.exists():
            folder.rmdir()
        fresh.rename(folder)
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}.") from None


def _write_texts(folder: Path, texts: Sequence[AnnotatedText]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    by_writer: dict[str, list[AnnotatedText]] = {}
    for text in texts:
        by_writer.setdefault(text.writer, []).append(text)
    for writer, own in by_writer.items():
        content = "".join(f"{text.model_dump_json()}\n" for text in own)
        (folder / f"{file_name(writer)}.jsonl").write_text(content, encoding="utf-8", newline="")


def _disputed(done: Imported) -> str:
    rows = [["text_id", "sentence", "label", "readers", "votes", "stances", "settled", "tie"]]
    for x in done.disputed:
        stances = "; ".join(f"{stance} {n}" for stance, n in x.stances.items())
        settled = x.settled or "(dropped)"
        rows.append(
            [
                x.text_id,
                str(x.sentence),
                x.label,
                str(x.readers),
                str(x.votes),
                stances,
                settled,
                "tie" if x.tie else "",
            ]
        )
    return _csv(rows)


def _left_out(done: Imported) -> str:
    rows = [["file", "place", "item", "kind", "reason"]]
    for x in done.left_out:
        rows.append([x.place.file, x.place.where, x.item, "rejected" if x.fault else "skipped", x.reason])
    return _csv(rows)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([neutral(_writable(cell)) for cell in row] for row in rows)
    return out.getvalue()


def _writable(cell: str) -> str:
    return cell.encode(errors="replace").decode()
