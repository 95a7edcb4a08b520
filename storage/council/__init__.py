"""Rows about the council and its service: establishment, facts, heartbeats, history."""
