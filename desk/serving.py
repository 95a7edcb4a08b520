"""Serves an emulator on this machine, on a port of its own, for as long as a block runs."""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


@contextlib.asynccontextmanager
async def serving(app: web.Application, *, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve on 127.0.0.1 and give the address, without a slash at the end."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls)
        await site.start()
        taken = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        yield f"{'https' if tls else 'http'}://127.0.0.1:{taken}"
    finally:
        await runner.cleanup()


def own_certificate(folder: Path, now: datetime, *, names: Iterable[str] = ()) -> tuple[ssl.SSLContext, Path]:
    """A certificate for this machine, for one day: the server's context, and the file a client is to trust.

    `names` are hosts it is good for besides, for whoever stands in for them behind a proxy.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "desk")])
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([here, *map(x509.DNSName, names)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "desk-certificate.pem", folder / "desk-key-and-certificate.pem"
    public_pem = certificate.public_bytes(serialization.Encoding.PEM)
    private_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    trusted.write_bytes(public_pem)
    private.write_bytes(private_pem + public_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(private)
    return context, trusted
