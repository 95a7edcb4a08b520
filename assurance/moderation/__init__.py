"""Moderation: selected, drawn, answered blind, discussed and settled."""
