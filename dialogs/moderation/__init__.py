"""What is said in a moderation."""
