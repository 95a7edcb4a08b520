"""Takes the README's pictures from the running product."""
