"""The framework file read and judged: every problem with its line."""
