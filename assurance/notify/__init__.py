"""notify: see docs/rooms.md."""
