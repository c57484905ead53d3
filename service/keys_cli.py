"""``weerklank keys``: add, list and revoke the keys of the service.

A running server sees the change at its next request.
"""

from datetime import UTC, datetime
from pathlib import Path
from re import fullmatch
from typing import Annotated

import typer

from models.errors import InputError
from service.key_file import NAME_PATTERN, Key, read_keys, write_keys
from service.keys import hash_of, new_key

app = typer.Typer(no_args_is_help=True, help="Add, list and revoke the keys of the service.")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the key: letters, digits, dot, dash, _.")]
FileOption = Annotated[
    Path | None, typer.Option("--file", envvar="WEERKLANK_KEYS_FILE", help="File of keys.", show_envvar=True)
]


@app.command()
def add(
    name: NameArgument,
    file: FileOption = None,
    environment: Annotated[
        bool, typer.Option("--environment", help="Write no file; print the entry for WEERKLANK_KEYS, too.")
    ] = False,
) -> None:
    """Make a key and print it; this is the only time that it is shown."""
    if not fullmatch(NAME_PATTERN, name):
        raise InputError(
            "A key's name has 1 to 63 letters, digits, dots, dashes or underscores; a letter or digit first."
        )
    token = new_key()
    if environment:
        typer.echo(f"{token}\n{name}={hash_of(token)}")
    else:
        path = _path(file)
        keys = read_keys(path) if path.exists() else []
        if any(key.name == name and not key.revoked for key in keys):
            raise InputError(f"There is a key {name} already. Revoke it first, or take another name.")
        made = Key(name=name, hash=hash_of(token), created=_now())
        write_keys(path, [*(key for key in keys if key.name != name), made])
        typer.echo(token)
    typer.echo("Keep this key now: it is not stored and cannot be shown again.", err=True)


@app.command("list")
def list_keys(file: FileOption = None) -> None:
    """Print the names of the keys as a table, tab-separated."""
    typer.echo("name\tcreated\trevoked")
    for key in read_keys(_path(file)):
        typer.echo(f"{key.name}\t{_time(key.created)}\t{_time(key.revoked)}")


@app.command()
def revoke(name: NameArgument, file: FileOption = None) -> None:
    """Revoke a key; it stays in the list, so that its holder is told why it is refused."""
    path = _path(file)
    keys = read_keys(path)
    if not any(key.name == name and not key.revoked for key in keys):
        raise InputError("There is no key of this name that is in force; see `weerklank keys list`.")
    write_keys(path, [key.model_copy(update={"revoked": _now()}) if key.name == name else key for key in keys])
    typer.echo(f"{name} is revoked.", err=True)


def _path(file: Path | None) -> Path:
    if file is None:
        raise InputError("Say which file of keys: --file keys.json, or set WEERKLANK_KEYS_FILE.")
    return file


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _time(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()
