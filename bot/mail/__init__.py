"""The mail edge: letters out, replies in."""
