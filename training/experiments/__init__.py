"""Experiments: what each part of the tagger's making is worth, in one table.

`variants` holds the table's rows, `learners` and `mixing` what they are made of, `material` the features that they
share, `run` measures them, `table` writes them down.
"""
