"""forms: see docs/rooms.md."""
