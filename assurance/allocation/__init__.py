"""A month's learning spaces proposed, approved and handed out; what a post has to do next."""
