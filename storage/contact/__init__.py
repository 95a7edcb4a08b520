"""contact: see docs/rooms.md."""
