"""What a living card shows now, and whether it still tells the truth."""
