"""The doctor's look at Entra and at the certificate, against the desk's own Entra."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.checks import Check
from bot.doctor import certificate, line, pulse
from bot.edge import Addresses
from bot.mail.doctor import ends
from bot.settings import Settings
from desk.entra import Entra
from desk.serving import own_certificate, serving
from storage.council import history
from storage.engine.database import Database

APP_ID, TENANT_ID = "0a0a0a0a-1111-4222-8333-444444444444", "c0ffee00-0000-4000-8000-00000000000a"
TODAY = datetime.now(UTC)  # noqa: TID251  a real handshake wants a certificate of today


def _settings(secret: str = "s3cret", pem: Path | None = None) -> Settings:
    return Settings.load(app_id=APP_ID, tenant_id=TENANT_ID, app_secret=secret, app_certificate=pem)


async def tokens(settings: Settings, where: Addresses | None = None) -> Check:
    """What the doctor says of Entra."""
    nowhere = "https://127.0.0.1:9"
    where = replace(where or Addresses(), openid_metadata=nowhere, graph=nowhere, service_url=nowhere)
    [found] = [check for check in await line(settings, where) if check.what == "Entra"]
    return found


@pytest.mark.parametrize(
    ("secret", "state", "said"), [("s3cret", "ok", "gives"), ("old", "problem", "may have run out")]
)
async def test_the_doctor_asks_entra_for_a_token(tmp_path: Path, secret: str, state: str, said: str) -> None:
    entra = Entra(APP_ID, TENANT_ID, lambda: TODAY, secret="s3cret")
    tls, trusted = own_certificate(tmp_path, TODAY)
    async with serving(entra.application(), tls=tls) as login:
        found = await tokens(_settings(secret), Addresses(authority=login, trust=str(trusted)))
    assert found.state == state
    assert said in found.said
    assert secret not in found.said


async def test_an_entra_that_cannot_be_reached_is_another_matter(tmp_path: Path) -> None:
    found = await tokens(_settings(), Addresses(authority="https://127.0.0.1:9"))
    assert found.state == "problem"
    assert "Nothing can be sent without one" in found.said


async def test_a_certificate_that_is_none_is_said_by_its_key(tmp_path: Path) -> None:
    pem = tmp_path / "bot.pem"
    pem.write_text("not a certificate")
    assert "BOT_APP_CERTIFICATE" in (await tokens(_settings(pem=pem))).said
    assert [check.state for check in certificate(_settings(pem=pem), now=TODAY)] == ["problem"]


@pytest.mark.parametrize(
    ("days", "said"), [(-2, "Good until"), (0, "Renew it now"), (30, "It ended")], ids=["long", "soon", "over"]
)
def test_a_certificate_is_looked_at_before_it_ends(tmp_path: Path, days: int, said: str) -> None:
    own_certificate(tmp_path, TODAY)  # good for a day
    pem = next(tmp_path.glob("*certificate.pem"))
    now = TODAY + timedelta(days=days) if days >= 0 else TODAY - timedelta(days=60)
    [check] = certificate(_settings(pem=pem), now=now)
    assert said in check.said
    assert check.state == ("ok" if days < 0 else "problem")


def test_a_clock_before_the_newest_entry_of_the_history_is_a_problem(db: Database) -> None:
    newest = db.read_now(history.newest_at)
    assert newest
    looked = db.read_now(lambda session: list(pulse(session, now=newest - timedelta(hours=3))))
    [clock] = [check for check in looked if check.what == "Clock"]
    assert (clock.state, "newest entry of the history" in clock.said) == ("problem", True)
    fine = db.read_now(lambda session: list(pulse(session, now=newest)))
    assert [check for check in fine if check.what == "Clock"] == []


def test_an_alarm_is_set_for_a_month_a_week_and_a_day_before_the_secret_ends() -> None:
    """What Prometheus works out for each rule (`test_beside_prometheus.py` has the real one read them)."""
    rules = (Path(__file__).parents[2] / "docs" / "alerts.yml").read_text(encoding="utf-8")
    days = re.findall(r"expr: bot_credential_ends_timestamp_seconds - time\(\) < (\d+) \* 86400", rules)
    assert [int(each) for each in days] == [30, 7, 1]


@pytest.mark.parametrize(("left", "state"), [(90, "ok"), (40, "note"), (20, "problem"), (-1, "problem")])
def test_the_doctor_says_how_long_a_secret_is_good_for_and_that_it_is_over(left: int, state: str) -> None:
    assert ends("Secret", TODAY + timedelta(days=left), now=TODAY).state == state
