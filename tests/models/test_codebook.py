"""The codebook: what a file must hold, what the messages name, and that the code knows no label by name."""

import re
from pathlib import Path

import pytest

from models import Codebook, load_codebook
from models.codebook import DEFAULT_CODEBOOK, parse_codebook
from models.errors import CodebookError
from tests.conftest import ROOT

CODE = ("models", "service", "training")
SMALL = """
name = "small"
version = "1"
title = "Weather at work"

[[stances]]
id = "there"
name = "aanwezig"
name_en = "there"
definition = "It is there."
definition_nl = "Het is er."

[[dimensions]]
id = "weather"
name = "weer"
name_plural = "weer"
name_en = "weather"
color = "#00aaff"
definition = "The sky."
definition_nl = "De lucht."

[[labels]]
id = "sun"
dimension = "weather"
name = "zon"
name_en = "sun"
definition = "Sunshine."
definition_nl = "Zonneschijn."

[[labels]]
id = "rain"
dimension = "weather"
name = "regen"
name_en = "rain"
definition = "Rainfall."
definition_nl = "Neerslag."
"""
BALANCE = '\n[balance]\ndimension = "weather"\ntoward = "sun"\nagainst = "rain"\n'
OTHER_DIMENSION = """
[[dimensions]]
id = "season"
name = "seizoen"
name_plural = "seizoenen"
name_en = "season"
color = "#aa0000"
definition = "Time of year."
definition_nl = "Tijd van het jaar."
"""

GOOD = [
    ("as it stands", SMALL),
    ("with a balance", SMALL + BALANCE),
    ("with a comment and blank lines", "# mine\n\n\n" + SMALL),
    ("in another language", 'language = "de"\n' + SMALL),
    ("with Schwartz places", SMALL + 'schwartz = ["hedonism"]\n'),
]
# What is changed in the small codebook, and what the message must name.
BAD = [
    ("no TOML", SMALL + "\n[[", "no valid TOML"),
    ("an unknown field", SMALL + '\nmood = "good"\n', r"labels\.1\.mood"),
    ("an unknown table", SMALL + "\n[extra]\n", "extra"),
    ("no name", SMALL.replace('name = "small"\n', ""), r"codebook: name"),
    ("an empty title", SMALL.replace("Weather at work", ""), "title"),
    ("an id with a capital", SMALL.replace('id = "sun"', 'id = "Sun"'), r"labels\.0\.id"),
    ("an id that starts with a digit", SMALL.replace('id = "sun"', 'id = "1sun"'), r"labels\.0\.id"),
    ("an id with a space", SMALL.replace('id = "sun"', 'id = "the sun"'), r"labels\.0\.id"),
    ("a colour by name", SMALL.replace("#00aaff", "blue"), r"dimensions\.0\.color"),
    ("a language by name", 'language = "Dutch"\n' + SMALL, "language"),
    ("a polarity of 2", SMALL.replace('name_en = "there"', 'name_en = "there"\npolarity = 2'), r"stances\.0\.polarity"),
    ("no definition", SMALL.replace('definition = "Rainfall."\n', ""), r"labels\.1\.definition"),
    ("a label twice", SMALL.replace('id = "rain"', 'id = "sun"'), "label id 'sun'"),
    ("a label without its dimension", SMALL.replace('dimension = "weather"', 'dimension = "moon"', 1), "'sun'.*'moon'"),
    ("a balance of an unknown label", SMALL + BALANCE.replace("rain", "hail"), "balance.*'hail'"),
    ("a balance of an unknown dimension", SMALL + BALANCE.replace("weather", "moon"), "balance.*'moon'"),
    ("a balance of one label with itself", SMALL + BALANCE.replace("rain", "sun"), "balance"),
    ("a balance of another dimension", SMALL + OTHER_DIMENSION + BALANCE.replace("weather", "season"), "balance"),
    ("a dimension without a label", SMALL + OTHER_DIMENSION, "no label has the dimension 'season'"),
    ("two labels of one Dutch name", SMALL.replace('"regen"', '"zon"'), "two labels have the name 'zon'"),
    ("two labels of one English name", SMALL.replace('name_en = "rain"', 'name_en = "sun"'), "name_en 'sun'"),
    ("a label as text", re.sub(r"\[\[labels\]\].*", 'labels = "sun"', SMALL, flags=re.DOTALL), "labels"),
    ("no labels", re.sub(r"\[\[labels\]\].*", "", SMALL, flags=re.DOTALL), "labels"),
]


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("text", [text for _, text in GOOD], ids=[name for name, _ in GOOD])
def test_a_good_file_becomes_a_codebook(tmp_path: Path, text: str) -> None:
    codebook = load_codebook(write(tmp_path, text))
    assert codebook.label_ids == ("sun", "rain")
    assert codebook.stance_ids == ("there",)
    assert codebook.label("rain").name == "regen"


