"""agreement/: kappa two by two, disputed sentences, confused labels, and the page that shows them."""

import re

import numpy as np
import pytest

from tests.complaints import CODEBOOK
from training.agreement import (
    label_agreement,
    label_confusion,
    lay_side_by_side,
    most_disputed,
    pairwise_kappa,
    stance_agreement,
)
from training.corpus import AnnotatedText

PRIVATE = "Mijn baas Jansen liet het pakket liggen."


def reading(*labels, first=0):
    """Annotate texts of one sentence each, with labels such as "delay" or "delay:resolved", by spaces; "" for none."""
    texts = []
    for i, words in enumerate(labels, first):
        pairs = [word.split(":") for word in words.split()]
        tags = [{"label": pair[0], "stance": pair[1] if len(pair) > 1 else "reported"} for pair in pairs]
        sentence = {"text": PRIVATE, "tags": tags}
        texts.append(AnnotatedText(id=f"x-{i}", writer="c9", kind="survey", sector="zorg", sentences=(sentence,)))
    return texts


def side_by_side(complaints, **annotators):
    return lay_side_by_side(annotators, complaints.codebook)


def test_kappa_is_that_of_the_textbook(complaints):
    # Cohen's kappa of 20 yes-yes, 5 yes-no, 10 no-yes and 15 no-no is 0.4.
    one = reading(*["delay"] * 25, *[""] * 25)
    other = reading(*["delay"] * 20, *[""] * 5, *["delay"] * 10, *[""] * 15)
    (pair,) = pairwise_kappa(side_by_side(complaints, meg=one, owen=other))
    assert (pair.first, pair.second, pair.n) == ("meg", "owen", 50)
    assert pair.per_label[0] == pytest.approx(0.4)
    assert np.isnan(pair.per_label[1])
    assert pair.lowest == 0


def test_kappa_of_full_agreement_is_one_and_each_pair_has_its_own(complaints):
    same = reading("delay", "", "rudeness")
    codes = side_by_side(complaints, meg=same, owen=same, mia=reading("rudeness", "", "delay"))
    kappas = {(k.first, k.second): k.kappa for k in pairwise_kappa(codes)}
    assert kappas["meg", "owen"] == 1.0
    assert kappas["meg", "mia"] == kappas["owen", "mia"] < 0


def test_annotators_who_read_nothing_in_common_are_no_pair(complaints):
    codes = side_by_side(
        complaints, meg=reading("delay", ""), owen=reading("delay", ""), mia=reading("delay", "", first=1)[:1]
    )
    assert {(k.first, k.second, k.n) for k in pairwise_kappa(codes)} == {
        ("meg", "owen", 2),
        ("meg", "mia", 1),
        ("owen", "mia", 1),
    }
    apart = side_by_side(
        complaints, meg=reading("delay"), owen=reading("delay"), mia=reading("", first=5), max=reading("", first=5)
    )
    assert {(k.first, k.second) for k in pairwise_kappa(apart)} == {("meg", "owen"), ("mia", "max")}


def test_the_most_disputed_sentence_comes_first_and_agreed_ones_are_not_named(complaints):
    codes = side_by_side(
        complaints,
        meg=reading("delay", "delay rudeness", "", "delay"),
        owen=reading("rudeness", "delay", "", "delay:resolved"),
        mia=reading("", "delay rudeness", "", "delay"),
    )
    found = most_disputed(codes)
    assert [(d.text_id, d.number, d.labels, d.n_read) for d in found] == [
        ("x-0", 1, (0, 1), 3),
        ("x-3", 1, (0,), 3),
        ("x-1", 1, (1,), 3),
    ]
    assert [d.share for d in found] == pytest.approx([2 / 3, 2 / 3, 1 / 3])
    assert most_disputed(codes, 1) == found[:1]


def test_labels_that_stand_in_each_others_place_are_counted(complaints):
    codes = side_by_side(
        complaints,
        meg=reading("delay", "delay", "delay rudeness", "rudeness", ""),
        owen=reading("delay", "rudeness", "delay", "", ""),
    )
    # delay: agreed twice (once in each direction makes 2 per sentence), for rudeness once, which is once the other way.
    np.testing.assert_allclose(label_confusion(codes), [[4, 1, 0], [1, 0, 2]])


