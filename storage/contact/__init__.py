"""Rows about reaching a person: conversations, cards shown, messages that came in."""
