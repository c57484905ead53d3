"""cli.py: the command agreement."""

import shutil

from tests.complaints import CODEBOOK, CORPUS


def test_agreement_prints_alpha_of_each_label_and_of_the_stance(run, tmp_path):
    for annotator, writer in [("a1", "c1"), ("a2", "c1")]:
        (tmp_path / "annotations" / annotator).mkdir(parents=True)
        shutil.copy(CORPUS / f"{writer}.jsonl", tmp_path / "annotations" / annotator)
    done = run("agreement", "--corpus", tmp_path, "--codebook", CODEBOOK)
    assert (done.code, done.err) == (0, "")
    alphas, kappas = done.out.split("\n\n")
    assert [row.split("\t") for row in alphas.splitlines()] == [
        ["label", "n", "alpha", "low", "high"],
        ["delay", "10", "1.000", "1.000", "1.000"],
        ["rudeness", "10", "1.000", "1.000", "1.000"],
        ["reported", "15", "1.000", "1.000", "1.000"],
        ["resolved", "5", "1.000", "1.000", "1.000"],
        ["stance", "20", "1.000", "1.000", "1.000"],
    ]
    assert kappas == "annotator\tannotator\tn\tkappa\na1\ta2\t30\t1.000\n"


def test_agreement_of_one_annotator_is_refused(run):
    assert run("agreement", "--corpus", CORPUS, "--codebook", CODEBOOK).refuses("fewer than two annotators")
