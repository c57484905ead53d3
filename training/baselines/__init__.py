"""Baselines: what simpler and well-known systems reach in the tagger's stead, on the same test texts.

`systems` is the table of them, `textcat` and `fasttext` adapt libraries, `run` judges and compares, `table` writes the
page.
"""
