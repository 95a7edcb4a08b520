"""Rules of what follows a form: loop, moderation, more time."""
