"""typed: see docs/rooms.md."""
