"""reads: see docs/rooms.md."""
