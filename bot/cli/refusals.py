"""What an expected error says on the command line. None means the error is ours, and its traceback is wanted."""

from __future__ import annotations

import sys


def in_words(error: Exception) -> str | None:
    """The sentence to print for `error`, or None if we did not expect it.

    Only rooms already loaded can have raised, so nothing is imported here to look at an error.
    """
    for module, names in _EXPECTED.items():
        loaded = sys.modules.get(module)
        if loaded and any(isinstance(error, getattr(loaded, name)) for name in names if hasattr(loaded, name)):
            return str(error)
    if isinstance(error, Refusal):
        return str(error)
    if isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError | PermissionError):
        return f"{error.filename}: {(error.strerror or 'cannot be opened').lower()}"
    return None


class Refusal(Exception):
    """The command cannot do what was asked; the message says why and what to do."""


_EXPECTED: dict[str, tuple[str, ...]] = {
    "bot.settings": ("SettingsError",),
    "bot.service": ("PortTaken",),
    "bot.desk_process": ("DeskFailed",),
    "bot.playground.tool": ("ToolFailed",),
    "bot.playground.cast": ("NoCast",),
    "policy.check.loader": ("FrameworkError",),
    "storage.engine.errors": ("StorageError",),
    "storage.sheets.spreadsheets": ("SpreadsheetError",),
    "assurance.common.refusals": ("Refused",),
}
