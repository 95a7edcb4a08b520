"""establishment: see docs/rooms.md."""
