"""Measure what tagging and serving cost: ``make bench``. Prints tab-separated figures; nothing here is asserted.

Each figure is the median of several runs; ratios are taken side by side in one run, because machines drift.
"""

import os
from itertools import chain

from tests.bench import serving, tagging


def main() -> None:
    """Run all measurements."""
    print("figure\tmedian\tunit")
    for name, value, unit in chain(serving.measure(), tagging.measure()):
        print(f"{name}\t{value:.3g}\t{unit}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
