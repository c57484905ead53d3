"""service/key_file.py: the file of keys, written at once and read without quoting it."""

import json
import stat
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from models.errors import InputError
from service.key_file import Key, read_keys, write_keys

HASH = "sha256:" + "0f" * 32
MARK = "Zwartekraai7319"
KEY = Key(name="app", hash=HASH, created=datetime(2026, 1, 31, 12, tzinfo=UTC))

BAD_FILES = {
    "": "/: json_invalid",
    "{": "/: json_invalid",
    f'{{"{MARK}": []}}': "/: extra_forbidden",
    "[]": "/: model_type",
    json.dumps({"keys": MARK}): "/keys: list_type",
    json.dumps({"keys": [{"name": MARK}]}): "/keys/0/hash: missing",
    json.dumps({"keys": [{"name": "app", "hash": f"wk_{MARK}"}]}): "/keys/0/hash: string_pattern_mismatch",
    json.dumps({"keys": [{"name": f"{MARK} app", "hash": HASH}]}): "/keys/0/name: string_pattern_mismatch",
    json.dumps({"keys": [{"name": "app", "hash": HASH.upper()}]}): "/keys/0/hash: string_pattern_mismatch",
    json.dumps({"keys": [{"name": "app", "hash": HASH, MARK: 1}]}): "/keys/0: extra_forbidden",
    json.dumps({"keys": [{"name": "app", "hash": HASH, "created": MARK}]}): "/keys/0/created: ",
    json.dumps(
        {"keys": [{"name": "app", "hash": HASH, "revoked": "2026-01-31T12:00:00"}]}
    ): "/keys/0/revoked: timezone",
    json.dumps({"keys": [{"name": MARK, "hash": HASH}] * 2}): "/keys: name_twice",
}


def test_what_is_written_is_read(tmp_path):
    keys = [KEY, Key(name="b", hash=HASH, revoked=datetime(2026, 2, 1, tzinfo=UTC)), Key(name="c", hash=HASH)]
    write_keys(tmp_path / "keys.json", keys)
    assert read_keys(tmp_path / "keys.json") == keys


def test_the_file_has_the_documented_form(tmp_path):
    write_keys(tmp_path / "keys.json", [KEY])
    content = json.loads((tmp_path / "keys.json").read_bytes())
    assert content == {"keys": [{"name": "app", "hash": HASH, "created": "2026-01-31T12:00:00Z", "revoked": None}]}


def test_only_its_owner_may_read_the_file_also_when_it_was_open_before(tmp_path):
    path = tmp_path / "keys.json"
    path.write_text("{}")
    path.chmod(0o666)
    write_keys(path, [KEY])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_who_has_the_file_open_keeps_the_whole_old_one(tmp_path):
    path = tmp_path / "keys.json"
    write_keys(path, [])
    with path.open("rb") as open_before:
        write_keys(path, [KEY])
        assert json.loads(open_before.read()) == {"keys": []}
    assert [p.name for p in tmp_path.iterdir()] == ["keys.json"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.json").write_text('{"keys": []}')
    link = tmp_path / "keys.json"
    link.symlink_to("real.json")
    write_keys(link, [KEY])
    assert link.is_symlink()
    assert read_keys(tmp_path / "real.json") == [KEY]


def test_a_failed_write_leaves_nothing_behind(tmp_path):
    (tmp_path / "keys.json").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_keys(tmp_path / "keys.json", [KEY])
    assert [p.name for p in tmp_path.iterdir()] == ["keys.json"]


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_keys(tmp_path / "no" / "keys.json", [KEY])


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_keys(tmp_path / "keys.json")


@pytest.mark.parametrize(("content", "place"), BAD_FILES.items())
def test_a_bad_file_is_refused_with_the_place_but_not_the_content(tmp_path, content, place):
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(InputError) as error:
        read_keys(path)
    assert place in str(error.value)
    assert MARK not in str(error.value)


def test_a_file_that_is_no_utf8_is_refused(tmp_path):
    path = tmp_path / "keys.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="json_invalid"):
        read_keys(path)


@pytest.mark.parametrize("name", ["", "-a", ".a", "a b", "a\n", "a,b", "a=b", "é", "a" * 64])
def test_a_name_that_would_need_escaping_is_no_name(name):
    with pytest.raises(ValidationError):
        Key(name=name, hash=HASH)


@pytest.mark.parametrize("name", ["a", "0", "coach-app_2.test", "a" * 63])
def test_a_plain_name_is_a_name(name):
    assert Key(name=name, hash=HASH).name == name
