"""Local mode only: what the desk asks of the bot. The council, the clock that can be moved, who heard what."""
