"""Whose certificates we trust on the way out: the machine's authorities, and the council's own beside them."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable
from pathlib import Path

STANDARD = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables other tools take a bundle from. SSL_CERT_FILE and SSL_CERT_DIR are OpenSSL's, which reads them itself."""


class BadBundle(ValueError):
    """A bundle of certificates that cannot be used; the message names the setting and the file."""


def trust(bundles: Iterable[Path | str] = ()) -> ssl.SSLContext:
    """What every connection out is checked against. BadBundle for a file that holds no certificate.

    A council whose proxy opens TLS needs its own authority as well as the public ones, because Microsoft's sign-in
    usually passes such a proxy unopened: so what is named here comes beside the machine's authorities.
    """
    context = ssl.create_default_context()
    named = [(name, os.environ[name]) for name in STANDARD if os.environ.get(name)]
    for name, bundle in (*(("BOT_CA_BUNDLE", str(bundle)) for bundle in bundles), *named):
        try:
            if Path(bundle).is_dir():
                context.load_verify_locations(capath=bundle)
            else:
                context.load_verify_locations(cafile=bundle)
        except (OSError, ssl.SSLError):
            raise BadBundle(f"{name}: {bundle} is not a file of certificates in PEM form") from None
    return context
