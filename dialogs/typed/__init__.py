"""What is said to somebody who answers a form by typing."""
