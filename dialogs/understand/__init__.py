"""What a typed line or an email reply means."""
