"""Greetings, help, and what is said to somebody in the wrong place."""
