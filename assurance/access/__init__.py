"""Who may act and who may see: asked in one place for cards, windows, email and exports."""
