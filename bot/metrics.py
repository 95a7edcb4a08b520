"""What `GET /metrics` shows: counts and spans of the service, never who or about whom."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from policy.lifecycle import lifecycle

if TYPE_CHECKING:
    from assurance.self_check.health import Figures

CONTENT_TYPE = CONTENT_TYPE_LATEST
SPANS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)


# What each label may say. All of it stands on the page from the start, at nought: an alert on what is not there yet
# never fires, and a counter's first step is lost when it appears with it.
KINDS = (
    "message",
    "adaptiveCard/action",
    "task/fetch",
    "task/submit",
    "application/search",
    "other invoke",
    "conversationUpdate",
    "installationUpdate",
    "other",
)
TURNS = ("answered", "not sent", "failed", "repeated")
CHANNELS = ("teams", "mail")
DELIVERED = ("sent", "later", "never", "unknown")
SWEEPS = ("done", "held", "failed")
CUT = ("silent", "idle", "full")
TURNED_AWAY = (
    *("content_type", "content_encoding", "too_large", "too_deep", "too_slow", "broken_body", "stopping"),
    *("not_loopback", "no_token", "not_a_token", "algorithm", "no_key_id", "unknown_key", "signature"),
    *("issuer", "audience", "expired", "not_yet", "no_exp", "no_nbf", "no_service_url_claim"),
    *("service_url_differs", "service_url_not_allowed", "channel_not_endorsed", "other_tenant"),
    *("not_utf8", "not_json", "not_an_object", "half_a_character", "nul_character", "key_twice", "not_a_number"),
    "bad_activity",
)
FOUND = (
    *("missing_answers", "missing_chase", "missing_evidence", "missing_loop", "missing_moderation", "missing_month"),
    "missing_notice",
    *("missing_reaudit", "missing_release", "unexpected_answers", "unexpected_notice", "wrong_date", "wrong_next_step"),
    *("nobody_to_tell", "own_judge", "own_work", "told_of_own_lateness", "late_notice", "chain_broken"),
)


class Metrics:
    """One service's numbers, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter(
            "bot_turns",
            "Messages and presses answered, by kind and outcome",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.turn_seconds = Histogram(
            "bot_turn_seconds", "From a message or press to its answer", ["kind"], buckets=SPANS, registry=self.registry
        )
        self.turned_away = Counter(
            "bot_turned_away", "Requests the gate refused, by code", ["code"], registry=self.registry
        )
        self.deliveries = Counter(
            "bot_deliveries", "Attempts to deliver a notice", ["channel", "outcome"], registry=self.registry
        )
        self.delivery_seconds = Histogram(
            "bot_delivery_seconds", "One attempt to deliver", ["channel"], buckets=SPANS, registry=self.registry
        )
        self.in_flight = Gauge("bot_deliveries_in_flight", "Notices being delivered now", registry=self.registry)
        self.notices = Gauge("bot_notices", "Notices in the outbox, by state", ["state"], registry=self.registry)
        self.overdue = Gauge("bot_notices_overdue", "Notices that may be sent and are not yet", registry=self.registry)
        self.oldest_due_seconds = Gauge(
            "bot_notices_oldest_due_seconds", "Age of the oldest notice due and not sent", registry=self.registry
        )
        self.open_items = Gauge("bot_open_learning_spaces", "Learning spaces still owed", registry=self.registry)
        self.red_flags = Gauge("bot_red_flags_waiting", "Immediate risks nobody has taken up", registry=self.registry)
        self.sweeps = Counter("bot_sweeps", "Passes of the sweep", ["outcome"], registry=self.registry)
        self.sweep_seconds = Histogram(
            "bot_sweep_seconds", "One pass of the sweep", buckets=SPANS, registry=self.registry
        )
        self.sweep_held = Gauge(
            "bot_sweep_held", "1 while a pass waits for a person to confirm", registry=self.registry
        )
        self.steps_judged = Counter("bot_steps_judged", "Ladder steps judged", registry=self.registry)
        self.last_sweep_age = Gauge(
            "bot_last_sweep_age_seconds", "Since the last complete pass", registry=self.registry
        )

        self.findings = Gauge(
            "bot_verify_findings", "What verify found wrong and did not mend, by kind", ["kind"], registry=self.registry
        )
        self.unknown_buttons = Counter(
            "bot_unknown_buttons", "Buttons pressed that nobody answers to", registry=self.registry
        )
        self.mended = Counter("bot_verify_mended", "What verify found missing and put right", registry=self.registry)
        self.last_verify_age = Gauge(
            "bot_last_verify_age_seconds",
            "Since the last complete round of verify, near or over everything",
            registry=self.registry,
        )
        self.last_whole_age = Gauge(
            "bot_last_whole_verify_age_seconds",
            "Since the last complete round of verify over everything, which is made each night",
            registry=self.registry,
        )
        self._more()

    def _more(self) -> None:
        """What is about the process and its neighbours rather than about the work."""
        self.database_up = Gauge(
            "bot_database_up", "1 while the database answers, 0 while it does not", registry=self.registry
        )
        self.last_sent_age = Gauge(
            "bot_last_sent_age_seconds",
            "Since something last went out on a channel",
            ["channel"],
            registry=self.registry,
        )
        self.keys_age = Gauge(
            "bot_signing_keys_age_seconds",
            "Since Microsoft's signing keys were last confirmed, or since the start where they never were",
            registry=self.registry,
        )
        self.connections = Gauge("bot_connections", "Connections open now", registry=self.registry)
        self.connections_cut = Counter(
            "bot_connections_cut", "Connections closed by us, by why", ["why"], registry=self.registry
        )
        ProcessCollector(registry=self.registry)
        self._begin_at_nought()

    def _begin_at_nought(self) -> None:
        for kind in KINDS:
            self.turn_seconds.labels(kind)
            for outcome in TURNS:
                self.turns.labels(kind, outcome)
        for channel in CHANNELS:
            self.delivery_seconds.labels(channel)
            self.last_sent_age.labels(channel)
            for outcome in DELIVERED:
                self.deliveries.labels(channel, outcome)
        for state in lifecycle.states(lifecycle.NOTICE):
            self.notices.labels(state)
        for gauge, values in ((self.turned_away, TURNED_AWAY), (self.sweeps, SWEEPS), (self.connections_cut, CUT)):
            for value in values:
                gauge.labels(value)
        self._no_findings()

    def _no_findings(self) -> None:
        for kind in FOUND:
            self.findings.labels(kind).set(0)

    def show_credential(self, ends: datetime) -> None:
        """When the bot's credential comes to its end; there is no such number where nobody knows."""
        gauge = Gauge(
            "bot_credential_ends_timestamp_seconds",
            "When the bot's secret or certificate ends, in seconds since 1970",
            registry=self.registry,
        )
        gauge.set(ends.timestamp())

    def show(self, reading: Figures) -> None:
        """Bring the gauges up to date with one reading of the database."""
        for state, count in reading.notices_by_state.items():
            self.notices.labels(state).set(count)
        self.overdue.set(reading.notices_overdue)
        self.open_items.set(reading.open_items)
        self.red_flags.set(reading.red_flags_waiting)
        self._no_findings()
        for kind, count in reading.wrong.items():
            self.findings.labels(kind).set(count)

    def show_ages(
        self, reading: Figures | None, *, now: datetime, running: float, since_sweep: float, keys_age: float
    ) -> None:
        """Bring the ages up to date from the last reading there was, so that they grow while there is none.

        What has never happened is as old as this process (`running`, in seconds).
        """
        oldest = reading.oldest_notice_overdue if reading else None
        self.oldest_due_seconds.set((now - oldest).total_seconds() if oldest else 0)
        verified = reading.last_verify if reading else None
        self.last_verify_age.set((now - verified).total_seconds() if verified else running)
        whole = reading.last_whole if reading else None
        self.last_whole_age.set((now - whole).total_seconds() if whole else running)
        for channel in CHANNELS:
            sent = reading.last_sent.get(channel) if reading else None
            self.last_sent_age.labels(channel).set((now - sent).total_seconds() if sent else running)
        self.last_sweep_age.set(since_sweep)
        self.keys_age.set(keys_age)

    def text(self) -> bytes:
        """The page Prometheus reads."""
        return generate_latest(self.registry)
