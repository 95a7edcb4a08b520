"""Queries across tables: exports, lists, what is due, what is kept and for how long."""
