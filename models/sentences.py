"""Find where sentences start in Dutch as people type it in surveys and reflections.

The rules look at tokens, so that an abbreviation that the tokenizer keeps whole ("bijv.", "m.b.t.")
never ends a sentence. They cope with missing capitals, bullets, line breaks, emoji and "...".
The codebook's unit, "one sentence, or a list item or heading without a verb", is defined here, for
every language pipeline alike.
"""

import re
import unicodedata
from collections.abc import Sequence

TERMINALS = frozenset({".", "!", "?"})
TRAILING_DOTS = frozenset({"...", "..", "…", "....", "....."})
CLOSERS = frozenset("\"'”’»)]}")
OPENERS = frozenset("\"'“‘«„([{")
BULLETS = frozenset({"-", "*", "•", "–", "—", "·", "►", "▪", "‣", "●", "○", "✓", "✔", "→", "+", ">"})
# Bullets that no one writes in the middle of a sentence, so that they also split within a line.
INLINE_BULLETS = frozenset({"•", "►", "▪", "‣", "●", "○"})

# Abbreviations that end in a full stop. spaCy's own Dutch list is no help: it takes "me.", "dat." and "top." for
# abbreviations, too. Those with a full stop inside ("m.b.t.") are known by their shape.
ABBREVIATIONS = frozenset(
    "bijv bv dhr mevr mej mw mr drs dr ds ir ing prof mgr st nr nrs blz pag art afd afl jl jr sr ca enz etc evt excl "
    "incl max min resp vgl zgn zg nl ned eng gem geb hfst hfdst mln mnd jan feb mrt apr aug sept okt nov dec tel fig "
    "vlg vlgs vnl wrsch ww ev".split()
)
# Abbreviations that may well stand at the end of a sentence.
FINAL_ABBREVIATIONS = frozenset(
    "e.d. enz. etc. o.i.d. e.a. jl. a.s. n.v.t. a.u.b. s.v.p. b.v. n.v. o.k. t.z.t.".split()
)
NAME_PARTICLES = frozenset("de den der van ten ter te 't la le du von".split())
# Words that open a sentence when they have a capital after such an abbreviation.
STARTERS = frozenset(
    "ik we wij je jij u hij zij ze het de een dit dat deze die er dan daar daarom daardoor daarnaast ook maar en "
    "toch verder als toen omdat wat wie waarom hoe niet soms vaak mijn onze ons iedereen niemand in op bij met na "
    "door voor meer minder geen alles veel te nu helaas".split()
)

_LINE_BREAK = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_DOTTED = re.compile(r"^\w{1,2}(\.\w{1,2})+\.?$")
_EMOTICON = re.compile(r"^[:;=8xX][-']?[)(DPpOo/\\|3]+$")
# A line this long that runs on in lowercase was broken by a mail program, not by its writer.
WRAPPED_LINE_LENGTH = 45
# Closing quotes, brackets and emoji to look back over; more than this is play, not punctuation.
MAX_CLOSERS = 20


def is_symbol(token: str) -> bool:
    """Say whether the token is an emoji, an emoticon or another pictorial symbol."""
    return bool(_EMOTICON.match(token)) or (
        bool(token) and all(unicodedata.category(c) in {"So", "Sk", "Cf", "Mn"} for c in token)
    )


def is_abbreviation(token: str) -> bool:
    """Say whether a token with a full stop at its end is an abbreviation."""
    stem = token.removesuffix(".")
    return token.endswith(".") and bool(_DOTTED.match(token) or stem.lower() in ABBREVIATIONS)


def sentence_starts(text: str, tokens: Sequence[tuple[int, int]]) -> list[int]:
    """Find the tokens that start a sentence.

    Parameters
    ----------
    text : str
        The text as received.
    tokens : sequence of (start, end)
        Spans of the tokens that are not white space, in code points, in order.

    Returns
    -------
    list of int
        Indices into `tokens`, ascending; the first is 0 when there are tokens.
    """
    return _Splitter(text, tokens).starts()


