"""The framework file as typed data."""
