"""Annotated sentences to and from annotation tools: one module per format, one common record, two commands."""
