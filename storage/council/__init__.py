"""council: see docs/rooms.md."""