@pytest.mark.parametrize(("text", "names"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_broken_file_is_refused_and_the_message_names_the_field(tmp_path: Path, text: str, names: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(CodebookError, match=names) as caught:
        load_codebook(path)
    assert str(path) in str(caught.value)


def test_all_wrong_fields_are_named_at_once(tmp_path: Path) -> None:
    text = SMALL.replace("#00aaff", "blue").replace('id = "sun"', 'id = "Sun"').replace("Weather at work", "")
    with pytest.raises(CodebookError, match=r"(?s)title.*dimensions\.0\.color.*labels\.0\.id"):
        load_codebook(write(tmp_path, text))


def test_labels_in_single_brackets_are_told_apart_from_other_mistakes(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match=r"no valid TOML.*\[\[labels\]\], in two brackets"):
        load_codebook(write(tmp_path, SMALL.replace("[[labels]]", "[labels]")))


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_path_that_is_no_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(CodebookError, match=re.escape(str(tmp_path / name))):
        load_codebook(tmp_path / name)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(SMALL.replace("weer", "wéér").encode("latin-1"))
    with pytest.raises(CodebookError, match="no valid TOML"):
        load_codebook(path)


def test_plain_data_says_where_it_came_from() -> None:
    with pytest.raises(CodebookError, match=r"^the manifest does not describe a codebook: .*labels"):
        parse_codebook({"name": "small"}, where="the manifest")


def test_an_unknown_label_is_a_key_error(small: Codebook) -> None:
    with pytest.raises(KeyError):
        small.label("hail")


@pytest.fixture
def small(tmp_path: Path) -> Codebook:
    return load_codebook(write(tmp_path, SMALL))


def test_the_digest_follows_the_content_and_not_the_layout(tmp_path: Path, small: Codebook) -> None:
    laid_out_otherwise = load_codebook(write(tmp_path, "# a comment\n" + SMALL.replace("\n\n", "\n\n\n")))
    other = load_codebook(write(tmp_path, SMALL.replace("Rainfall.", "Drizzle.")))
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", small.digest)
    assert laid_out_otherwise.digest == small.digest
    assert other.digest != small.digest


def test_the_shipped_codebook_describes_each_label_in_two_languages() -> None:
    codebook = load_codebook()
    assert codebook == load_codebook(DEFAULT_CODEBOOK)
    assert codebook.language == "nl"
    assert {label.dimension for label in codebook.labels} == {dimension.id for dimension in codebook.dimensions}
    for label in codebook.labels:
        assert label.include, label.id
        assert label.examples, label.id
        assert label.source, label.id


def test_no_page_or_template_holds_a_label_of_the_shipped_codebook() -> None:
    quoted = re.compile(rf"""(["'`])({"|".join(load_codebook().label_ids)})\1""")
    files = [
        path for folder in CODE for ending in ("js", "html", "j2") for path in (ROOT / folder).rglob(f"*.{ending}")
    ]
    pages = [path for path in files if "weerklank-nl" not in path.parts]
    assert len(pages) > 5
    assert [str(path) for path in pages if quoted.search(path.read_text(encoding="utf-8"))] == []
