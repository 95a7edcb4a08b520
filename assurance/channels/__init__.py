"""channels: see docs/rooms.md."""
