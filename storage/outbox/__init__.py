"""outbox: see docs/rooms.md."""