def test_each_row_of_the_confusion_sums_to_the_readings_that_gave_the_label(complaints):
    meg, owen, mia = (
        reading("delay rudeness", "delay", "", "rudeness"),
        reading("", "rudeness", "delay", "rudeness"),
        reading("delay", "", "delay", "rudeness"),
    )
    counts = label_confusion(side_by_side(complaints, meg=meg, owen=owen, mia=mia))
    # Each of three readers is compared with two others.
    assert counts.sum(axis=1).tolist() == [2 * 5, 2 * 5]


def test_alpha_of_a_stance_counts_where_anybody_gave_it(complaints):
    meg = reading("delay", "delay", "delay:resolved", "delay:resolved", "delay")
    owen = reading("delay", "delay", "delay:resolved", "delay", "")
    rows = stance_agreement(side_by_side(complaints, meg=meg, owen=owen), complaints.codebook, 50, 1)
    assert [(row.name, row.n) for row in rows] == [("reported", 3), ("resolved", 2), ("stance", 4)]
    assert rows[0].alpha == pytest.approx(rows[2].alpha)  # of two stances, each is the other's contrary
    assert rows[0].low <= rows[0].alpha <= rows[0].high


def test_missing_readings_are_no_disagreement(complaints):
    full = reading("delay", "", "rudeness", "delay")
    codes = side_by_side(complaints, meg=full, owen=full[:3], mia=full[2:])
    assert [row.alpha for row in label_agreement(codes, complaints.codebook, 20, 1)] == [1.0, 1.0]
    assert most_disputed(codes) == []


@pytest.fixture
def annotated(tmp_path):
    readings = {
        "meg": reading("delay", "delay rudeness", "", "delay:resolved"),
        "owen": reading("rudeness", "delay", "", "delay"),
        "ann%2Fbo": reading("delay", "delay")[:2],
    }
    for name, texts in readings.items():
        (tmp_path / "annotations" / name).mkdir(parents=True)
        lines = "\n".join(text.model_dump_json() for text in texts)
        (tmp_path / "annotations" / name / "c9.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


def test_the_command_prints_tables_and_writes_a_page_without_text(run, annotated):
    page = annotated / "out" / "agreement.html"
    done = run("agreement", "--corpus", annotated, "--codebook", CODEBOOK, "-o", page)
    assert (done.code, done.err) == (0, "")
    alphas, kappas, last = done.out.split("\n\n")
    assert [line.split("\t")[0] for line in alphas.splitlines()] == [
        *["label", "delay", "rudeness"],
        *["reported", "resolved", "stance"],
    ]
    assert kappas.splitlines()[0] == "annotator\tannotator\tn\tkappa"
    assert len(kappas.splitlines()) == 4
    assert last == f"agreement: {page}\n"
    html = page.read_text(encoding="utf-8")
    assert "Jansen" not in html + done.out
    assert "ann/bo (2)" in html
    assert "x-0" in html
    assert html.count("data:image/svg+xml;base64,") == 2
    assert not re.findall(r'(?:src|href)="(?!data:)', html)


def test_the_page_shows_disputed_sentences_when_asked(run, annotated):
    page = annotated / "agreement.html"
    assert run("agreement", "--corpus", annotated, "--codebook", CODEBOOK, "-o", page, "--text").code == 0
    assert PRIVATE in page.read_text(encoding="utf-8")


def test_the_page_is_the_same_each_time(run, annotated):
    pages = [annotated / name for name in ("one.html", "two.html")]
    for page in pages:
        run("agreement", "--corpus", annotated, "--codebook", CODEBOOK, "-o", page)
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_annotators_without_a_sentence_in_common_are_told_so(run, tmp_path):
    for i, name in enumerate(("meg", "owen")):
        (tmp_path / "annotations" / name).mkdir(parents=True)
        (text,) = reading("delay", first=i)
        (tmp_path / "annotations" / name / "c9.jsonl").write_text(text.model_dump_json(), encoding="utf-8")
    assert run("agreement", "--corpus", tmp_path, "--codebook", CODEBOOK).refuses("same texts under the same ids")
