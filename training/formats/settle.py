"""Gather the replies to each item, and settle them into one corpus by majority.

Each annotator's own reading is kept beside it, in the form that ``weerklank-train agreement`` reads. A label is settled
when more than half of those who read the sentence gave it, with the stance that most of those gave. Whatever they
were not of one mind about is listed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from models.codebook import Codebook
from training.formats.record import Item, LeftOut, Reply

Tags = Mapping[str, str]
"""Stance by label: what one annotator found in one sentence."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """All items of an import with their replies."""

    items: dict[str, Item]
    """Items by id, in the order of the files."""
    replies: dict[str, dict[str, Reply]]
    """Per annotator: replies by item id."""
    left_out: list[LeftOut]


@dataclass(frozen=True, slots=True)
class Disputed:
    """A label that not all readers of a sentence gave alike."""

    text_id: str
    sentence: int
    """From 1."""
    label: str
    readers: int
    votes: int
    """Readers who gave the label."""
    stances: dict[str, int]
    settled: str
    """The stance that it has in the corpus, or empty where the label was dropped."""
    tie: bool
    """True where no majority decided."""


@dataclass(slots=True)
class _Gathering:
    items: dict[str, Item] = field(default_factory=dict)
    sentences: dict[tuple[str, int | None], str] = field(default_factory=dict)
    texts: dict[str, tuple[bool, str | None, str | None, str | None]] = field(default_factory=dict)

    def problem(self, item: Item) -> str:
        """Say why an item cannot stand beside those seen before; empty when it can."""
        known = self.items.get(item.id)
        if known is not None:
            if known.text != item.text:
                return "duplicate id: an earlier record with this id has another text"
            return "" if known.origin == item.origin else "an earlier record with this id has another origin"
        origin = item.origin
        text_id = origin.text_id or item.id
        if (text_id, origin.sentence) in self.sentences:
            return "an earlier record with another id is the same sentence of the same text"
        about = (origin.sentence is None, origin.writer, origin.kind, origin.sector)
        if self.texts.get(text_id, about) != about:
            return "an earlier sentence of this text has another writer, kind or sector"
        if any(not 0 <= a < b <= len(item.text) or not item.text[a:b].strip() for a, b in origin.spans):
            return "sentences: a span is empty or lies outside the text"
        if any(a[1] > b[0] for a, b in zip(origin.spans, origin.spans[1:], strict=False)):
            return "sentences: spans overlap or are out of order"
        self.texts[text_id] = about
        self.sentences[text_id, origin.sentence] = item.id
        self.items[item.id] = item
        return ""


def gather(found: Iterable[Reply | LeftOut]) -> Gathered:
    """Sort replies by annotator and item; what contradicts what came before is left out.

    An annotator who gave two different answers on one item is believed in neither.
    """
    seen = _Gathering()
    replies: dict[str, dict[str, Reply]] = {}
    broken: dict[tuple[str, str], Reply] = {}
    left_out: list[LeftOut] = []
    for reply in found:
        if isinstance(reply, LeftOut):
            left_out.append(reply)
            continue
        if problem := seen.problem(reply.item):
            left_out.append(LeftOut(reply.place, reply.item.id, problem))
            continue
        mine = replies.setdefault(reply.annotator, {})
        earlier = mine.get(reply.item.id)
        joined = reply if earlier is None else _joined(earlier, reply)
        if joined is not None:
            mine[reply.item.id] = joined
        elif earlier is not None and set(earlier.marks) == set(reply.marks) and not reply.denied:
            reason = f"duplicate: the same annotator gave the same labels before ({earlier.place})"
            left_out.append(LeftOut(reply.place, reply.item.id, reason))
        elif earlier is not None:
            broken[reply.annotator, reply.item.id] = earlier
            reason = f"conflicting labels by one annotator, who gave others before ({earlier.place})"
            left_out.append(LeftOut(reply.place, reply.item.id, reason))
    for (annotator, number), reply in broken.items():
        del replies[annotator][number]
        left_out.append(LeftOut(reply.place, number, "conflicting labels by one annotator, who gave others later"))
    answered = {number for mine in replies.values() for number in mine}
    items = {number: item for number, item in seen.items.items() if number in answered}
    return Gathered(items, {name: mine for name, mine in replies.items() if mine}, left_out)


def _joined(first: Reply, second: Reply) -> Reply | None:
    """Put together two answers of one annotator, each about its own label; None where they do not go together."""
    if not (first.partial and second.partial):
        return None
    marks = tuple(dict.fromkeys([*first.marks, *second.marks]))
    denied = first.denied | second.denied
    tags = {mark.tag for mark in marks}
    if tags & denied or len({tag.label for tag in tags}) < len(tags):
        return None
    return replace(first, marks=marks, denied=denied)


def settle(readings: Sequence[Tags], codebook: Codebook, where: tuple[str, int]) -> tuple[Tags, list[Disputed]]:
    """Settle what several annotators found in one sentence.

    Parameters
    ----------
    readings : sequence of mapping
        Stance by label, of each annotator who read the sentence.
    codebook : Codebook
    where : (text id, number of the sentence)

    Returns
    -------
    tags : mapping
        Stance by label. A label given by exactly half is dropped; of stances given equally often the
        codebook's first is taken; both are marked as ties.
    disputed : list of Disputed
    """
    tags: dict[str, str] = {}
    disputed: list[Disputed] = []
    for label in codebook.label_ids:
        stances = Counter(tags_of[label] for tags_of in readings if label in tags_of)
        votes = stances.total()
        if not votes:
            continue
        top = max(stances.values())
        chosen = [stance for stance in codebook.stance_ids if stances[stance] == top]
        kept = 2 * votes > len(readings)
        if kept:
            tags[label] = chosen[0]
        if votes < len(readings) or len(stances) > 1:
            tie = 2 * votes == len(readings) or (kept and len(chosen) > 1)
            settled = chosen[0] if kept else ""
            disputed.append(Disputed(*where, label, len(readings), votes, dict(stances), settled, tie))
    return tags, disputed
