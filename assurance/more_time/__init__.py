"""More time asked for and decided, and a case excluded."""
