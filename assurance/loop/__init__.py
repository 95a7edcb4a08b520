"""Closing the loop after an inadequate grade, to the re-audit three months later."""
