"""Notices claimed for sending and finished, with a lease and a fence."""
