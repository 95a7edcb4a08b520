"""schema: see docs/rooms.md."""
