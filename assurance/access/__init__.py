"""access: see docs/rooms.md."""
