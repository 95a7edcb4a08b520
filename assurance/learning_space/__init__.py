"""A learning space in other hands, taken back, reopened, reflected on, released and read."""
