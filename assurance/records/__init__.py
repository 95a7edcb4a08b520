"""records: see docs/rooms.md."""
