"""swap.py: one folder stands in the place of another, and nothing else is left."""

import pytest

from training.swap import replace_folder, two_renames


def folder(path, word):
    path.mkdir()
    (path / "file.txt").write_text(word, encoding="utf-8")
    return path


BOTH = pytest.mark.parametrize("replace", [replace_folder, two_renames])  # as this system does it, and as any can


@BOTH
def test_the_fresh_folder_takes_the_place_of_the_standing_one(replace, tmp_path):
    standing = folder(tmp_path / "standing", "old")
    replace(standing, folder(tmp_path / "fresh", "new"))
    assert (standing / "file.txt").read_text(encoding="utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["standing"]


def test_a_place_that_is_free_is_taken(tmp_path):
    replace_folder(tmp_path / "standing", folder(tmp_path / "fresh", "new"))
    assert [path.name for path in tmp_path.iterdir()] == ["standing"]


@BOTH
def test_what_stood_still_stands_when_there_is_nothing_to_put_there(replace, tmp_path):
    standing = folder(tmp_path / "standing", "old")
    with pytest.raises(FileNotFoundError):
        replace(standing, tmp_path / "fresh")
    assert (standing / "file.txt").read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["standing"]
