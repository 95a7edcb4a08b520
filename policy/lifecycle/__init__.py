"""lifecycle: see docs/rooms.md."""
