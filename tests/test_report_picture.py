"""The example survey and its picture in the README."""

import csv
from collections import Counter

from tests.report_picture import LARGEST, PICTURE, SURVEY


def test_the_example_has_600_comments_in_9_teams_of_3_departments():
    with SURVEY.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert list(rows[0]) == ["respondent", "afdeling", "team", "opmerking", "citeren"]
    assert len({row["respondent"] for row in rows}) == len(rows) == 600
    sizes = Counter((row["afdeling"], row["team"]) for row in rows)
    assert len(sizes) == 9
    assert len({department for department, _ in sizes}) == 3
    assert (min(sizes.values()), max(sizes.values())) == (6, 120)
    assert {row["citeren"] for row in rows} == {"ja", "nee"}


def test_no_comment_of_a_sentence_or_more_stands_there_twice():
    with SURVEY.open(encoding="utf-8", newline="") as file:
        comments = Counter(row["opmerking"] for row in csv.DictReader(file, delimiter=";"))
    assert [comment for comment, times in comments.items() if times > 1 and len(comment.split()) > 3] == []


def test_the_picture_is_small_enough_for_the_readme():
    assert PICTURE.read_bytes().startswith(b"\x89PNG")
    assert PICTURE.stat().st_size < LARGEST
