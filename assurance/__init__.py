"""What we do: use-cases in packages by subject, each a function in one transaction."""
