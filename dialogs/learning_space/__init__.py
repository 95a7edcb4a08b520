"""What is said about a learning space, from its allocation to its result."""
