"""Who may be given which case, and the best match of all."""
