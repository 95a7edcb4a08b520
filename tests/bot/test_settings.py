"""Settings: what must be given where, and that a mistake names its key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.instants import parse_instant, parse_month
from bot.settings import Settings, SettingsError


def test_the_bot_is_in_production_unless_it_is_told_otherwise() -> None:
    assert not Settings.load().local


def test_production_refuses_to_serve_and_names_every_key_that_is_missing() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.load().check_service()
    for key in ("BOT_APP_ID", "BOT_TENANT_ID", "BOT_APP_SECRET", "BOT_DATABASE_URL", "BOT_MODE=local"):
        assert key in str(refused.value)


@pytest.mark.parametrize(
    "credential", [{"app_secret": "s3cret"}, {"managed_identity": True}, {"app_certificate": "bot.pem"}]
)
def test_production_serves_with_any_one_credential(credential: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "bot.pem").write_text("-----BEGIN PRIVATE KEY-----")
    Settings.load(app_id="a", tenant_id="t", database_url="sqlite:////data/c.db", **credential).check_service()


def test_a_certificate_that_is_not_there_is_refused_before_anyone_is_answered() -> None:
    settings = Settings.load(app_id="a", tenant_id="t", database_url="sqlite:////d/c.db", app_certificate="no.pem")
    with pytest.raises(SettingsError, match="BOT_APP_CERTIFICATE"):
        settings.check_service()


def test_the_secret_is_never_printed() -> None:
    assert "s3cret" not in repr(Settings.load(app_secret="s3cret"))


def test_local_mode_needs_nothing_and_listens_on_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_MODE", "local")
    settings = Settings.load()
    settings.check_service()
    assert settings.listen_on == "127.0.0.1"
    assert settings.database == "sqlite:///var/council.db"


def test_local_mode_will_not_open_itself_to_the_network() -> None:
    with pytest.raises(SettingsError, match="BOT_HOST"):
        Settings.load(mode="local", host="0.0.0.0")


def test_the_clock_cannot_be_moved_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_CLOCK_START", "2026-12-01")
    with pytest.raises(SettingsError, match="BOT_CLOCK_START"):
        Settings.load()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("BOT_MODE", "staging"),
        ("BOT_PORT", "many"),
        ("BOT_PORT", "70000"),
        ("BOT_CLOCK_START", "tomorrow"),
        ("BOT_MAIL", "pigeon"),
        ("BOT_SWEEP_SECONDS", "600"),
    ],
)
def test_a_wrong_value_names_its_key(monkeypatch: pytest.MonkeyPatch, key: str, value: str) -> None:
    monkeypatch.setenv(key, value)
    with pytest.raises(SettingsError, match=key):
        Settings.load()


def test_settings_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BOT_MODE=local\nBOT_PORT=4000\n")
    settings = Settings.load()
    assert settings.local
    assert settings.port == 4000


def test_an_empty_clock_start_is_the_real_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_CLOCK_START", "")
    assert Settings.load().clock_start is None


def test_a_clock_that_was_set_begins_there_and_runs_on() -> None:
    start = datetime(2026, 12, 29, 9, tzinfo=UTC)
    clock = Clock.starting(start)
    first = clock.now()
    assert timedelta(0) <= first - start < timedelta(seconds=5)
    assert clock.now() >= first
    assert Clock.real().now().tzinfo is UTC


def test_a_clock_will_not_start_at_a_time_without_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        Clock.starting(datetime(2026, 12, 29, 9))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-12-31", datetime(2026, 12, 31, 9, tzinfo=UTC)),
        ("2026-07-31", datetime(2026, 7, 31, 8, tzinfo=UTC)),
        ("2026-07-31T10:30", datetime(2026, 7, 31, 9, 30, tzinfo=UTC)),
        ("2026-07-31 10:30:00+02:00", datetime(2026, 7, 31, 8, 30, tzinfo=UTC)),
        ("2026-12-31T09:00Z", datetime(2026, 12, 31, 9, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_london_time_and_a_date_is_nine_in_the_morning(typed: str, meant: datetime) -> None:
    assert parse_instant(typed) == meant


@pytest.mark.parametrize("typed", ["", "soon", "31/12/2026", "2026-13-01", "2026-12-31T25:00"])
def test_what_is_no_time_is_said_back(typed: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        parse_instant(typed)


@pytest.mark.parametrize("typed", ["2026-13", "December", "2026-12-01", ""])
def test_what_is_no_month_is_said_back(typed: str) -> None:
    with pytest.raises(ValueError, match="is not a month like 2026-12"):
        parse_month(typed)


def test_another_cloud_than_microsofts_public_one_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_SERVICE_URL", "https://smba.infra.gov.teams.microsoft.us/teams/")
    with pytest.raises(SettingsError, match=r"BOT_SERVICE_URL .*works with BOT_MODE=local only"):
        Settings.load()
    monkeypatch.setenv("BOT_MODE", "local")
    assert Settings.load().service_url
