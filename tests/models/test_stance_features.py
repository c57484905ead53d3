import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from models.features import TOKEN_PATTERN
from models.stance_cues import DEFAULT_CUES, read_cues
from models.stance_features import outline_of, pair_tokens, place_of

CUES = read_cues(DEFAULT_CUES.read_text(encoding="utf-8"))


def tokens(sentence: str, place: int = 0, label: str = "trust") -> list[str]:
    return pair_tokens(outline_of(sentence.split(), CUES), label, place).split(" ")


def test_a_negation_reaches_to_the_comma():
    outline = outline_of("ik krijg geen vertrouwen , wel ruimte".split(), CUES)
    assert outline.denied == (False, False, False, True, False, False, False)
    assert outline.clauses == (0, 0, 0, 0, 0, 1, 1)


def test_the_same_cue_before_and_after_the_evidence_gives_other_tokens():
    assert "negation+<here" in tokens("geen vertrouwen", place=1)
    assert "negation+>here" in tokens("vertrouwen is er niet")
    assert "negation+>there" in tokens("vertrouwen is er , controle niet")


def test_every_label_has_tokens_of_its_own():
    sentence = "wij krijgen geen ruimte ."
    shared = set(tokens(sentence)) & set(tokens(sentence, label="control"))
    assert "trust|geen" in tokens(sentence)
    assert not any(token.startswith(("trust", "control")) for token in shared)


def test_a_vectorizer_gets_back_exactly_the_tokens():
    vectorizer = TfidfVectorizer(token_pattern=TOKEN_PATTERN, lowercase=False)
    assert vectorizer.build_analyzer()(" ".join(tokens("meer ruimte graag !"))) == tokens("meer ruimte graag !")


@pytest.mark.parametrize("sentence", ["?", "...", "( )", "12", "niet", "é"])
def test_the_smallest_sentences_give_tokens(sentence):
    assert tokens(sentence)


def test_the_place_is_the_word_with_the_largest_part_and_never_a_mark():
    assert place_of(["meer", "ruimte", "!"], [0.1, 0.7, 0.9]) == 1
    assert place_of(["!"], [0.9]) == 0
