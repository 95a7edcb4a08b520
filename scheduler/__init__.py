"""When we look: the ticks and the watchdog."""
