"""sweep: see docs/rooms.md."""
