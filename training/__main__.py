"""``python -m training`` is ``weerklank-train``."""

from training.cli import main

main()
