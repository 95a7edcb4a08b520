"""Whether the framework file is the one the bot last ran with; if not, the QA lead hears what differs (E66)."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from assurance.notify.tell_all import tell_all
from policy.calendar.calendar import Calendar
from policy.council.actor import Actor
from policy.framework.framework import Framework
from storage.council import history, meta
from storage.engine.session import Session

CHANGED = "E66"
KNOWN = "framework"
"""The fact that holds the version and the parts' digests of the file the bot last ran with."""
SERVICE = Actor.system("service")


def note_framework(session: Session, framework: Framework, *, by: str, now: datetime) -> tuple[str, ...]:
    """The parts of the file that differ from the last one, noted and told; empty when it is the same, or the first.

    `by` says who started the bot with it, as far as the machine knows; who edited the file it cannot know. What an
    edition of the bot adds to the file by itself counts as a difference too, for it takes effect all the same.
    """
    parts = digests(framework)
    before = json.loads(meta.get(session, KNOWN, "{}"))
    known = before.get("parts", {})
    differ = tuple(part for part in sorted({*parts, *known}) if parts.get(part) != known.get(part))
    if not differ:
        return ()
    meta.save(session, KNOWN, json.dumps({"version": framework.version, "parts": parts}))
    if not known:
        return ()
    detail = {"version": framework.version, "before": before["version"], "parts": list(differ), "by": by}
    history.append(session, at=now, actor=SERVICE, verb="framework_changed", subject="framework", detail=detail)
    step = f"{Calendar.of(framework).local_date(now).isoformat()}-{_seal(parts)[:8]}"
    tell_all(session, framework, CHANGED, subject="framework", step=step, facts=detail, now=now)
    return differ


def digests(framework: Framework) -> dict[str, str]:
    """Each part of the file and a short seal of what it says; `version` is left out, it is said by itself."""
    data = framework.model_dump(mode="json")
    return {part: _seal(value)[:16] for part, value in data.items() if part not in ("version", "source")}


def _seal(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
