"""engine: see docs/rooms.md."""
