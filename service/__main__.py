"""``python -m service`` is ``weerklank``."""

from service.cli import main

main()
