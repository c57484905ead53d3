"""service/survey/parts.py: what a killed run leaves to be taken over."""

import fcntl
import os
import stat

import pyarrow as pa
import pytest

from models.errors import InputError
from service.survey.batch import lay_out
from service.survey.parts import FINGERPRINT, FOLDER, Parts

MADE_OF = {"file": "0" * 64, "columns": ["opmerking"], "model": "sha256:1"}
OTHERWISE = [
    {"file": "1" * 64},
    {"columns": ["antwoord"]},
    {"model": "sha256:2"},
    {"operating_point": "precise"},
]
DAMAGE = {
    "empty": lambda content: b"",
    "cut short": lambda content: content[:-1],
    "half": lambda content: content[: len(content) // 2],
    "a bit turned": lambda content: content[:90] + bytes([content[90] ^ 1]) + content[91:],
    "longer": lambda content: content + b"\0",
    "another hash": lambda content: bytes(32) + content[32:],
}


def part_of(first: int = 1, rows: int = 3) -> pa.RecordBatch:
    numbers = pa.array(range(first, first + rows), pa.int64())
    tag = {"start": 0, "end": 9, "dimension": "d", "label": "l", "stance": "s"}
    answer = (
        b'["ok",null,[%s],1,0]'
        % str({**tag, "probability": 0.931, "stance_probability": 0.5}).replace("'", '"').encode()
    )
    return lay_out(numbers, [answer] * rows, [None] * rows)


def test_a_part_comes_back_as_it_was(tmp_path):
    part = part_of()
    with Parts(tmp_path, MADE_OF) as parts:
        parts.write(0, part)
    with Parts(tmp_path, MADE_OF) as parts:
        assert parts.read(0, part.column("row")) == part
        assert parts.read(1, part.column("row")) is None


def test_what_a_link_leads_to_is_not_thrown_away(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "letter.txt").touch()
    (tmp_path / FOLDER).symlink_to("elsewhere")
    with pytest.raises(InputError, match="cannot be written"):
        Parts(tmp_path, MADE_OF)
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["letter.txt"]


def test_a_part_of_other_rows_is_not_taken(tmp_path):
    with Parts(tmp_path, MADE_OF) as parts:
        parts.write(0, part_of())
        assert parts.read(0, part_of(first=2).column("row")) is None
        assert parts.read(0, part_of(rows=2).column("row")) is None


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_part_is_not_taken(damage, tmp_path):
    with Parts(tmp_path, MADE_OF) as parts:
        parts.write(0, part_of())
        (path,) = parts.folder.glob("part-*")
        path.write_bytes(damage(path.read_bytes()))
        assert parts.read(0, part_of().column("row")) is None


@pytest.mark.parametrize("change", OTHERWISE)
def test_parts_of_another_file_other_options_or_another_model_are_thrown_away(change, tmp_path):
    with Parts(tmp_path, MADE_OF) as parts:
        parts.write(0, part_of())
    with Parts(tmp_path, {**MADE_OF, **change}) as parts:
        assert parts.read(0, part_of().column("row")) is None


def test_a_folder_without_a_fingerprint_is_not_trusted(tmp_path):
    with Parts(tmp_path, MADE_OF) as parts:
        parts.write(0, part_of())
        (parts.folder / FINGERPRINT).unlink()
    with Parts(tmp_path, MADE_OF) as parts:
        assert parts.read(0, part_of().column("row")) is None


def test_the_folder_is_its_owners_alone_and_goes_when_all_is_done(tmp_path):
    with Parts(tmp_path / "out", MADE_OF) as parts:
        assert stat.S_IMODE(parts.folder.stat().st_mode) == 0o700
        parts.write(0, part_of())
        parts.remove()
    assert list((tmp_path / "out").iterdir()) == []


def test_two_runs_cannot_write_in_one_folder(tmp_path):
    with Parts(tmp_path, MADE_OF), pytest.raises(InputError, match="another run"):
        Parts(tmp_path, MADE_OF)
    with Parts(tmp_path, MADE_OF):
        pass


def test_a_folder_that_another_run_throws_away_meanwhile_is_not_taken(tmp_path, monkeypatch):
    with Parts(tmp_path, MADE_OF) as first:
        lock = fcntl.flock

        def late(descriptor, how):
            first.remove()
            first.close()
            first._lock = os.open(tmp_path, os.O_RDONLY)  # the first run closes this one at its end
            lock(descriptor, how)

        monkeypatch.setattr(fcntl, "flock", late)
        with pytest.raises(InputError, match="another run"):
            Parts(tmp_path, MADE_OF)
    monkeypatch.undo()
    with Parts(tmp_path, MADE_OF):
        pass


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "out").write_text("a file, not a folder")
    with pytest.raises(InputError, match="out: cannot be written"):
        Parts(tmp_path / "out", MADE_OF)
    assert FOLDER not in {path.name for path in tmp_path.iterdir()}
