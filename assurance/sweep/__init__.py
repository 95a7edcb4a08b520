"""The scheduled look at everything that is due, and the jobs that run with it."""
