r"""Features of the stance: what a sentence's cue words say of one label in it.

The stance of a label hangs on words that carry no label themselves: negation and how far it reaches, wishes, loss,
contrast. `stance_cues.toml` lists them. A sentence is outlined once; each label found in it then gives a string of
tokens, which any scikit-learn vectorizer with ``token_pattern=r"\S+"`` turns into columns.

Usage::

    cues = read_cues(DEFAULT_CUES.read_text(encoding="utf-8"))
    outline = outline_of([word.form for word in sentence.words], cues)
    tokens = pair_tokens(outline, "trust", place)    # '... trust|geen trust|not=vertrouwen trust+negation ...'

Measured on seven writers that training had not seen, given the true label: accuracy 0.83, against 0.775 for
n-grams of the sentence alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from models.stance_cues import Cues

# Words that a negation reaches. Dutch puts the verb last, so that fewer would miss it; not tuned.
REACH = 6
# How far after a cue a word still forms a pair with it.
SKIP = 4


@dataclass(frozen=True, slots=True)
class Outline:
    """What the features need of a sentence, whatever the label."""

    words: tuple[str, ...]
    denied: tuple[bool, ...]
    """Whether each word stands within the reach of a negation."""
    clauses: tuple[int, ...]
    """Number of the clause of each word."""
    hits: tuple[tuple[str, int], ...]
    """Cues and their places, in the order of the sentence."""
    shape: str
    """Whether there is a finite verb and a subject, and about how many words."""
    forms: tuple[str, ...] = field(repr=False)
    """Each word, its stems, and again where it is denied: what is weighed per label."""
    common: tuple[str, ...] = field(repr=False)
    """Tokens that are the same for every label."""


def outline_of(words: Sequence[str], cues: Cues) -> Outline:
    """Outline a sentence.

    Parameters
    ----------
    words : sequence of str
        Its words and marks in lower case, at least one.
    cues : Cues
    """
    denied, clauses = [], []
    left = clause = 0
    filled = False
    for word in words:
        closes = word in cues.marks
        if closes or word in cues.turns:
            left = 0
        denied.append(left > 0)
        clauses.append(clause)
        left = REACH if word in cues.deniers else left - 1
        clause, filled = (clause + filled, False) if closes else (clause, True)
    hits = tuple(sorted(dict.fromkeys(cues.hits(words)), key=lambda hit: hit[1]))
    verb = next((word for word in words if word in cues.verbs), "-")
    subject = next((word for word in words if word in cues.subjects), "-")
    shape = f"{verb != '-':d}{subject != '-':d}{min(len(words) // 4, 6)}"
    common = [f"shape={shape}", f"verb={verb}", f"subject={subject}", f"clause={subject}_{verb}"]
    common += _edges([word for word in words if word[0].isalpha()] or [""], words[-1], shape[:2])
    common += [f"{'not' if no else 'so'}={word}" for word, no in zip(words, denied, strict=True)]
    if verb == "-":
        common += [f"heading={word}" for word in words]
    for i in dict.fromkeys(i for _, i in hits):
        common += [f"{words[i]}..{word}" for word in words[i + 2 : i + SKIP + 1]]
    common += [f"{cue}>{then}" for (cue, _), (then, _) in pairwise(hits)]
    forms = [*words, *(f"not={word}" for word, no in zip(words, denied, strict=True) if no)]
    forms += [stem for word in words for stem in _stems(word)]
    return Outline(tuple(words), tuple(denied), tuple(clauses), hits, shape, tuple(forms), tuple(common))


def _edges(words: Sequence[str], closing: str, shape: str) -> list[str]:
    """Describe how a sentence begins and ends: imperatives, infinitives, questions."""
    first, last = words[0], words[-1]
    return [
        f"first={first}",
        f"first2={'_'.join(words[:2])}",
        f"first..{first[-2:]}",
        f"last={last}",
        f"last2={'_'.join(words[-2:])}",
        f"last..{last[-3:]}",
        f"last..{last[-2:]}",
        f"ends={shape}{first[-2:]}_{last[-2:]}",
        f"closing={closing if not closing[0].isalnum() else '-'}",
    ]


def place_of(words: Sequence[str], parts: Sequence[float]) -> int:
    """Find the word that speaks most for a label, given each word's part of the label's score; marks do not count."""
    spoken = [i for i, word in enumerate(words) if any(c.isalnum() for c in word)] or range(len(words))
    return max(spoken, key=lambda i: parts[i])


def pair_tokens(outline: Outline, label: str, place: int) -> str:
    """Give the feature tokens of one label in a sentence, joined by single spaces.

    Parameters
    ----------
    outline : Outline
        Of the sentence, see `outline_of`.
    label : str
        Id of the label.
    place : int
        Index of the word that speaks most for the label.
    """
    words, denied, clauses = outline.words, outline.denied, outline.clauses
    tokens = [*outline.common, f"{label}|first={words[0]}", f"{label}|shape={outline.shape}"]
    tokens += [f"place={denied[place]:d}", f"{label}|place={denied[place]:d}"]
    tokens += [f"{label}|{form}" for form in outline.forms]
    tokens += [f"{name}+{cue}" for cue in dict.fromkeys(cue for cue, _ in outline.hits) for name in (label, "")]
    for cue, i in outline.hits:
        side = "<" if i < place else ">"
        here = "here" if clauses[i] == clauses[place] else "there"
        tokens += [
            f"{label}+{cue}+{here}",
            f"{label}+{cue}+{denied[i]:d}",
            f"{cue}+{denied[i]:d}",
            f"{cue}+{denied[i]:d}{denied[place]:d}",
            f"{cue}+{side}{here}",
            f"{cue}+{side}{_distance(abs(i - place))}",
            f"{words[i]}+{here}",
        ]
    return " ".join(tokens)


def _stems(word: str) -> Iterator[str]:
    """Cut off what inflection changes: beginnings, the ending, the middle of a participle."""
    if len(word) > 4:
        yield f"{word[:4]}*"
    if len(word) > 5:
        yield f"*{word[-4:]}"
        if word.startswith("ge"):
            yield f"ge{word[2:5]}*"
    if len(word) > 6:
        yield f"{word[:6]}*"


def _distance(words: int) -> int:
    """Round a number of words down to 0, 1, 2, 4 or 7."""
    return (0, 1, 2, 2, 4, 4, 4, 7)[min(words, 7)]
