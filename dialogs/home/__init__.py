"""The first card of each role, and what a search finds."""
