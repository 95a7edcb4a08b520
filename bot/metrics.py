"""What `GET /metrics` shows: counts and spans of the service, never who or about whom."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

if TYPE_CHECKING:
    from assurance.self_check.health import Figures

CONTENT_TYPE = CONTENT_TYPE_LATEST
SPANS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)


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
        self.mended = Counter("bot_verify_mended", "What verify found missing and put right", registry=self.registry)
        self.last_verify_age = Gauge(
            "bot_last_verify_age_seconds", "Since the last complete round of verify", registry=self.registry
        )

    def show_credential(self, ends: datetime) -> None:
        """When the bot's credential comes to its end; there is no such number where nobody knows."""
        gauge = Gauge(
            "bot_credential_ends_timestamp_seconds",
            "When the bot's secret or certificate ends, in seconds since 1970",
            registry=self.registry,
        )
        gauge.set(ends.timestamp())

    def show(self, reading: Figures, *, now: datetime, since_sweep: float | None) -> None:
        """Bring the gauges up to date with one reading of the database."""
        for state, count in reading.notices_by_state.items():
            self.notices.labels(state).set(count)
        self.overdue.set(reading.notices_overdue)
        oldest = reading.oldest_notice_overdue
        self.oldest_due_seconds.set((now - oldest).total_seconds() if oldest else 0)
        self.open_items.set(reading.open_items)
        self.red_flags.set(reading.red_flags_waiting)
        self.findings.clear()
        for kind, count in reading.wrong.items():
            self.findings.labels(kind).set(count)
        if reading.last_verify:
            self.last_verify_age.set((now - reading.last_verify).total_seconds())
        if since_sweep is not None:
            self.last_sweep_age.set(since_sweep)

    def text(self) -> bytes:
        """The page Prometheus reads."""
        return generate_latest(self.registry)
