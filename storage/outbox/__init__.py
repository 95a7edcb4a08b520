"""Rows about what is to be said: notices, digests, letters, invitations and replies."""
