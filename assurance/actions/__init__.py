"""actions: see docs/rooms.md."""
