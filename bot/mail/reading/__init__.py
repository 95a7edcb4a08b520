"""Reads a message as it came: its parts, its words, who newly wrote what, and whether we may believe the sender."""
