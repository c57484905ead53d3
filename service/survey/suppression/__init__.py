"""What may be shown of a survey's counts, so that nobody can compute what is not shown.

`groups` decides which groups are shown, `attack` plays the reader who computes, `cells` hides numbers until that reader
finds nothing, `balances` does the same for means, `protection` puts them in order. Pure functions, all of them.
"""
