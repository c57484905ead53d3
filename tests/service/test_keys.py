"""service/keys.py: keys found by their hash, read again when their file changes, and the decision to ask for them."""

import hashlib
import logging
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from models.errors import InputError
from service.key_file import Key, write_keys
from service.keys import (
    KEYS_PATTERN,
    TOKEN,
    KeyStore,
    asks_for_keys,
    hash_of,
    is_loopback,
    keys_from_text,
    new_key,
    open_store,
)

MARK = "Zwartekraai7319"
NOW = datetime(2026, 1, 31, tzinfo=UTC)
HASH = "sha256:" + "0f" * 32
FILE = Path("keys.json")
SETTING = TypeAdapter(Annotated[str, Field(pattern=KEYS_PATTERN)])


def kept(name: str, token: str, revoked: bool = False) -> Key:
    return Key(name=name, hash=hash_of(token), revoked=NOW if revoked else None)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "keys.json"


def test_keys_look_like_keys_and_never_repeat():
    made = {new_key() for _ in range(1000)}
    assert len(made) == 1000
    assert all(TOKEN.fullmatch(key) for key in made)


def test_the_hash_is_the_one_that_sha256sum_gives():
    token = new_key()
    assert hash_of(token) == "sha256:" + hashlib.sha256(token.encode("ascii")).hexdigest()


def test_each_key_is_found_by_itself_only():
    tokens = {name: new_key() for name in ("a", "b", "c")}
    store = KeyStore([kept(name, token) for name, token in tokens.items()])
    for name, token in tokens.items():
        found = store.find(token)
        assert found is not None
        assert found.name == name
    assert store.find(new_key()) is None


def test_a_revoked_key_is_found_as_revoked():
    old, new = new_key(), new_key()
    found = KeyStore([kept("old", old, revoked=True), kept("new", new)]).find(old)
    assert found is not None
    assert found.revoked == NOW


@pytest.mark.parametrize(
    "change",
    [
        lambda key: "",
        lambda key: key[:-1],
        lambda key: key + "A",
        lambda key: key.upper(),
        lambda key: key + "\n",
        lambda key: " " + key,
        lambda key: key.removeprefix("wk_"),
        lambda key: hash_of(key),
        lambda key: key[:-1] + "é",
        lambda key: key[:-1] + "\udcff",
        lambda key: key * 100_000,
    ],
)
def test_nearly_a_key_is_no_key(change):
    key = "wk_" + "aB3_-" * 8 + "xyz"
    assert KeyStore([kept("app", key)]).find(key) is not None
    assert KeyStore([kept("app", key)]).find(change(key)) is None


def test_a_store_holds_no_key_in_clear():
    token = new_key()
    assert token not in repr(vars(KeyStore([kept("app", token)])))


def test_a_key_added_or_revoked_in_the_file_counts_at_the_next_request(path, caplog):
    first, second = new_key(), new_key()
    write_keys(path, [kept("first", first)])
    store = KeyStore(path=path)
    assert store.find(second) is None
    with caplog.at_level(logging.INFO):
        write_keys(path, [kept("first", first, revoked=True), kept("second", second)])
        found = store.find(first)
    assert found is not None
    assert found.revoked
    assert store.find(second) is not None
    assert caplog.messages == ["keys read again: 1 in force"]


def test_an_edit_in_place_of_the_same_size_counts_too(path):
    first, second = new_key(), new_key()
    write_keys(path, [kept("app", first)])
    store = KeyStore(path=path)
    path.write_text(path.read_text().replace(hash_of(first), hash_of(second)))
    os.utime(path, ns=(1, 1))  # as if time had passed, whatever the clock of this file system can tell apart
    assert store.find(first) is None
    assert store.find(second) is not None


@pytest.mark.parametrize("content", [MARK, f'{{"keys": [{{"name": "{MARK}"}}]}}', "", None])
def test_a_broken_file_keeps_the_old_keys_and_is_told_once_without_its_content(path, caplog, content):
    token = new_key()
    write_keys(path, [kept("app", token)])
    store = KeyStore(path=path)
    path.unlink() if content is None else path.write_text(content)
    assert all(store.find(token) for _ in range(3))
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert str(path) in caplog.text
    assert MARK not in caplog.text
    write_keys(path, [kept("mended", token)])
    found = store.find(token)
    assert found is not None
    assert found.name == "mended"


def test_a_file_emptied_after_start_lets_nobody_in(path):
    token = new_key()
    write_keys(path, [kept("app", token)])
    store = KeyStore(path=path)
    write_keys(path, [])
    assert store.find(token) is None


