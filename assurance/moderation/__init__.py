"""moderation: see docs/rooms.md."""
