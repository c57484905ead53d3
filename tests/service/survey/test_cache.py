"""service/survey/cache.py: answers on disk, without a text."""

from pathlib import Path

from service.survey.cache import Cache

TEXT = "Zwartekraai7319 zegt het een en ander."


def open_files() -> list[tuple[str, bytes]]:
    """Names and contents of this process's open files."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        if link.is_file():  # the listing itself is closed by now
            found.append((str(link.readlink()), link.read_bytes()))
    return found


def test_an_answer_comes_back_and_another_comment_has_none(tmp_path):
    with Cache(tmp_path) as cache:
        cache.put(cache.digest(TEXT), b"[1]")
        cache.put(cache.digest(TEXT), b"[2]")
        assert cache.get(cache.digest(TEXT)) == b"[1]"
        assert cache.get(cache.digest(TEXT + " ")) is None


def test_the_hash_of_a_comment_is_another_in_another_process(tmp_path):
    with Cache(tmp_path) as one, Cache(tmp_path) as other:
        assert one.digest(TEXT) != other.digest(TEXT)
        assert one.digest(TEXT) == one.digest(TEXT)


def test_the_file_has_no_name_and_holds_no_text(tmp_path):
    with Cache(tmp_path) as cache:
        for i in range(3000):
            cache.put(cache.digest(f"{TEXT} {i}"), b"x" * 100)
        assert list(tmp_path.iterdir()) == []
        unnamed = [content for name, content in open_files() if name.startswith(str(tmp_path))]
        assert any(b"x" * 100 in content for content in unnamed)
        assert all(b"Zwartekraai" not in content for content in unnamed)


def test_half_a_character_is_a_comment_like_any(tmp_path):
    with Cache(tmp_path) as cache:
        assert cache.digest("\ud83d") != cache.digest("\ude00")