def test_keys_of_environment_and_file_are_used_together(path):
    one, two = new_key(), new_key()
    write_keys(path, [kept("two", two)])
    store = open_store(f"one={hash_of(one)}", path)
    assert store is not None
    assert store.find(one) is not None
    assert store.find(two) is not None


def test_a_file_that_takes_a_name_of_the_environment_is_broken(path, caplog):
    one, two = new_key(), new_key()
    write_keys(path, [kept("two", two)])
    store = open_store(f"one={hash_of(one)}", path)
    assert store is not None
    write_keys(path, [kept("one", two)])
    found = store.find(two)
    assert found is not None
    assert found.name == "two"
    assert "same name" in caplog.text
    with pytest.raises(InputError, match="same name"):
        open_store(f"one={hash_of(one)}", path)


@pytest.mark.parametrize("keys", [[], [kept("app", "x", revoked=True)]])
def test_a_store_in_which_no_key_is_in_force_does_not_open(path, keys):
    write_keys(path, keys)
    with pytest.raises(InputError, match="weerklank keys add"):
        KeyStore(path=path)


def test_a_store_does_not_open_on_a_missing_or_broken_file(path):
    with pytest.raises(InputError, match="cannot be read"):
        open_store(None, path)
    path.write_text(MARK)
    with pytest.raises(InputError, match="no file of keys"):
        open_store(None, path)


@pytest.mark.parametrize(("keys", "keys_file"), [(None, None), ("off", None), ("off", FILE)])
def test_without_keys_or_switched_off_there_is_no_store(keys, keys_file):
    assert open_store(keys, keys_file) is None


GOOD_SETTINGS = ["off", f"a={HASH}", f"a={HASH},b-2.x_={HASH}", f"off={HASH}"]
BAD_SETTINGS = ["", "on", "OFF", "off,", f"a={HASH},", f",a={HASH}", f"={HASH}", f"a={HASH} ", f"a={HASH}\n"]
BAD_SETTINGS += [
    f"a={HASH}, b={HASH}",
    f"a={HASH[:-1]}",
    f"a={HASH.upper()}",
    f"off,a={HASH}",
    f"wk_{MARK}",
    f"a={HASH}0",
]


@pytest.mark.parametrize("text", GOOD_SETTINGS)
def test_a_good_setting_fits_the_pattern_in_both_dialects(text):
    assert re.fullmatch(KEYS_PATTERN, text)
    assert fits(text)


@pytest.mark.parametrize("text", BAD_SETTINGS)
def test_a_bad_setting_fits_neither_and_is_not_quoted(text):
    assert not fits(text)
    with pytest.raises(InputError) as error:
        keys_from_text(text)
    assert MARK not in str(error.value)


def fits(text: str) -> bool:
    """Say whether pydantic, whose patterns are Rust's, takes a text for the setting."""
    try:
        SETTING.validate_python(text)
    except ValidationError:
        return False
    return True


def test_the_setting_gives_names_and_hashes():
    assert [(key.name, key.hash) for key in keys_from_text(f"a={HASH},b={HASH}")] == [("a", HASH), ("b", HASH)]


LOOPBACK = ["127.0.0.1", "127.8.9.10", "::1", "localhost", "LocalHost", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"]
REACHABLE = ["0.0.0.0", "::", "", "192.168.1.2", "10.0.0.1", "fe80::1", "weerklank.example", "localhost.example"]  # noqa: S104
REACHABLE += ["::ffff:0.0.0.0", "127.0.0.1.example", "0", "2130706433", "*"]


@pytest.mark.parametrize("host", LOOPBACK)
def test_on_a_loopback_address_keys_are_asked_for_only_when_there_are_some(host):
    assert is_loopback(host)
    assert not asks_for_keys(host, None, None)
    assert not asks_for_keys(host, "off", FILE)
    assert asks_for_keys(host, f"a={HASH}", None)
    assert asks_for_keys(host, None, FILE)


@pytest.mark.parametrize("host", REACHABLE)
def test_on_any_other_address_they_are_asked_for_unless_switched_off_in_so_many_words(host):
    assert not is_loopback(host)
    assert asks_for_keys(host, f"a={HASH}", None)
    assert asks_for_keys(host, None, FILE)
    assert not asks_for_keys(host, "off", None)
    with pytest.raises(InputError) as refusal:
        asks_for_keys(host, None, None)
    for remedy in ("weerklank keys add", "WEERKLANK_KEYS_FILE", "127.0.0.1", "WEERKLANK_KEYS=off"):
        assert remedy in str(refusal.value)
