"""A form sent in, taken back, put right or given an action: what follows, in the same transaction."""
