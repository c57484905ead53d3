"""All formats by name, and how a file is written in one.

Usage::

    write_items(Path("to_label.json"), format_of("label-studio"), items, codebook)
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from models.codebook import Codebook
from models.errors import InputError
from training.formats import argilla, doccano, label_studio, label_studio_min, prodigy, table
from training.formats.reading import Reading, Source
from training.formats.record import Item, LeftOut, Offsets, Reply, quoted

Read = Callable[[Source, Reading], Iterator[Reply | LeftOut]]
Write = Callable[[Sequence[Item], Codebook, Offsets | None], str | bytes]


@dataclass(frozen=True, slots=True)
class Format:
    """One format of one tool."""

    name: str
    suffix: str
    read: Read
    """Reads any file of the tool, whichever of its formats it has."""
    write: Write
    one_annotator: bool = False
    """True where a file holds one annotator's labels."""


def _lines(records: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _list(records: Iterable[dict[str, Any]]) -> str:
    return json.dumps(list(records), ensure_ascii=False, indent=1) + "\n"


FORMATS = {
    form.name: form
    for form in (
        Format("doccano", ".jsonl", doccano.read, lambda i, c, o: _lines(doccano.write_jsonl(i, o)), True),
        Format("doccano-csv", ".csv", doccano.read, lambda i, c, o: doccano.write_csv(i), True),
        Format("label-studio", ".json", label_studio.read, lambda i, c, o: _list(label_studio.write(i, c, o))),
        Format(
            "label-studio-min", ".json", label_studio.read, lambda i, c, o: _list(label_studio_min.write_min(i, c, o))
        ),
        Format("prodigy", ".jsonl", prodigy.read, lambda i, c, o: _lines(prodigy.write_choice(i, o))),
        Format("prodigy-textcat", ".jsonl", prodigy.read, lambda i, c, o: _lines(prodigy.write_binary(i, c))),
        Format("argilla", ".json", argilla.read, lambda i, c, o: _list(argilla.write(i, o))),
        Format("csv", ".csv", table.read, lambda i, c, o: table.write_csv(i)),
        Format("xlsx", ".xlsx", table.read, lambda i, c, o: table.write_xlsx(i)),
    )
}


def format_of(name: str) -> Format:
    """Find a format by name.

    Raises
    ------
    InputError
        When there is none of that name.
    """
    if name not in FORMATS:
        raise InputError(f"There is no format {quoted(name)}; choose from: {', '.join(FORMATS)}.")
    return FORMATS[name]


def write_items(
    path: Path, form: Format, items: Sequence[Item], codebook: Codebook, offsets: Offsets | None = None
) -> list[Path]:
    """Write items to a file, with the answers of annotators and the suggestions of a model.

    Parameters
    ----------
    path : Path
        The file; a folder where the format holds one annotator per file and there are several.
    form : Format
    items : sequence of Item
    codebook : Codebook
    offsets : {"codepoint", "utf16"}, optional
        What spans count in; by default what the tool counts in.

    Returns
    -------
    list of Path
        The files that were written; each appears whole.

    Raises
    ------
    InputError
        When the format cannot hold the items, or the file cannot be written.
    """
    names = list(dict.fromkeys(name for item in items for name in item.answers))
    if not form.one_annotator or len(names) < 2:
        return [_put(path, form.write(items, codebook, offsets))]
    if path.suffix:
        raise InputError(
            f"{form.name} has one annotator per file, and there are {len(names)}; give a folder with -o, or one "
            "annotator with --annotator."
        )
    return [
        _put(
            path / f"{file_name(name)}{form.suffix}",
            form.write([_of(item, name) for item in items if name in item.answers], codebook, offsets),
        )
        for name in names
    ]


def file_name(name: str) -> str:
    """Make a file or folder name of any name, such that `urllib.parse.unquote` gives the name back."""
    safe = quote(name, safe=" @+").replace("~", "%7E")
    return f"%2E{safe[1:]}" if safe.startswith(".") else safe


def _of(item: Item, annotator: str) -> Item:
    return replace(item, answers={annotator: item.answers[annotator]})


def _put(path: Path, content: str | bytes) -> Path:
    fresh = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(content if isinstance(content, bytes) else content.encode())
        fresh.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
    return path
