"""The exit codes a service manager may act on."""

OUTDATED = 3
"""The service ended because a newer version has changed the database, or is about to: do not start this one again."""
