"""What waits until the morning, gathered into one message a person."""
