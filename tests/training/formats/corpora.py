"""Corpora of complaints for the tests of formats, made by hypothesis, and ways to write and read them."""

from collections.abc import Callable, Mapping, Sequence

from hypothesis import strategies as st

from models.codebook import Codebook, load_codebook
from tests.complaints import CODEBOOK
from training.corpus import AnnotatedText
from training.formats.assemble import Defaults, Imported, corpus_of
from training.formats.catalogue import FORMATS, file_name
from training.formats.layout import Unit, items_of
from training.formats.reading import Reading, Source
from training.formats.record import LeftOut, Offsets, Reply
from training.formats.settle import gather
from training.formats.vocabulary import Vocabulary

BOOK: Codebook = load_codebook(CODEBOOK)
ODD = (
    "🙂",
    "👩‍👩‍👧",
    "é",
    "\u2028",
    "\r\n",
    "\n",
    "\t",
    "=1+1",
    "'=x",
    "'",
    '"',
    ",",
    ";",
    "#",
    "\x00",
    "_x0041_",
    "\ufeff",
)

characters = st.characters(codec="utf-8")
words = st.text(characters, min_size=1, max_size=8).filter(str.strip)
sentences = st.lists(st.one_of(st.sampled_from(ODD), st.text(characters, max_size=6)), min_size=1, max_size=5).map(
    "".join
)
names = st.one_of(
    words, st.sampled_from(["anna@example.org", "7", "007", "../x", "a b", "1b4e28ba-2fa1-11d2-883f-0016d3cca427"])
)


@st.composite
def _tags(draw: Callable) -> list[dict[str, str]]:
    given = {label: draw(st.sampled_from([None, *BOOK.stance_ids])) for label in BOOK.label_ids}
    return [{"label": label, "stance": stance} for label, stance in given.items() if stance]


@st.composite
def _text(draw: Callable, number: str) -> AnnotatedText:
    texts = draw(st.lists(sentences.filter(str.strip), min_size=1, max_size=3))
    return AnnotatedText.model_validate(
        {
            "id": number,
            "writer": draw(names),
            "kind": draw(st.sampled_from(["survey", "reflection", "article", "dialogue"])),
            "sector": draw(words),
            "sentences": [{"text": text, "tags": draw(_tags())} for text in texts],
        }
    )


@st.composite
def corpora(draw: Callable) -> list[AnnotatedText]:
    return [draw(_text(number)) for number in draw(st.lists(words, min_size=1, max_size=3, unique=True))]


@st.composite
def readings(draw: Callable) -> dict[str, list[AnnotatedText]]:
    """Several annotators, each of whom read some texts and found what they found."""
    texts = draw(corpora())
    found = {}
    for annotator in draw(st.lists(names, min_size=1, max_size=3, unique=True)):
        read = [text for text in texts if draw(st.booleans())] or texts[:1]
        found[annotator] = [
            text.model_copy(
                update={
                    "sentences": tuple(
                        s.model_validate({"text": s.text, "tags": draw(_tags())}) for s in text.sentences
                    )
                }
            )
            for text in read
        ]
    return found


def reading(**options: object) -> Reading:
    stance = options.pop("default_stance", None)
    return Reading(Vocabulary(BOOK, stance), **options)


def read(form: str, *sources: tuple[str, bytes | str], **options: object) -> list[Reply | LeftOut]:
    how = reading(**options)
    files = [Source(name, content if isinstance(content, bytes) else content.encode()) for name, content in sources]
    return [found for file in files for found in FORMATS[form].read(file, how)]


def whole_text(text: str) -> Sequence[tuple[int, int]]:
    return ((0, len(text)),)


def bring(form: str, *sources: tuple[str, bytes | str], split: Callable = whole_text, **options: object) -> Imported:
    """Import, without the command."""
    return corpus_of(gather(read(form, *sources, **options)), BOOK, split, Defaults())


def files_of(
    form: str, by: Mapping[str, Sequence[AnnotatedText]], unit: Unit = "sentence", offsets: Offsets | None = None
) -> list[tuple[str, bytes]]:
    """Export, without the command; one file per annotator where the format wants it so."""
    chosen = FORMATS[form]
    parts = [{name: texts} for name, texts in by.items()] if chosen.one_annotator else [dict(by)]
    found = []
    for part in parts:
        content = chosen.write(items_of(part, unit), BOOK, offsets)
        name = file_name(next(iter(part))) + chosen.suffix
        found.append((name, content if isinstance(content, bytes) else content.encode()))
    return found


def by_id(texts: Sequence[AnnotatedText]) -> dict[str, AnnotatedText]:
    assert len({text.id for text in texts}) == len(texts)
    return {text.id: text for text in texts}


def reasons(done: Imported) -> list[tuple[str, str]]:
    return [(x.place.where, x.reason) for x in done.left_out]
