"""What we do: one use-case per file, one verb, one transaction."""
