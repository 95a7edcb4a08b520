"""Ratios, each measured side by side in one run; the figures and the commands are in RESULTS.md."""
