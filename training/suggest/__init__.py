"""Choose what to annotate next: the sentences that teach a model the most, with what it thinks of them.

Usage::

    weerklank-train suggest comments.jsonl -n 200 --format label-studio -o to_label.json
"""
