"""What the bot is measured beside: each a small server, started as a process of its own."""
