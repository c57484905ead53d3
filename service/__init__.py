"""What answers: HTTP, the page and the command line."""
