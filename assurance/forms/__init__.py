"""A learning space's form opened, answered page by page, by card, window, text or email."""
