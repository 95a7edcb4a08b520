"""calendar: see docs/rooms.md."""
