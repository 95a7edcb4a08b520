"""A real OpenDKIM and OpenDMARC for the tests' Postfix, with the few names of the DNS they ask for.

OpenDMARC asks whatever the machine's resolver is set to, so it runs in a network and a file system view of its own, in
which the only resolver is this file, run as a script. Nothing of the machine is touched.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

DOMAIN = b"northmoor.example"
ANSWERS = {DOMAIN: b"v=spf1 -all", b"_dmarc." + DOMAIN: b"v=DMARC1; p=reject; adkim=s"}
STARTS_WITHIN = 30.0


def milters_are_here() -> bool:
    """Whether both are installed, and one of them can be given names of its own."""
    programs = ("opendkim", "opendmarc", "unshare", "mount")
    if os.geteuid() != 0 or not all(shutil.which(name) for name in programs):
        return False
    try_it = ["unshare", "-m", "-n", "mount", "--bind", "/etc/hosts", "/etc/resolv.conf"]
    return subprocess.run(try_it, capture_output=True, check=False).returncode == 0


@contextmanager
def milters(folder: Path, *, authserv: str, key: bytes) -> Iterator[tuple[str, str]]:
    """Run both; the sockets of OpenDKIM and OpenDMARC. `key` is the public key, DER, of the selector `sel`."""
    nobody = folder / "nobody"
    nobody.write_text("192.0.2.1\n", encoding="utf-8")
    (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n", encoding="utf-8")
    public = base64.b64encode(key).decode()
    (folder / "keys").write_text(f"sel._domainkey.{DOMAIN.decode()} v=DKIM1; k=rsa; p={public}\n", encoding="utf-8")
    dkim, dmarc = folder / "dkim.sock", folder / "dmarc.sock"
    shared = f"AuthservID {authserv}\nUMask 000\nSyslog no\n"
    (folder / "dkim.conf").write_text(
        f"{shared}Socket local:{dkim}\nMode v\nAlwaysAddARHeader yes\nTestPublicKeys {folder}/keys\n"
        f"PeerList {nobody}\nInternalHosts {nobody}\nExternalIgnoreList {nobody}\n",
        encoding="utf-8",
    )
    (folder / "dmarc.conf").write_text(
        f"{shared}Socket local:{dmarc}\nTrustedAuthservIDs {authserv}\nIgnoreHosts {nobody}\nSPFSelfValidate true\n",
        encoding="utf-8",
    )
    commands: list[Sequence[str]] = [
        ["opendkim", "-f", "-x", str(folder / "dkim.conf")],
        ["unshare", "-m", "-n", sys.executable, __file__, str(folder)],
    ]
    running = [subprocess.Popen(command) for command in commands]
    try:
        give_up = time.monotonic() + STARTS_WITHIN
        while not all(_listens(one) for one in (dkim, dmarc)):
            assert time.monotonic() < give_up and all(one.poll() is None for one in running)
            time.sleep(0.02)
        yield f"unix:{dkim}", f"unix:{dmarc}"
    finally:
        running[0].kill()  # it waits five seconds for its clients otherwise
        running[1].terminate()
        for one in running:
            one.wait(20)


def signed(raw: bytes, key: rsa.RSAPrivateKey) -> bytes:
    """The message with a DKIM signature of From, To and Subject (RFC 6376, simple in both)."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = {line.partition(b":")[0].lower(): line for line in head.replace(b"\r\n ", b"\0").split(b"\r\n")}
    digest = base64.b64encode(hashlib.sha256(body.rstrip(b"\r\n") + b"\r\n").digest())
    ours = b"DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=%s; s=sel; h=From:To:Subject;\r\n bh=%s; b="
    ours %= (DOMAIN, digest)
    covered = b"".join(lines[name].replace(b"\0", b"\r\n ") + b"\r\n" for name in (b"from", b"to", b"subject"))
    return ours + base64.b64encode(key.sign(covered + ours, padding.PKCS1v15(), hashes.SHA256())) + b"\r\n" + raw


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as knocking:
        try:
            knocking.connect(str(path))
        except OSError:
            return False
    return True


def _inside(folder: Path) -> None:
    """In its own view of the machine: its resolver is us, and OpenDMARC is our child."""
    subprocess.run(["mount", "--bind", str(folder / "resolv.conf"), "/etc/resolv.conf"], check=True)
    names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    up = struct.pack("16sh", b"lo", 1)
    fcntl.ioctl(names, 0x8914, up)  # SIOCSIFFLAGS, IFF_UP
    names.bind(("127.0.0.1", 53))
    child = subprocess.Popen(["opendmarc", "-f", "-c", str(folder / "dmarc.conf")])

    def stop(*_: object) -> None:
        child.kill()
        child.wait(10)
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    while True:
        asked, who = names.recvfrom(4096)
        names.sendto(_answer(asked), who)


def _answer(asked: bytes) -> bytes:
    at, labels = 12, []
    while asked[at]:
        labels.append(asked[at + 1 : at + 1 + asked[at]])
        at += 1 + asked[at]
    name, question = b".".join(labels).lower(), asked[12 : at + 5]
    text = ANSWERS.get(name) if asked[at + 1 : at + 3] == b"\0\x10" else None
    if text is None:
        return asked[:2] + (b"\x84\0" if name in ANSWERS else b"\x84\3") + b"\0\1\0\0\0\0\0\0" + question
    record = b"\xc0\x0c\0\x10\0\1\0\0\0\x3c" + struct.pack("!HB", len(text) + 1, len(text)) + text
    return asked[:2] + b"\x84\0\0\1\0\1\0\0\0\0" + question + record


if __name__ == "__main__":
    _inside(Path(sys.argv[1]))
