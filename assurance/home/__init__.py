"""home: see docs/rooms.md."""
