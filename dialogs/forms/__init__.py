"""A form as a card, a window or plain text, one question at a time."""
