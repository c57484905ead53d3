"""Read what a tool wrote: bytes to records, records to replies; what cannot be read is named, the rest goes on.

A file that cannot be read at all is an `InputError`. A record in it that cannot be read becomes a `LeftOut`.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from pydantic import ValidationError

from models.errors import InputError
from models.wrong_fields import wrong_fields
from training.formats.record import (
    ITEM_ID,
    Item,
    LeftOut,
    Mark,
    Offsets,
    Place,
    Reply,
    Skipped,
    origin_of,
    quoted,
)
from training.formats.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read."""

    name: str
    content: bytes

    @property
    def stem(self) -> str:
        """Name of the annotator, where nothing in the file says who it was."""
        return unquote(PurePosixPath(self.name).stem)


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read; each value is an option of ``weerklank-train import``."""

    vocabulary: Vocabulary
    text_field: str | None = None
    """Field that holds the text, where it is not the tool's usual one."""
    writer_field: str = "writer"
    annotator: str | None = None
    """Annotator of records that do not say whose they are; by default the file's name."""
    questions: frozenset[str] = frozenset()
    """The questions or controls to read; all when empty."""
    offsets: Offsets | None = None
    """What spans count in; None for what the tool counts in."""
    encoding: str = "utf-8"
    predictions: bool = False
    """Read what a model said, too, as an annotator with the model's name."""
    skip_empty: bool = False
    """Take a record without labels for one that was not read."""

    def asks(self, question: str) -> bool:
        """Say whether a question is to be read."""
        return not self.questions or question in self.questions

    def who(self, source: Source, *names: object) -> str:
        """Choose the annotator: the first name that is known."""
        return next((str(n) for n in (*names, self.annotator) if n not in (None, "")), source.stem)

    def item(self, fields: Mapping[str, Any], usual: Sequence[str] = ("text",), number: object = None) -> Item:
        """Read the text, the id and the origin of an item.

        Parameters
        ----------
        fields : mapping
            The fields that the tool carried along, the text among them.
        usual : sequence of str
            Names under which the tool keeps the text.
        number : object
            The tool's own id of the item, for items that come from elsewhere.

        Raises
        ------
        InputError
            When there is no text, or a field has a value that it cannot have.
        """
        names = [self.text_field] if self.text_field else usual
        name = next((name for name in names if fields.get(name) is not None), None)
        if name is None:
            there = ", ".join(quoted(name) for name in list(fields)[:10])
            raise InputError(
                f"there is no {names[0]!r} (fields: {there or 'none'}); name the right one with --text-field"
            )
        text = fields[name]
        if not isinstance(text, str):
            raise InputError(f"field {name!r} is no text")
        if not text.strip():
            raise InputError(f"field {name!r} is empty")
        _check_storable(text, "the text")
        own = next((str(x) for x in (fields.get(ITEM_ID), number) if x not in (None, "")), None)
        if own is None:
            own = "s-" + hashlib.sha256(text.encode()).hexdigest()[:12]
        _check_storable(own, "the id")
        return Item(own, text, origin_of(fields, self.writer_field))

    def reply(self, place: Place, item: Item, annotator: str, marks: Iterable[Mark]) -> Reply:
        """Make a reply, unless it says nothing and silence means unread.

        Raises
        ------
        InputError
            When it is to be left out.
        """
        found = tuple(dict.fromkeys(marks))
        _check_storable(annotator, "the annotator's name")
        if self.skip_empty and not found:
            raise Skipped("no label (--skip-empty)")
        return Reply(place, item, annotator, found)


def _check_storable(text: str, what: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{what} holds half an emoji (a lone surrogate) at character {error.start + 1}") from None


def attempt(
    place: Place, item: str, read: Callable[..., Reply | Iterable[Reply | LeftOut]], *arguments: Any
) -> Iterator[Reply | LeftOut]:
    """Read one record by ``read(place, *arguments)``; what is wrong with it becomes a `LeftOut`."""
    try:
        found = read(place, *arguments)
        yield from [found] if isinstance(found, Reply) else found
    except ValidationError as error:
        yield LeftOut(place, item, wrong_fields(error))
    except InputError as error:
        yield LeftOut(place, item, str(error), fault=not isinstance(error, Skipped))


def open_sources(paths: Iterable[Path]) -> list[Source]:
    """Read files, and the files in a zip archive, as doccano writes one.

    Raises
    ------
    InputError
        When one is not there or is no file.
    """
    sources = []
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror}.") from None
        if path.suffix.casefold() == ".zip":
            sources += _unpack(path, content)
        else:
            sources.append(Source(path.name, content))
    return sources


def _unpack(path: Path, content: bytes) -> list[Source]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [Source(m.filename, archive.read(m)) for m in archive.infolist() if not m.is_dir()]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise InputError(f"{path} is no zip archive that can be opened ({type(error).__name__}).") from None


def decode(source: Source, encoding: str) -> str:
    """Decode a file; a byte order mark decides where there is one.

    Raises
    ------
    InputError
        When the file is empty or has another encoding.
    """
    content = source.content
    if not content.strip():
        raise InputError(f"{source.name} is empty.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif encoding.casefold().replace("-", "") in {"utf8", "u8"}:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except LookupError:
        raise InputError(f"There is no encoding {quoted(encoding)}; try utf-8 or cp1252 with --encoding.") from None
    except UnicodeError as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = content[:at].count(b"\n") + 1
        raise InputError(
            f"{source.name} is not {encoding.removesuffix('-sig')} (line {line}, byte {at}); save it as UTF-8, or name "
            "its encoding, such as --encoding cp1252."
        ) from None


def read_records(
    source: Source, encoding: str, noun: str = "record"
) -> Iterator[tuple[Place, Mapping[str, Any]] | LeftOut]:
    """Read a JSON list, or JSON lines; yields each object with its place.

    Raises
    ------
    InputError
        When the file is no JSON, is cut off, or holds no list of objects.
    """
    content = decode(source, encoding)
    if content.lstrip().startswith("["):
        values = _json_list(source, content)
        for number, value in enumerate(values, 1):
            yield _object(Place(source.name, f"{noun} {number}"), value)
        return
    if _looks_whole(content):
        raise InputError(
            f"{source.name} holds one object over several lines; it must be a list of {noun}s, or one object per line."
        )
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            place = Place(source.name, f"line {number}")
            try:
                value = json.loads(line)
            except (json.JSONDecodeError, RecursionError):
                yield LeftOut(place, "", "this line is cut off or no valid JSON")
                continue
            yield _object(place, value)


def _object(place: Place, value: object) -> tuple[Place, Mapping[str, Any]] | LeftOut:
    if isinstance(value, dict):
        return place, value
    return LeftOut(place, "", f"wrong nesting: an object is expected here, not {_kind(value)}")


def _kind(value: object) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "nothing")


def _json_list(source: Source, content: str) -> list[Any]:
    try:
        values = json.loads(content)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{source.name} is cut off or no valid JSON at line {error.lineno}, column {error.colno}; export it again."
        ) from None
    except RecursionError:
        raise InputError(f"{source.name} is nested too deeply to be an export.") from None
    if not values:
        raise InputError(f"{source.name} holds no record.")
    return list(values)


def _looks_whole(content: str) -> bool:
    """Say whether the content is one object that takes several lines."""
    if "\n" not in content.strip():
        return False
    try:
        return isinstance(json.loads(content), dict)
    except (json.JSONDecodeError, RecursionError):
        return False


def whole(item: Item, tags: Iterable[Any]) -> tuple[Mark, ...]:
    """Mark the whole of an item with tags."""
    return tuple(Mark(tag, 0, len(item.text)) for tag in tags)
