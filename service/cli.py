"""The command line: ``weerklank``.

Exit codes: 0 done; 2 wrong use or bad input; 3 done, but some rows failed. Only results go to stdout.
"""

import codecs
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from models.clean import encodable
from models.errors import InputError, WeerklankError
from models.manifest import DEFAULT_OPERATING_POINT, OPERATING_POINTS, PROFILES
from models.tagger import Tagger, load_tagger
from service.choices import choice
from service.keys import asks_for_keys, open_store
from service.keys_cli import app as keys_app
from service.schemas import answer_body
from service.settings import load_settings
from service.settings_table import settings_rows
from service.survey.command import ROWS_FAILED, survey

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(keys_app, name="keys")
app.command()(survey)

CHUNK = 256

ModelOption = Annotated[Path | None, typer.Option("--model", help="Folder of the artefact.")]
ProfileOption = Annotated[str | None, typer.Option("--profile", help="fast, or accurate (the default).")]


@dataclass(frozen=True, slots=True)
class Row:
    """One input row: a text, or the reason why there is none."""

    id: str
    text: str | None
    error: str | None = None


@app.command()
def tag(
    files: Annotated[list[str] | None, typer.Argument(help="Files (.txt, .jsonl), or - for standard input.")] = None,
    model: ModelOption = None,
    profile: ProfileOption = None,
    operating_point: Annotated[
        str, typer.Option("--operating-point", help="Which thresholds: balanced, precise or sensitive.")
    ] = DEFAULT_OPERATING_POINT,
) -> None:
    """Tag texts; prints one JSON object per text, in order.

    A .txt file has one text a line; a .jsonl file one {"id", "text"} object a line. Standard input is read as .jsonl
    when its first line begins with a brace, else as .txt.
    """
    tagger = _load(model, profile)
    point = choice(operating_point, OPERATING_POINTS, "--operating-point")
    failed = 0
    unread = answer_body(tagger.unread(), "", tagger.codebook)
    rows = (row for name in files or ["-"] for row in read_rows(name))
    while chunk := list(islice(rows, CHUNK)):
        taggings = iter(tagger.tag([row.text for row in chunk if row.text is not None], operating_point=point))
        for row in chunk:
            if row.text is None:
                body: dict[str, Any] = {"id": row.id, **unread, "reason": row.error}
            else:
                body = {"id": row.id, **answer_body(next(taggings), row.text, tagger.codebook)}
            failed += body["status"] == "failed"
            typer.echo(encodable(json.dumps(body, ensure_ascii=False)))
    if failed:
        typer.echo(f"weerklank: {failed} rows failed; see their status in the output.", err=True)
        raise typer.Exit(ROWS_FAILED)


@app.command()
def labels(model: ModelOption = None) -> None:
    """Print the codebook as a table, tab-separated."""
    codebook = _load(model).codebook
    typer.echo("dimension\tlabel\tname\tdefinition")
    for label in codebook.labels:
        typer.echo(f"{label.dimension}\t{label.id}\t{label.name}\t{label.definition_nl}")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that tag; they share the artefact.")] = None,
    model: ModelOption = None,
    profile: ProfileOption = None,
) -> None:
    """Serve the HTTP interface and the page."""
    from service.server import run

    settings = load_settings()
    asks_for_keys(host, settings.keys, settings.keys_file)  # refuses to be open to a network by mistake
    given = {"model": model, "profile": profile and choice(profile, PROFILES, "--profile"), "workers": workers}
    chosen = settings.model_copy(update={name: value for name, value in given.items() if value is not None})
    open_store(chosen.keys, chosen.keys_file)  # a broken file is told here, in words
    typer.echo(f"The page is at http://{host}:{port}/ (stop with Ctrl+C)", err=True)
    run(host, port, chosen)


@app.command()
def settings() -> None:
    """Print all settings as a table, tab-separated."""
    typer.echo("variable\tdefault\twhat")
    for row in settings_rows():
        typer.echo("\t".join(row))


def read_rows(name: str) -> Iterator[Row]:
    """Read the rows of a file, or of standard input for ``-``.

    Raises
    ------
    InputError
        When the file is missing, is not UTF-8, or has an ending that is not understood.
    """
    if name == "-":
        yield from _rows_of(sys.stdin.buffer, "stdin", None)
        return
    path = Path(name)
    if path.suffix not in {".txt", ".jsonl"}:
        raise InputError(f"{name}: give a .txt file (one text a line) or a .jsonl file.")
    try:
        with path.open("rb") as file:
            yield from _rows_of(file, name, path.suffix == ".jsonl")
    except OSError:
        raise InputError(f"{name}: there is no such file that can be read.") from None


def _rows_of(file: BinaryIO, name: str, is_jsonl: bool | None) -> Iterator[Row]:
    place = 0  # bytes before this line
    for number, raw in enumerate(file, 1):
        content = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
        try:
            line = content.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            byte = place + len(raw) - len(content) + error.start
            raise InputError(f"{name}: not UTF-8 at byte {byte}. Convert it, e.g. with iconv.") from None
        place += len(raw)
        if is_jsonl is None:
            is_jsonl = line.lstrip().startswith("{")
        yield _json_row(line, number) if is_jsonl else Row(str(number), line)


def _json_row(line: str, number: int) -> Row:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return Row(str(number), None, f"line {number}: no valid JSON")
    if not isinstance(record, dict):
        return Row(str(number), None, f"line {number}: no object with a text")
    name = str(record.get("id", number))
    if not isinstance(record.get("text"), str):
        return Row(name, None, f"line {number}: no object with a text")
    return Row(name, record["text"])


def _load(model: Path | None, profile: str | None = None) -> Tagger:
    settings = load_settings()
    wanted = settings.profile if profile is None else choice(profile, PROFILES, "--profile")
    digest = None if model else settings.model_digest
    return load_tagger(model or settings.model, digest, wanted, settings.threads)


def main() -> None:
    """Run the command line; errors of the project become one line and exit code 2."""
    try:
        app()
    except WeerklankError as error:
        typer.echo(f"weerklank: {error}", err=True)
        sys.exit(2)
