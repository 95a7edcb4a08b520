"""notices: see docs/rooms.md."""
