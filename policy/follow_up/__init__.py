"""Rules of what follows a form: loop, moderation, more time, the minute to take it back."""
