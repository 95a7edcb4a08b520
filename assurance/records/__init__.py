"""The framework noted, rows exported, and what is past its time forgotten."""
