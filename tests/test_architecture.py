"""The house: imports go one way, libraries stay behind their one module, and no code knows a label by name."""

import ast
import re
from pathlib import Path

import pytest

from models import load_codebook
from models.tagger import SHIPPED_ARTEFACT

ROOT = Path(__file__).parents[1]
PACKAGES = ("models", "service", "training")
# What a package may not import: service -> models <- training, and nothing of the project imports the tests.
FORBIDDEN = {
    "models": {"service", "training", "tests"},
    "service": {"training", "tests"},
    "training": {"service", "tests"},
}
# The only modules of the project that touch a library.
BOUNDARIES = {
    "joblib": {"models/artefact.py"},
    "spacy": {"models/pipeline.py", "training/baselines/textcat.py"},
    "lingua": {"models/language.py"},
    "onnxruntime": {"models/encoder.py"},
    "onnx": {"training/encoder/export.py"},
    "fasttext": {"training/baselines/fasttext.py"},
}
PAGES = {".js", ".html", ".j2", ".css"}
# Words of a file format that happen to be a label's id, too, with the module that writes that format.
FORMAT_WORDS = {("service/openapi.py", "security")}


def imported(tree: ast.Module, package: tuple[str, ...]) -> list[tuple[str, int]]:
    """List the full names of all modules that a file imports, wherever in it, with their lines.

    `package` is the dotted path of the package that the file stands in, for imports that begin with dots.
    """
    found: list[tuple[str, int]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(name.name, node.lineno) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            parts = [*base, *(node.module or "").split(".")] if node.module else [*base]
            found += [(".".join([*parts, name.name]), node.lineno) for name in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {"import_module", "__import__"}:
            found += [(a.value, node.lineno) for a in node.args if isinstance(a, ast.Constant) and a.value]
    return found


def modules(root: Path, package: str) -> list[tuple[str, ast.Module, tuple[str, ...]]]:
    """Parse all files of a package: their path below `root`, their tree and their package."""
    files = sorted((root / package).rglob("*.py"))
    return [
        (
            file.relative_to(root).as_posix(),
            ast.parse(file.read_text(encoding="utf-8")),
            file.relative_to(root).parts[:-1],
        )
        for file in files
    ]


def violations(root: Path) -> list[str]:
    """Find imports against the arrows."""
    return [
        f"{path}:{line} imports {name}"
        for package, forbidden in FORBIDDEN.items()
        for path, tree, inside in modules(root, package)
        for name, line in imported(tree, inside)
        if name.split(".")[0] in forbidden
    ]


def label_names(root: Path, known: set[str]) -> list[str]:
    """Find strings in code, docstrings apart, that are the id of a label or a stance."""
    found = []
    for package in PACKAGES:
        for path, tree, _ in modules(root, package):
            docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
            found += [
                f"{path}:{node.lineno} names {node.value!r}"
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and id(node) not in docs and node.value in known
                if (path, node.value) not in FORMAT_WORDS
            ]
    return found


def written_names(root: Path, known: set[str]) -> list[str]:
    """Find the same in pages and templates: the id in quotes, or as the name of a field."""
    words = "|".join(sorted(known))
    name = re.compile(rf"""(["'`])({words})\1|(?<=[{{,])\s*({words})\s*:""")
    files = (path for package in PACKAGES for path in (root / package).rglob("*") if path.suffix in PAGES)
    return [
        f"{path.relative_to(root).as_posix()}:{number} names {(found[2] or found[3])!r}"
        for path in sorted(files)
        if not path.is_relative_to(SHIPPED_ARTEFACT)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for found in name.finditer(line)
    ]


def planted(root: Path, path: str, source: str) -> Path:
    """Write a small house with one line of code in one of its modules."""
    for package in PACKAGES:
        (root / package).mkdir()
        (root / package / "__init__.py").write_text("import json\nfrom models.errors import WeerklankError\n")
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text(source, encoding="utf-8")
    return root


WRONG_WAY = [
    ("models/tagger.py", "import training"),
    ("models/tagger.py", "import service.app as app"),
    ("models/tagger.py", "from training.fit import fit_labels"),
    ("models/tagger.py", "from training import fit"),
    ("models/deep/tagger.py", "from service.app import app"),
    ("models/tagger.py", "def later():\n    from training import fit"),
    ("models/tagger.py", "import typing\nif typing.TYPE_CHECKING:\n    import service"),
    ("models/tagger.py", "import importlib\nfit = importlib.import_module('training.fit')"),
    ("models/tagger.py", "import json, training.fit"),
    ("service/app.py", "from training.corpus import read_corpus"),
    ("service/app.py", "try:\n    import training\nexcept ImportError:\n    pass"),
    ("training/fit.py", "import service"),
    ("training/fit.py", "from service.schemas import Answer"),
    ("training/fit.py", "from tests.conftest import ROOT"),
    ("models/tagger.py", "from tests import conftest"),
]

RIGHT_WAY = [
    ("service/app.py", "from models import load_tagger"),
    ("training/fit.py", "import models.features"),
    ("training/fit.py", "from . import corpus"),
    ("models/tagger.py", "from .errors import WeerklankError"),
    ("models/tagger.py", "import trainings, services.app"),
    ("models/tagger.py", "text = 'import training'"),
]


def test_imports_go_one_way():
    assert violations(ROOT) == []


@pytest.mark.parametrize(("path", "source"), WRONG_WAY)
def test_an_import_against_the_arrows_is_found(path, source, tmp_path):
    (found,) = violations(planted(tmp_path, path, source))
    assert found.startswith(f"{path}:")


@pytest.mark.parametrize(("path", "source"), RIGHT_WAY)
def test_an_import_along_the_arrows_is_no_violation(path, source, tmp_path):
    assert violations(planted(tmp_path, path, source)) == []


def test_each_package_is_looked_at():
    assert all(len(modules(ROOT, package)) > 5 for package in PACKAGES)


@pytest.mark.parametrize(("library", "homes"), BOUNDARIES.items())
def test_a_library_behind_a_boundary_is_imported_by_its_modules_alone(library, homes):
    users = {
        path
        for package in PACKAGES
        for path, tree, inside in modules(ROOT, package)
        if any(name.split(".")[0] == library for name, _ in imported(tree, inside))
    }
    assert users == homes


def known_names() -> set[str]:
    return {*load_codebook().label_ids, *load_codebook().stance_ids}


def test_no_code_knows_a_label_or_a_stance_by_name():
    assert label_names(ROOT, known_names()) == []


def test_a_label_named_in_code_is_found_but_not_one_in_a_docstring(tmp_path):
    source = '"""trust"""\n\n\ndef weigh(tags):\n    """Trust."""\n    return sum(tag == "trust" for tag in tags)\n'
    assert label_names(planted(tmp_path, "models/balance.py", source), {"trust"}) == [
        "models/balance.py:6 names 'trust'"
    ]


def test_no_page_or_template_knows_a_label_or_a_stance_by_name():
    assert written_names(ROOT, known_names()) == []


@pytest.mark.parametrize(
    "line", ['const FORMS = { trust: "solid" };', "{% if tag.label == 'trust' %}", "const far = `trust`;"]
)
def test_a_label_named_in_a_page_is_found(line, tmp_path):
    planted(tmp_path, "service/app.py", "")
    (tmp_path / "service" / "signs.js").write_text(f"// Trust is a word.\n{line}\n", encoding="utf-8")
    assert written_names(tmp_path, {"trust"}) == ["service/signs.js:2 names 'trust'"]
