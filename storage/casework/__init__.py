"""Rows about work: learning spaces, actions, loops, moderations, drafts and requests."""
