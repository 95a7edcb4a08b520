"""Backups: made while the service runs, checked before they count, and put back whole or not at all."""
