"""How the line to PostgreSQL must be: encrypted to any other machine, and with the timeouts we asked for."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo
from sqlalchemy import URL

from storage.engine.errors import Unreachable, Unsuitable, WeakDurability

LONGEST_WAIT = 5.0
"""Seconds the server waits for the writers' lock; the writer then looks whether its patience lasts for another try."""

IDLE_LIMIT = 30
"""Seconds: a copy that is suspended in mid-transaction must not keep the writers of the others out for ever."""

CHECKED = "verify-full"
OLDEST_SERVER = 130000  # pg_current_xact_id and pg_xact_status came with 13

PROMISES = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_apply", "remote_write", "local"),
}
"""Settings and the values under which a commit that returned survives a power cut of this server."""


def timeouts(patience: float) -> dict[str, int]:
    """What we ask of the server, in milliseconds."""
    return {
        "lock_timeout": round(min(patience, LONGEST_WAIT) * 1000),
        "idle_in_transaction_session_timeout": IDLE_LIMIT * 1000,
    }


def connect_arguments(url: URL, asked: dict[str, int]) -> dict[str, Any]:
    """What is asked of the driver. Raises Unsuitable where the address would go to another machine unchecked."""
    return {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
        "application_name": "learning-space-bot",
        # A statement prepared on one server connection is not there on the next one a pooler hands out.
        "prepare_threshold": None,
        "options": " ".join(["-c timezone=UTC", *(f"-c {name}={value}" for name, value in asked.items())]),
        **encrypted(url),
    }


def encrypted(url: URL) -> dict[str, str]:
    """verify-full, unless the server is on this machine. The environment cannot weaken what is said here."""
    said = conninfo_to_dict(url.set(drivername="postgresql").render_as_string(hide_password=False))
    usual = {one.keyword.decode(): (one.val or b"").decode() for one in Conninfo.get_defaults()}
    hosts = [str(said.get(key) or usual.get(key) or "") for key in ("host", "hostaddr")]
    if all(on_this_machine(host) for host in ",".join(hosts).split(",")) and not said.get("service"):
        return {}
    mode = str(said.get("sslmode") or CHECKED)
    if mode != CHECKED:
        raise Unsuitable(
            f"(The server is on another machine, and sslmode={mode} would let anybody between read or change what goes "
            f"over. Leave sslmode out of BOT_DATABASE_URL, or set {CHECKED}.)"
        )
    roots = said.get("sslrootcert") or usual.get("sslrootcert") or Path("~/.postgresql/root.crt").expanduser().exists()
    return {"sslmode": CHECKED} if roots else {"sslmode": CHECKED, "sslrootcert": "system"}


def on_this_machine(host: str) -> bool:
    """Whether a host of an address is a socket, or loops back."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check(raw: psycopg.Connection[Any], asked: dict[str, int]) -> None:
    """Refuse a server that may lose what it acknowledged, that is too old to say what became of a commit, or that did
    not take our timeouts; `asked` has them in milliseconds."""
    if raw.info.server_version < OLDEST_SERVER:
        raise Unreachable(
            f"(The server is version {raw.info.server_version // 10_000}; 13 is the oldest that will do.)"
        )
    names = (*PROMISES, "server_encoding")
    row = raw.execute("SELECT " + ", ".join(f"current_setting('{name}')" for name in names)).fetchone()
    spans = raw.execute("SELECT name, setting::bigint FROM pg_settings WHERE name = ANY(%s)", (list(asked),)).fetchall()
    raw.rollback()
    found = dict(zip(names, row or (), strict=True))
    for name, allowed in PROMISES.items():
        if found[name] not in allowed:
            raise WeakDurability(f"(PostgreSQL has {name} = {found[name]}, and it must be {' or '.join(allowed)}.)")
    if found["server_encoding"] != "UTF8":
        raise WeakDurability(f"(PostgreSQL stores text as {found['server_encoding']}; names need UTF8.)")
    for name, value in spans:
        if not 0 < value <= asked[name]:
            raise Unsuitable(
                f"(The bot asked for {name} = {asked[name]} ms and the server has {value}: something between them, a "
                f"connection pooler perhaps, dropped it. Set it for the bot's role: ALTER ROLE ... SET {name} = "
                f"'{asked[name]}ms'.)"
            )
