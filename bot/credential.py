"""When the credential the bot has in Entra comes to its end, as far as this machine can tell."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings


def credential_ends(settings: Settings) -> datetime | None:
    """The end of the certificate, else the day given for the secret; None where neither is known.

    ValueError or OSError for a certificate that cannot be read.
    """
    if settings.app_certificate is not None:
        from cryptography.x509 import load_pem_x509_certificate  # takes a while to load

        return load_pem_x509_certificate(settings.app_certificate.read_bytes()).not_valid_after_utc
    if settings.app_secret_expires is not None:
        return datetime.combine(settings.app_secret_expires, time(), UTC)
    return None
