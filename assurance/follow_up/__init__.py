"""A form sent in, put right or given an action: what follows, in the same transaction."""
