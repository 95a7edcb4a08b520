"""more time: see docs/rooms.md."""
