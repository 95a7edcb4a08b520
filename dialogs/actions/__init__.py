"""What is said about actions."""
