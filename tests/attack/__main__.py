"""Attack the real server with the artefact that ships: ``python -m tests.attack``.

Takes some minutes, fails at the first thing that must not be, and writes its figures to ``tests/attack/RESULT.md``.
"""

from pathlib import Path

from tests.attack.run import LARGE, attack, report

RESULT = Path(__file__).with_name("RESULT.md")


def main() -> None:
    """Attack, and write the figures."""
    RESULT.write_text(report(attack(LARGE)), encoding="utf-8")
    print(RESULT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
