"""The way out to Microsoft: one session for everything, through the council's proxy, trusting the council's CA."""
