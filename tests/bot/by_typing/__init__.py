"""Forms that are answered by typing, one question at a time."""
