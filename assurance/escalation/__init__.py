"""escalation: see docs/rooms.md."""
