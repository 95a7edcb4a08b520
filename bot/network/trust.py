"""Whose certificates we trust on the way out: the machine's authorities, and the council's own beside them."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable
from functools import cache
from pathlib import Path

STANDARD = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables other tools take a bundle from."""
OPENSSL = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""OpenSSL's own, which reads them itself: they say where the machine's authorities are."""


class BadBundle(ValueError):
    """A bundle of certificates that cannot be used; the message names the setting and the file."""


def trust(bundles: Iterable[Path | str] = ()) -> ssl.SSLContext:
    """What every connection out is checked against. BadBundle for a file that holds no certificate.

    A council whose proxy opens TLS needs its own authority as well as the public ones, because Microsoft's sign-in
    usually passes such a proxy unopened: so what is named here comes beside the machine's authorities.
    """
    named = [(name, os.environ[name]) for name in STANDARD if os.environ.get(name)]
    machine = tuple(os.environ.get(name, "") for name in OPENSSL)
    return _trusting(machine, *(("BOT_CA_BUNDLE", str(bundle)) for bundle in bundles), *named)


@cache
def _trusting(machine: tuple[str, ...], *named: tuple[str, str]) -> ssl.SSLContext:
    # Once a process, because the machine's hundreds of authorities take a twentieth of a second to read.
    context = ssl.create_default_context()
    for name, bundle in named:
        try:
            if Path(bundle).is_dir():
                context.load_verify_locations(capath=bundle)
            else:
                context.load_verify_locations(cafile=bundle)
        except (OSError, ssl.SSLError):
            raise BadBundle(f"{name}: {bundle} is not a file of certificates in PEM form") from None
    return context
