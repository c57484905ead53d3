"""The gate: a candidate replaces the artefact that stands only when it is not worse.

`sides` sees to it that there is something to compare, `compare` judges both on the same test texts and resamples,
`thresholds` says what an old cut-off means now, `command` promotes.
"""
