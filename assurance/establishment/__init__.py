"""The council's people, posts and cases imported, succeeded to, or invented for a demonstration."""
