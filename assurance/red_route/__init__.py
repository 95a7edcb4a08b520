"""red route: see docs/rooms.md."""
