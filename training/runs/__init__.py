"""Runs: what each training run was made of and what came out, kept in a folder of its own.

`record` writes and reads them, `environment` says where they ran, `command` lists and compares them, `tracking` passes
them on to MLflow.
"""
