"""digests: see docs/rooms.md."""
