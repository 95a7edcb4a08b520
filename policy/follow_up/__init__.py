"""follow up: see docs/rooms.md."""
