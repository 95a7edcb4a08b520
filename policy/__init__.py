"""The framework as data, and pure rules over it. No clock, no database, no network."""
