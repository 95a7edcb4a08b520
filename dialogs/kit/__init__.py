"""kit: see docs/rooms.md."""
