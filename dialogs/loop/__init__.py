"""loop: see docs/rooms.md."""
