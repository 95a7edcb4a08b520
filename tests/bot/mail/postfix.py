"""A real Postfix of its own for the tests: in a folder that goes away, on loopback, on ports the system chose."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MASTER = Path("/usr/lib/postfix/sbin/master")
HOST = "gateway.northmoor.example"
STARTS_WITHIN = 30.0

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = {host}
mydestination =
local_recipient_maps =
alias_maps =
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
anvil_rate_time_unit = 1s
in_flow_delay = 0
lmtp_connection_cache_on_demand = no
smtp_connection_cache_on_demand = no
minimal_backoff_time = 1s
queue_run_delay = 1s
{settings}
"""

_MASTER = """\
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


_QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")


def postfix_is_here() -> bool:
    """Whether Postfix is installed, and we may start one: its master wants to be root."""
    return MASTER.is_file() and shutil.which("postconf") is not None and os.geteuid() == 0


class Reserved:
    """A port the system chose, kept for whoever listens on it later: bound here and never listened on."""

    def __init__(self) -> None:
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))
        self.port: int = self._held.getsockname()[1]

    def free(self) -> None:
        """Give it back."""
        self._held.close()


@dataclass(frozen=True)
class Postfix:
    """One that runs: its doors by name, and its log."""

    ports: Mapping[str, int]
    folder: Path

    def log(self) -> str:
        """What it has written so far."""
        found = self.folder / "log"
        return found.read_text(encoding="utf-8", errors="replace") if found.exists() else ""


@contextmanager
def postfix(doors: Mapping[str, Mapping[str, str]], settings: str = "") -> Iterator[Postfix]:
    """Run one with these doors: each a name, and what of main.cf is otherwise there. `settings` is more of main.cf."""
    folder = Path(tempfile.mkdtemp(prefix="postfix-", dir="/tmp"))  # its own user must be able to get there
    folder.chmod(0o755)
    reserved = {name: Reserved() for name in doors}
    try:
        ports = {name: one.port for name, one in reserved.items()}
        _write(folder, doors, ports, settings)
        master = subprocess.Popen([str(MASTER), "-c", str(folder / "etc")])
        try:
            _wait(Postfix(ports, folder), master)
            yield Postfix(ports, folder)
        finally:
            master.terminate()
            try:
                master.wait(20)
            except subprocess.TimeoutExpired:  # on a machine that does too much at once
                master.kill()
                master.wait()
    finally:
        for one in reserved.values():
            one.free()
        shutil.rmtree(folder, ignore_errors=True)


def _write(folder: Path, doors: Mapping[str, Mapping[str, str]], ports: Mapping[str, int], settings: str) -> None:
    """Its configuration and its queue, with the owners it insists on."""
    etc = folder / "etc"
    etc.mkdir()
    (etc / "main.cf").write_text(_MAIN.format(folder=folder, host=HOST, settings=settings), encoding="utf-8")
    lines = [_MASTER]
    for name, changed in doors.items():
        lines.append(f"127.0.0.1:{ports[name]} inet n - n - - smtpd\n")
        lines += [f"  -o {{ {key} = {value} }}\n" for key, value in changed.items()]
    (etc / "master.cf").write_text("".join(lines), encoding="utf-8")
    for directory in ("data", *(f"spool/{name}" for name in _QUEUES)):
        (folder / directory).mkdir(parents=True, mode=0o700)
        shutil.chown(folder / directory, "postfix")
    (folder / "spool/pid").mkdir()
    for name, mode in (("public", 0o710), ("maildrop", 0o730)):
        (folder / "spool" / name).mkdir()
        shutil.chown(folder / "spool" / name, "postfix", "postdrop")
        (folder / "spool" / name).chmod(mode)


def _wait(running: Postfix, master: subprocess.Popen[bytes]) -> None:
    """Until every door greets."""
    give_up = time.monotonic() + STARTS_WITHIN
    for port in running.ports.values():
        while True:
            assert master.poll() is None and time.monotonic() < give_up, running.log()
            try:
                with socket.create_connection(("127.0.0.1", port), 5):
                    break
            except OSError:
                time.sleep(0.02)
