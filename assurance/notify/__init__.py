"""Notices written for the people a step names, with the rung, the channel and the unique key."""
