"""What we say and ask: forms as cards and text; the wording lives here."""
