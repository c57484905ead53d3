"""What is counted of a survey, how sure that is, and the summary of what may be shown."""
