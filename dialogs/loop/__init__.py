"""What is said while a loop is closed."""
