"""How this copy of the bot is run: settings from the environment or `.env`, all named BOT_. Never policy."""

from __future__ import annotations

import ssl
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.clock import Clock
from bot.instants import parse_instant
from bot.mail.relay import BadAddress, Relay
from bot.network.proxy import Proxies, Proxy
from bot.network.trust import trust

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
    """Local mode only: where a stand-in for Teams is. Production has Teams' own address and no other."""
    https_proxy: Annotated[SecretStr, Field(validation_alias="https_proxy")] = SecretStr("")
    """HTTPS_PROXY, as every program takes it: the council's proxy, with name and password where it asks for them."""
    no_proxy: Annotated[str, Field(validation_alias="no_proxy")] = ""
    """NO_PROXY: names that are reached without it, separated by commas."""
    ca_bundle: Path | None = None
    """A PEM file of certificate authorities to trust on the way out, beside the machine's own."""
    mail: Literal["none", "graph", "smtp"] = "none"
    """How letters leave: not at all, through Microsoft Graph, or through a council's own relay."""
    mailbox: str = ""
    """The bot's own address, which letters come from and replies go to."""
    smtp_url: SecretStr = SecretStr("")
    """The relay: smtps://user:password@host:465 or smtp+starttls://user:password@host:587."""
    mail_listen: str = ""
    """host:port to take replies on, where a relay hands them over by SMTP."""
    mail_authserv: str = ""
    """The name the council's own gateway gives itself in Authentication-Results; no other one is believed."""
    app_secret_expires: Annotated[date | None, BeforeValidator(lambda text: text or None)] = None
    """The day the secret ends, for a warning in time; Graph may tell us itself."""
    migrate: bool = False
    """`serve` brings the tables to this version before it starts; without it only the command `migrate` does."""
    history_key: SecretStr = SecretStr("")
    """Seals the anchor of the history; kept outside the database, and not on the machine that serves it."""
    clock_start: Annotated[datetime | None, BeforeValidator(lambda text: _instant(text))] = None
    """Local mode only: the instant every command's clock begins at."""
    sweep_seconds: float = Field(default=30.0, ge=0.05, le=30.0)
    """How often the timer pokes the sweep; at most 30 s, or the promise of 60 s cannot be kept."""
    verify_seconds: float = Field(default=300.0, ge=0.05, le=3600.0)
    """How often what must exist is compared with what is; at most an hour."""
    log_format: Literal["json", "console"] = "json"

    @model_validator(mode="after")
    def _local_only(self) -> Settings:
        if self.clock_start and self.mode != "local":
            raise ValueError("BOT_CLOCK_START moves the clock, so it works with BOT_MODE=local only")
        self._mail_is_whole()
        self._way_out_is_whole()
        if self.service_url and self.mode != "local":
            raise ValueError(
                "BOT_SERVICE_URL names a stand-in for Teams, so it works with BOT_MODE=local only. Only Microsoft's "
                "public cloud is spoken to in production: other clouds sign with keys that are not believed here"
            )
        if self.mode == "local" and self.host and self.host not in LOOPBACK_HOSTS:
            raise ValueError("BOT_HOST must be 127.0.0.1 in local mode: unsigned messages are answered there")
        return self

    def _mail_is_whole(self) -> None:
        """ValueError for mail settings that cannot work together, naming the key."""
        if self.mail == "none":
            return
        if self.mailbox.count("@") != 1 or any(sign.isspace() for sign in self.mailbox):
            raise ValueError("BOT_MAILBOX must be the bot's own address, for example qa-bot@council.gov.uk")
        if self.mail == "smtp":
            try:
                Relay.parse(self.smtp_url.get_secret_value())
            except BadAddress as error:
                raise ValueError(f"BOT_SMTP_URL: {error}") from None
        if self.mail_listen:
            self.listen_for_mail()

    def _way_out_is_whole(self) -> None:
        """ValueError for a proxy or a bundle of certificates that cannot be used, naming the key."""
        if not self.local:
            self.proxies()
            if self.ca_bundle:
                self.trust()

    def proxies(self) -> Proxies:
        """The council's proxy, and what is reached without it. ValueError for an address that is none."""
        address = self.https_proxy.get_secret_value()
        return Proxies(Proxy.parse(address) if address else None, self.no_proxy)

    def trust(self, *more: Path | str) -> ssl.SSLContext:
        """Whose certificates are trusted on the way out. ValueError for a bundle that cannot be used."""
        return trust([*([self.ca_bundle] if self.ca_bundle else []), *more])

    def listen_for_mail(self) -> tuple[str, int] | None:
        """Where replies are taken by SMTP, or None. ValueError for what is no host and port."""
        if not self.mail_listen:
            return None
        host, _, port = self.mail_listen.rpartition(":")
        host = host.strip("[]")
        if not host or not port.isdecimal() or int(port) > 65535:
            raise ValueError("BOT_MAIL_LISTEN must be host:port, for example 127.0.0.1:2525")
        if self.mode == "local" and host not in LOOPBACK_HOSTS:
            raise ValueError("BOT_MAIL_LISTEN must be on 127.0.0.1 in local mode")
        return host, int(port)

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
