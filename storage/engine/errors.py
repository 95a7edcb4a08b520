"""What can go wrong with the database, each said in the reader's words: the docstring is the message."""

from __future__ import annotations


class StorageError(Exception):
    """The database could not do what was asked."""

    def __init__(self, detail: str = "") -> None:
        sentence = (type(self).__doc__ or "").strip()
        super().__init__(f"{sentence} {detail}".strip())
        self.detail = detail


class WeakDurability(StorageError):
    """The database may lose what it has acknowledged, so the bot will not use it as it is set up now."""


class AlreadyRunning(StorageError):
    """Another bot already serves this database file. Stop it first, or use PostgreSQL to run several."""


class NetworkFilesystem(StorageError):
    """A SQLite file on a network drive can be damaged by its locks. Move it to a local disk, or use PostgreSQL."""


class SchemaTooNew(StorageError):
    """A newer version of the bot has changed this database. This older one stops rather than write to it."""


class SchemaTooOld(StorageError):
    """This database has not been brought up to date for this version of the bot."""


class StorageFull(StorageError):
    """There is no room left to save. Nothing was saved; what is already there can still be read."""


class InUse(StorageError):
    """Other programs have this database open. Nothing was changed."""


class NotWritable(StorageError):
    """The database can only be read: its file, its folder or its first bytes say so. Nothing was saved."""


class Unsuitable(StorageError):
    """The database, or the way to it, is not set up as the bot needs it."""


class Forbidden(StorageError):
    """The bot's database user lacks a right it needs (docs/deployment.md, section 5). Nothing was saved."""


class Busy(StorageError):
    """The database was busy for too long. Nothing was saved; try again."""


class Unreachable(StorageError):
    """The database cannot be reached. Nothing was saved; try again."""


class CommitUnknown(StorageError):
    """The database went away while it was saving. It may or may not have saved; look before doing it again."""


class DamagedDatabase(StorageError):
    """The database file is damaged or is not a database. Restore the last backup."""


class CouncilGone(StorageError):
    """There was a council in this database, and now nothing is there. It is not begun anew by itself."""


class Closed(StorageError):
    """The database is closed: the bot is stopping."""
