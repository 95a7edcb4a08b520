"""allocation: see docs/rooms.md."""
