"""People, posts and recipients of a council, and who may see what."""