class _Splitter:
    """The rules, with the text and its tokens at hand."""

    def __init__(self, text: str, tokens: Sequence[tuple[int, int]]) -> None:
        self.text = text
        self.spans = tokens
        self.words = [text[start:end] for start, end in tokens]
        self.item = 0  # the last number of an enumeration like "1. ... 2. ..."
        self.begin = 0  # index of the token that opened the running sentence

    def starts(self) -> list[int]:
        found = [0] if self.words else []
        self._note_item(0)
        for i in range(1, len(self.words)):
            if self._opens(i) and self._breaks_before(i):
                found.append(i)
                self.begin = i
                self._note_item(i)
        return found

    def _gap(self, i: int) -> str:
        return self.text[self.spans[i - 1][1] : self.spans[i][0]]

    def _opens(self, i: int) -> bool:
        """Can token i be the first of a sentence? Bare punctuation cannot."""
        word = self.words[i]
        if word[0].isalnum() or (word[0] in "'’" and len(word) > 1) or word[0] in "#@€":
            return True
        follows = i + 1 < len(self.words)
        if word in BULLETS:
            return follows and bool(self._gap(i + 1)) and not _LINE_BREAK.search(self._gap(i + 1))
        if word in OPENERS:
            return follows and not self._gap(i + 1)
        return False

    def _breaks_before(self, i: int) -> bool:
        gap = self._gap(i)
        breaks = len(_LINE_BREAK.findall(gap))
        if breaks:
            return breaks > 1 or self._line_break_counts(i, gap)
        word = self.words[i]
        if word in INLINE_BULLETS or self._is_next_item(i):
            return True
        closers, end = self._walk_back(i - 1)
        last = self.words[end]
        if last in TRAILING_DOTS:
            return self._is_capital(i)
        if last in TERMINALS:
            return self._full_stop_counts(i, last, self.words[end - 1] if end > self.begin else "", closers)
        if is_abbreviation(last):
            final = last.lower() in FINAL_ABBREVIATIONS
            return final and self._is_capital(i) and word.lower() in STARTERS
        if last.endswith(".") and len(last) > 1:  # a tokenizer kept the full stop with an everyday word
            return self._full_stop_counts(i, ".", last[:-1], closers)
        said_something = any(c.isalnum() for c in last)
        return closers == "symbol" and said_something and self._is_capital(i) and not self._is_acronym(i)

    def _walk_back(self, end: int) -> tuple[str, int]:
        """Step over closing quotes, brackets and emoji; say which kind was last seen."""
        kind = ""
        first = max(self.begin, end - MAX_CLOSERS)
        while end > first:
            word = self.words[end]
            if is_symbol(word):
                kind = "symbol"
            elif word in CLOSERS:
                kind = "closer"
            else:
                break
            end -= 1
        return kind, end

    def _line_break_counts(self, i: int, gap: str) -> bool:
        word = self.words[i]
        if word in BULLETS or word[0].isdigit():
            return True
        last = self.words[i - 1]
        if last in TERMINALS or last in TRAILING_DOTS or last == ":":
            return True
        if not word[0].islower():
            return True
        line_start = max(self.text.rfind("\n", 0, self.spans[i - 1][1]), -1) + 1
        wrapped = self.spans[i - 1][1] - line_start >= WRAPPED_LINE_LENGTH
        return not (wrapped or last == ",")

    def _full_stop_counts(self, i: int, mark: str, before: str, closers: str) -> bool:
        """Decide on a terminal mark; `before` is the word that it follows, empty at the start of a sentence."""
        capital = self._is_capital(i)
        if closers == "closer" and not capital:
            return False  # "Mag dat?" vroeg ze
        if mark != ".":
            return True
        if before.isdigit() and len(before) <= 2 and (self.words[self.begin] == before or not capital):
            return False  # "1. Meer overleg", "op 3. januari"
        if is_abbreviation(before + "."):
            return before.lower() + "." in FINAL_ABBREVIATIONS and capital and self.words[i].lower() in STARTERS
        initial = len(before) == 1 and before.isupper()
        return not (initial and (capital or self.words[i] in NAME_PARTICLES))  # J. Jansen, P. de Boer

    def _is_capital(self, i: int) -> bool:
        word = self.words[i]
        if word in OPENERS and i + 1 < len(self.words):
            word = self.words[i + 1]
        if word[0] in "'’" and i + 1 < len(self.words):  # 's Avonds
            word = self.words[i + 1]
        return word[0].isupper() or word[0].isdigit() or word in BULLETS

    def _is_acronym(self, i: int) -> bool:
        return len(self.words[i]) > 1 and self.words[i].isupper()

    def _item_number(self, i: int) -> int | None:
        """Give the number of an item marker such as "2." or "2)" at token i."""
        if i + 2 >= len(self.words) or not self.words[i].isdecimal() or len(self.words[i]) > 2:
            return None
        marked = self.words[i + 1] in {".", ")"} and not self._gap(i + 1) and self._gap(i + 2)
        return int(self.words[i]) if marked else None

    def _note_item(self, i: int) -> None:
        number = self._item_number(i)
        if number is not None:
            self.item = number

    def _is_next_item(self, i: int) -> bool:
        number = self._item_number(i)
        return number is not None and self.item > 0 and number == self.item + 1
