"""The report of a survey: one Dutch HTML page with its plots and, where it is agreed to, its quotations."""
