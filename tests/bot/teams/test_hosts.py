from __future__ import annotations

import pytest

from bot.network.loopback import is_loopback
from bot.teams.hosts import Hosts

TEAMS = [
    "https://smba.trafficmanager.net/emea/",
    "https://smba.trafficmanager.net/uk/c0ffee00-0000-4000-8000-00000000000a/",
    "https://smba.trafficmanager.net:443/teams",
    "https://webchat.botframework.com/",
    "https://api.botframework.com",
    "https://SMBA.trafficmanager.net/teams/",
]
OTHERS = [
    "",
    "smba.trafficmanager.net",
    "http://smba.trafficmanager.net/emea/",
    "https://smba.trafficmanager.net:8443/emea/",
    "https://smba.trafficmanager.net.evil.example/",
    "https://smba.trafficmanager.net@evil.example/",
    "https://evil.example/smba.trafficmanager.net",
    "https://evil.example?.botframework.com",
    "https://evil.example#.botframework.com",
    "https://evil.example\\.botframework.com",
    "https://evilbotframework.com/",
    "https://botframework.com/",
    "https://evil.example\t.botframework.com/",
    "https://[::1/",
    "https://smba.trafficmanager.net:x/",
    "ftp://smba.trafficmanager.net/",
    "file:///etc/passwd",
    "http://169.254.169.254/metadata",
    "http://127.0.0.1:56150/_connector",
    "http://localhost/",
    "https://smba.trafficmanager.net/" + "a" * 600,
]


@pytest.mark.parametrize("url", TEAMS)
def test_teams_own_addresses_are_believed(url: str) -> None:
    assert Hosts().allow(url)


@pytest.mark.parametrize("url", OTHERS)
def test_no_token_goes_to_an_address_that_only_looks_like_teams(url: str) -> None:
    assert not Hosts().allow(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:56150/_connector", "http://localhost:1/", "http://[::1]:5/"])
def test_on_ones_own_machine_the_desk_may_play_teams(url: str) -> None:
    assert Hosts(loopback=True).allow(url)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.5/", "http://127.0.0.1.evil.example/", "http://2130706433/", "http://0.0.0.0/"]
)
def test_on_ones_own_machine_other_machines_still_may_not(url: str) -> None:
    assert not Hosts(loopback=True).allow(url)


@pytest.mark.parametrize(
    ("peer", "here"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.1.1.1", False),
        ("", False),
        ("fe80::1%eth0", False),
    ],
)
def test_who_is_on_this_machine(peer: str, here: bool) -> None:
    assert is_loopback(peer) is here
