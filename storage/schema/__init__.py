"""Every table as it stands now."""
