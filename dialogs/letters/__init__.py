"""Emails: subjects, the one layout, invitations, and answers to replies."""
