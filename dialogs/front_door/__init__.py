"""front door: see docs/rooms.md."""
