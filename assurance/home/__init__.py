"""What waits for a person, the QA lead's console, the state by function, and search."""
