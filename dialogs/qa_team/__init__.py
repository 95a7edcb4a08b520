"""What only the QA team reads: mail nobody understood, findings, the house's own news."""
