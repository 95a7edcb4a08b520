"""What the turn is measured on: a council with thousands of forms ready to send, and the presses that send them."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from assurance.forms.save_step import save_step
from benchmarks.council import add_open_items, new_council, settle
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.casework import learning_spaces

APP_ID = "7d6c1e54-0000-4000-8000-000000000001"
TENANT_ID = "c0ffee00-0000-4000-8000-00000000000a"
KEY_ID = "bench-key"
DUE_IN_DAYS = 300

# The pages of the form, filled in as a manager would; the grade is one that sets nothing else off.
PAGES: dict[str, dict[str, str]] = {
    "meeting": {
        "in_person": "yes",
        "practitioner_took_part": "yes",
        "others_present": "team_manager",
        "family_feedback": "child",
        "immediate_risk": "no",
    },
    "domains": dict.fromkeys(
        (
            "grade_voice",
            "grade_assessment",
            "grade_plan",
            "grade_family",
            "grade_agencies",
            "grade_oversight",
            "grade_recording",
        ),
        "good",
    ),
    "judgement": {
        "grade": "good",
        "impact": "good",
        "grade_reasons": "Clear plan, seen through, and the child knows it.",
    },
    "learning": {
        "strength_themes": "planning,assessment",
        "worked_well": "Direct work that changed the plan.",
        "learning_themes": "supervision",
        "even_better": "Reflective supervision, more often.",
    },
    "action_1": {
        "action_1_what": "Arrange reflective supervision every month",
        "action_1_owner": "practitioner",
        "action_1_kind": "supervision",
    },
}


@dataclass(frozen=True)
class Ready:
    """A form that only waits for Send."""

    token: str
    entra_object_id: str
    version: int


def fill(path: Path, framework: Framework, count: int, now: datetime) -> list[Ready]:
    """A council at `path` with `count` forms ready to send."""
    database = new_council(path, framework)
    due_on = now.date() + timedelta(days=DUE_IN_DAYS)
    add_open_items(path, framework, count, due_on=due_on, next_step_at=now + timedelta(days=DUE_IN_DAYS - 7))
    _date(path, now)
    with sqlite3.connect(path) as connection:
        [(first,)] = connection.execute("SELECT token FROM allocations ORDER BY reference LIMIT 1").fetchall()
    item = database.read_now(learning_spaces.by_token, first)
    assert item is not None
    for step, raw in PAGES.items():
        dated = dict(raw)
        if step == "meeting":
            dated["date_held"] = (now.date() - timedelta(days=1)).isoformat()
        if step == "action_1":
            dated["action_1_by"] = (now.date() + timedelta(days=28)).isoformat()
        view = database.write_now(
            save_step, framework, first, actor=Actor.person(item.person), step=step, raw=dated, move="next", now=now
        )
        assert not view.problems, view.problems
    database.close()
    _copy_draft(path)
    settle(path, framework, now)
    return _ready(path)


def _date(path: Path, now: datetime) -> None:
    """Allocated a fortnight ago, whenever this is run."""
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE allocations SET allocated_on = ?, state = 'opened'",
            ((now.date() - timedelta(days=14)).isoformat(),),
        )
        connection.execute(
            "UPDATE people SET entra_object_id = printf('00000000-0000-4000-8000-%012d', rowid)"
            " WHERE id IN (SELECT person FROM allocations)"
        )


def _copy_draft(path: Path) -> None:
    """Everyone has written the same."""
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO drafts (reference, person, answers, step, version, updated_at)"
            " SELECT a.reference, a.person, d.answers, d.step, d.version, d.updated_at"
            " FROM allocations a, drafts d WHERE a.reference <> d.reference"
        )
        connection.execute("DELETE FROM meta WHERE key = 'establishment_version'")
    connection.close()


def _ready(path: Path) -> list[Ready]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT a.token, p.entra_object_id, d.version FROM allocations a"
            " JOIN people p ON p.id = a.person JOIN drafts d ON d.reference = a.reference"
        ).fetchall()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return [Ready(*row) for row in rows]


# -- what is sent -----------------------------------------------------------------------------------------------------


def new_key() -> tuple[rsa.RSAPrivateKey, bytes]:
    """A signing key, and the page that publishes it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    numbers = key.public_key().public_numbers()
    page = {
        "kty": "RSA",
        "use": "sig",
        "kid": KEY_ID,
        "x5t": KEY_ID,
        "n": _base64(numbers.n),
        "e": _base64(numbers.e),
        "endorsements": ["msteams"],
    }
    return key, json.dumps({"keys": [page]}).encode()


def signed(key: rsa.RSAPrivateKey, service_url: str, now: datetime) -> str:
    """A token as Teams sends it."""
    at = int(now.timestamp())
    claims = {
        "iss": "https://api.botframework.com",
        "aud": APP_ID,
        "serviceurl": service_url,
        "nbf": at - 60,
        "exp": at + 7200,
    }
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": KEY_ID})


def presses(ready: list[Ready], service_url: str, token: str) -> Iterator[bytes]:
    """Send pressed on each form, each in its own delivery."""
    for number, form in enumerate(ready):
        data = {"verb": "submit", "ref": form.token, "v": form.version}
        value = {"action": {"type": "Action.Execute", "verb": "submit", "data": data}, "trigger": "manual"}
        extra = {"name": "adaptiveCard/action", "value": value}
        yield _request(_activity("invoke", number, form.entra_object_id, service_url) | extra, token)


def lines(count: int, service_url: str, token: str) -> Iterator[bytes]:
    """A typed line, for those who say it back."""
    for number in range(count):
        activity = _activity("message", number, "00000000-0000-4000-8000-000000000001", service_url)
        yield _request(activity | {"text": "list", "textFormat": "plain"}, token)


def pressed(verb: str, number: int, entra: str, service_url: str, token: str) -> bytes:
    """A button that carries a verb alone, pressed by somebody in a delivery of its own."""
    value = {"action": {"type": "Action.Execute", "verb": verb, "data": {"verb": verb}}, "trigger": "manual"}
    extra = {"name": "adaptiveCard/action", "value": value}
    return _request(_activity("invoke", number, entra, service_url) | extra, token)


def _activity(kind: str, number: int, entra: str, service_url: str) -> dict[str, Any]:
    return {
        "type": kind,
        "id": f"f:{number:016d}",
        "timestamp": datetime(2026, 12, 1, tzinfo=UTC).isoformat(),
        "serviceUrl": service_url,
        "channelId": "msteams",
        "from": {"id": f"29:{entra}", "name": "Somebody", "aadObjectId": entra},
        "conversation": {"conversationType": "personal", "tenantId": TENANT_ID, "id": f"a:{entra}"},
        "recipient": {"id": f"28:{APP_ID}", "name": "Learning space"},
        "entities": [{"locale": "en-GB", "country": "GB", "platform": "Web", "type": "clientInfo"}],
        "channelData": {"tenant": {"id": TENANT_ID}},
        "locale": "en-GB",
    }


def _request(activity: dict[str, Any], token: str) -> bytes:
    body = json.dumps(activity).encode()
    head = (
        "POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _base64(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
