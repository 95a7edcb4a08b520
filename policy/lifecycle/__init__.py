"""States and what moves them, references, and the ladder."""
