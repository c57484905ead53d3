"""Judge a tagger on annotated sentences by writers that it has never seen.

`judge` gives an `Evaluation`: all that a tagger says of the test part, in every profile at every operating point. The
other modules read figures from it: `metrics` those that the manifest holds, `ranking` what does not depend on a
threshold, `slices` parts of the test part, `confusion` what is taken for what, `yardsticks` what stands beside the
tagger. `training.report` lays them out.
"""
