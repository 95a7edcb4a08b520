"""The database itself: SQLite or PostgreSQL, the writer thread, the readers and their errors."""
