"""How this copy of the bot is run: settings from the environment or `.env`, all named BOT_. Never policy."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.clock import Clock
from bot.instants import parse_instant

LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")
DEFAULT_DATABASE = "sqlite:///var/council.db"


class SettingsError(Exception):
    """A setting is missing or wrong; the message names the key and says what to put there."""


class Settings(BaseSettings):
    """Every setting there is. Empty means not set; `load` names the key of the first mistake."""

    model_config = SettingsConfigDict(env_prefix="BOT_", env_file=".env", extra="ignore", frozen=True)

    mode: Literal["local", "production"] = "production"
    """local answers unsigned activities, from this machine only; production answers signed ones."""
    host: str = ""
    """Address to listen on: loopback in local mode, every interface in production unless set."""
    port: int = Field(default=3978, ge=0, le=65535)
    database_url: str = ""
    framework: Path | None = None
    """A council's own framework file; the shipped one if not set."""
    app_id: str = ""
    tenant_id: str = ""
    app_secret: SecretStr = SecretStr("")
    app_certificate: Path | None = None
    """A PEM file with the private key and the certificate."""
    managed_identity: bool = False
    service_url: str = ""
    """Where to reach people who have not spoken to the bot yet; Teams' own address in production unless set."""
    mail: Literal["none"] = "none"
    """This version speaks Teams only."""
    clock_start: Annotated[datetime | None, BeforeValidator(lambda text: _instant(text))] = None
    """Local mode only: the instant every command's clock begins at."""
    sweep_seconds: float = Field(default=30.0, ge=0.05, le=30.0)
    """How often the timer pokes the sweep; at most 30 s, or the promise of 60 s cannot be kept."""
    log_format: Literal["json", "console"] = "json"

    @model_validator(mode="after")
    def _local_only(self) -> Settings:
        if self.clock_start and self.mode != "local":
            raise ValueError("BOT_CLOCK_START moves the clock, so it works with BOT_MODE=local only")
        if self.mode == "local" and self.host and self.host not in LOOPBACK_HOSTS:
            raise ValueError("BOT_HOST must be 127.0.0.1 in local mode: unsigned messages are answered there")
        return self

    @classmethod
    def load(cls, **overrides: Any) -> Settings:
        """Read the environment and `.env`. SettingsError names the key that is wrong."""
        try:
            return cls(**overrides)
        except ValidationError as error:
            raise SettingsError(_in_words(error)) from None

    @property
    def local(self) -> bool:
        """Whether this is somebody's own machine."""
        return self.mode == "local"

    @property
    def listen_on(self) -> str:
        """The address to bind."""
        return self.host or ("127.0.0.1" if self.local else "0.0.0.0")  # noqa: S104  a container's front door

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or DEFAULT_DATABASE

    def clock(self) -> Clock:
        """The clock every edge of this process reads."""
        return Clock.starting(self.clock_start) if self.clock_start else Clock.real()

    def check_service(self) -> None:
        """Refuse to serve or to send in production without what Teams and the promise need. Names every key missing."""
        if self.local:
            return
        missing = []
        if not self.app_id:
            missing.append("BOT_APP_ID: the bot's application (client) id")
        if not self.tenant_id:
            missing.append("BOT_TENANT_ID: the council's Entra tenant id")
        if not (self.app_secret.get_secret_value() or self.app_certificate or self.managed_identity):
            missing.append("BOT_APP_SECRET, BOT_APP_CERTIFICATE or BOT_MANAGED_IDENTITY=true: the bot's credential")
        if not self.database_url:
            missing.append("BOT_DATABASE_URL: where grades are kept, for example sqlite:////data/council.db")
        if missing:
            listed = "\n".join(f"  {line}" for line in missing)
            raise SettingsError(
                f"In production these settings must be given, and are not:\n{listed}\n"
                "Set them in the environment or in .env, or set BOT_MODE=local to try the bot on this machine."
            )
        if self.app_certificate and not self.app_certificate.is_file():
            raise SettingsError(f"BOT_APP_CERTIFICATE: there is no file {self.app_certificate}")


def _instant(text: object) -> object:
    if isinstance(text, str):
        return parse_instant(text) if text.strip() else None
    return text


def _in_words(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        said = problem["msg"].removeprefix("Value error, ")
        where = ".".join(str(part) for part in problem["loc"])
        lines.append(f"BOT_{where.upper()}: {said}" if where else said)
    return "\n".join(lines)
