"""qa team: see docs/rooms.md."""
