"""common: see docs/rooms.md."""
