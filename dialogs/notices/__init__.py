"""Every event of the catalogue turned into its message; digests and living cards."""
