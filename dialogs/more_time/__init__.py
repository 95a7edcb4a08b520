"""What is asked and said when more time is wanted."""
