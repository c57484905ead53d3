"""service/keys_cli.py: keys made, listed and revoked on the command line."""

import stat

import pytest
from typer.testing import CliRunner

from models.errors import InputError
from service.key_file import read_keys
from service.keys import TOKEN, KeyStore, keys_from_text
from service.keys_cli import app


@pytest.fixture
def path(tmp_path, monkeypatch):
    """Where the file of keys is to be; named by the environment."""
    monkeypatch.setenv("WEERKLANK_KEYS_FILE", str(tmp_path / "keys.json"))
    return tmp_path / "keys.json"


def keys(*arguments: str):
    """Run `weerklank keys`; errors of the project pass through, as to the command line around it."""
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_key_is_shown_once_and_found_by_the_server(path):
    result = keys("add", "app")
    token = result.stdout.strip()
    assert TOKEN.fullmatch(token)
    assert "cannot be shown again" in result.stderr
    assert token not in path.read_text()
    assert token not in keys("list").output
    found = KeyStore(path=path).find(token)
    assert found is not None
    assert found.name == "app"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_list_has_a_row_per_key(path):
    keys("add", "a")
    keys("add", "b")
    keys("revoke", "a")
    header, first, second = (line.split("\t") for line in keys("list").stdout.splitlines())
    assert header == ["name", "created", "revoked"]
    assert (first[0], bool(first[1]), bool(first[2])) == ("a", True, True)
    assert (second[0], bool(second[1]), bool(second[2])) == ("b", True, False)


def test_a_running_store_sees_what_the_command_does(path):
    first, second = keys("add", "a").stdout.strip(), keys("add", "b").stdout.strip()
    store = KeyStore(path=path)
    keys("revoke", "a")
    found = store.find(first)
    assert found is not None
    assert found.revoked
    assert not store.find(second).revoked


def test_a_name_in_force_is_not_taken_again_but_a_revoked_one_is(path):
    old = keys("add", "app").stdout.strip()
    before = path.read_bytes()
    with pytest.raises(InputError, match="already"):
        keys("add", "app")
    assert path.read_bytes() == before
    keys("revoke", "app")
    new = keys("add", "app").stdout.strip()
    store = KeyStore(path=path)
    assert store.find(old) is None
    assert not store.find(new).revoked


@pytest.mark.parametrize("name", ["", "a b", "é", "a/b", "a" * 64, ".a"])
def test_a_bad_name_is_refused(path, name):
    with pytest.raises(InputError, match="letters"):
        keys("add", name)
    assert not path.exists()


def test_only_a_key_in_force_can_be_revoked(path):
    keys("add", "app")
    with pytest.raises(InputError, match="no key of this name"):
        keys("revoke", "other")
    keys("revoke", "app")
    with pytest.raises(InputError, match="no key of this name"):
        keys("revoke", "app")
    assert len(read_keys(path)) == 1


def test_a_broken_file_is_never_written_over(path):
    path.write_text("{}")
    for arguments in (["add", "app"], ["revoke", "app"], ["list"]):
        with pytest.raises(InputError, match="no file of keys"):
            keys(*arguments)
    assert path.read_text() == "{}"


@pytest.mark.parametrize("arguments", [["add", "app"], ["revoke", "app"], ["list"]])
def test_without_a_file_the_command_asks_for_one(monkeypatch, arguments):
    monkeypatch.delenv("WEERKLANK_KEYS_FILE", raising=False)
    with pytest.raises(InputError, match="WEERKLANK_KEYS_FILE"):
        keys(*arguments)


def test_the_option_goes_before_the_environment(path, tmp_path):
    keys("add", "app", "--file", str(tmp_path / "other.json"))
    assert not path.exists()
    assert len(read_keys(tmp_path / "other.json")) == 1


def test_a_key_for_the_environment_is_printed_with_its_entry_and_written_nowhere(path):
    token, entry = keys("add", "app", "--environment").stdout.splitlines()
    found = KeyStore(keys_from_text(entry)).find(token)
    assert found is not None
    assert found.name == "app"
    assert not path.exists()
