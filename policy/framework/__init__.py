"""framework: see docs/rooms.md."""
