"""Survey files of five kinds as one thing: a table whose columns are read as text, in Arrow batches."""
