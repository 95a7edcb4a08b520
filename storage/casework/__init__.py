"""casework: see docs/rooms.md."""
