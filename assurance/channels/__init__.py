"""Teams or email for a person, letters out and messages in, and what could not be reached."""
