"""Whose certificates are trusted: read once a process, and a bundle that was no good is looked at again."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from bot.network.trust import STANDARD, BadBundle, trust


def test_the_machines_authorities_are_read_once_and_a_councils_own_stand_beside_them_only_where_asked(
    certificate: tuple[ssl.SSLContext, Path],
) -> None:
    _, own = certificate
    public = trust()
    known = public.cert_store_stats()["x509"]
    assert trust() is public
    assert trust([own]) is trust([own])
    assert trust([own]).cert_store_stats()["x509"] == known + 1
    assert public.cert_store_stats()["x509"] == known


def test_a_bundle_that_was_refused_is_good_once_it_has_been_mended(
    certificate: tuple[ssl.SSLContext, Path], tmp_path: Path
) -> None:
    own = tmp_path / "council.pem"
    own.write_text("not a certificate")
    with pytest.raises(BadBundle, match=r"BOT_CA_BUNDLE: .*council\.pem is not a file of certificates in PEM form"):
        trust([own])
    own.write_bytes(certificate[1].read_bytes())
    assert trust([own])


def test_where_the_machine_keeps_its_authorities_somewhere_else_they_are_read_there(
    certificate: tuple[ssl.SSLContext, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in STANDARD:
        monkeypatch.delenv(name, raising=False)
    before = trust()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))
    assert trust() is not before
    assert trust().cert_store_stats()["x509"] == 1
