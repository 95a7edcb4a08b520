"""What the desk shows of the bot: the council, who heard what, what somebody has in hand. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from assurance.digests.gather import digests_ahead
from assurance.learning_space.remind_unbegun import reminders_ahead
from bot.local.promised import promised
from bot.local.spoken import desk_id, event_title, name_of, role_words, says
from storage.casework import actions, learning_spaces, loops, moderations
from storage.contact import channels
from storage.council import establishment as establishments
from storage.reads import upcoming

if TYPE_CHECKING:
    from policy.council.establishment import Establishment, Person
    from policy.framework.framework import Framework
    from storage.engine.database import Session
    from storage.outbox.notices import Notice

Json = dict[str, Any]
TEAMS = "teams"
MOST_ROWS = 500
"""Rows of the timeline in one answer."""


def council_view(session: Session, framework: Framework) -> Json:
    """Everybody of the council with their posts, leaders first, as the establishment lists them."""
    council = establishments.current(session)
    states = channels.states_of(session, TEAMS)
    titles = {role.key: role.title for role in framework.roles}
    functions = {function.key: function.title for function in framework.functions}
    return {
        "council": framework.council.name,
        "people": [
            _person(council, person, titles, functions) | _channel(states.get(person.id))
            for person in council.people.values()
        ],
    }


def _person(council: Establishment, person: Person, titles: dict[str, str], functions: dict[str, str]) -> Json:
    return {
        "id": desk_id(council, person.id),
        "person": person.id,
        "name": person.name,
        "email": person.email,
        "posts": [
            {
                "post": post.id,
                "title": post.title,
                "role": post.role,
                "role_title": titles.get(post.role, post.role),
                "function": functions.get(post.function, post.function),
                "team": post.team,
            }
            for post in council.posts_held_by(person.id)
        ],
    }


def _channel(state: channels.ChannelState | None) -> Json:
    return {"channel": state.state if state else "unknown"}


def next_view(session: Session, framework: Framework, now: datetime) -> Json | None:
    """The next instant at which something is known to fall due, in words; None when nothing is."""
    ahead = [
        *upcoming.next_instants(session, now),
        *digests_ahead(session, framework, now),
        *reminders_ahead(session, framework, now),
    ]
    if not ahead:
        return None
    at = min(one.at for one in ahead)
    what = "; ".join(_what(one) for one in ahead if one.at == at)
    return {"at": at.isoformat(), "says": says(at), "what": what}


def _what(ahead: upcoming.Ahead) -> str:
    one, many = _KINDS[ahead.kind]
    return one if ahead.count == 1 else f"{ahead.count} {many}"


_KINDS = {
    "learning_space": ("A learning space reaches its next step", "learning spaces reach their next step"),
    "action": ("An action reaches its next step", "actions reach their next step"),
    "loop": ("A closing of the loop reaches its next step", "closings of the loop reach their next step"),
    "moderation": ("A moderation reaches its next step", "moderations reach their next step"),
    "red_flag": ("An immediate safety concern is asked about again", "immediate safety concerns are asked about again"),
    "notice": ("A message that waits for its hour goes out", "messages that wait for their hour go out"),
    "reminder": ("A reminder of what has not begun goes out", "reminders of what has not begun go out"),
    "morning": ("The morning message goes out", ""),
    "weekly": ("The numbers of the week go out", ""),
    "monthly": ("The numbers of the month go out", ""),
}


def timeline_view(session: Session, framework: Framework, after: int) -> Json:
    """Who heard what, by id, later than `after`; `settled` is the id up to which nothing changes any more."""
    council = establishments.current(session)
    rows = upcoming.settled(session, after, MOST_ROWS)
    waiting = upcoming.first_unsettled(session)
    last = rows[-1].id if rows else after
    return {
        "rows": [_row(framework, council, notice) for notice in rows],
        "settled": last if waiting is None else min(last, waiting - 1),
        "more": len(rows) == MOST_ROWS,
    }


def _row(framework: Framework, council: Establishment, notice: Notice) -> Json:
    at = notice.sent_at or notice.created_at
    return {
        "id": notice.id,
        "at": at.isoformat(),
        "says": says(at),
        "event": notice.event,
        "title": event_title(framework, notice.event),
        "step": notice.step,
        "subject": notice.subject,
        "person": desk_id(council, notice.recipient),
        "name": name_of(council, notice.recipient),
        "role": role_words(framework, notice.recipient_role),
        "channel": notice.channel,
        "urgent": notice.urgent,
        "state": notice.state,
        "reason": notice.reason,
        "repeat": notice.repeat,
    }


def items_view(session: Session, framework: Framework, references: list[str]) -> list[Json]:
    """The learning spaces of these references, each followed by the actions, the loop and the moderation it led to.

    A learning space that is owed comes with its `ladder`: who will be told what, and when, if nothing happens.
    """
    council = establishments.current(session)
    found: list[Json] = []
    for item in learning_spaces.by_references(session, references).values():
        own = _item(council, "learning_space", item.reference, item.state, item.due_on, item.person)
        found.append(own | {"ladder": promised(framework, council, item)})
        found += [
            _item(council, "action", action.reference, action.state, action.due_on, action.owner)
            for action in actions.of_subject(session, item.reference)
        ]
        loop = loops.of_subject(session, item.reference)
        if loop is not None:
            due_on = loop.reaudit_due_on or loop.return_by
            found.append(_item(council, "loop", loop.reference, loop.state, due_on, loop.practitioner))
            again = learning_spaces.by_reference(session, loop.reaudit_reference) if loop.reaudit_reference else None
            if again is not None:
                re_audit = _item(council, "re_audit", again.reference, again.state, again.due_on, again.person)
                found.append(re_audit | {"ladder": promised(framework, council, again)})
        moderation = moderations.of_subject(session, item.reference)
        if moderation is not None:
            found.append(
                _item(council, "moderation", moderation.reference, moderation.state, None, moderation.moderator)
            )
    return found


def person_of(session: Session, wanted: str) -> str:
    """Our id of the person the desk knows by that id; empty for nobody."""
    council = establishments.current(session)
    if wanted in council.people:
        return wanted
    return next((one.id for one in council.people.values() if one.entra_object_id == wanted), "")


def _item(council: Establishment, kind: str, reference: str, state: str, due_on: Any, owner: str) -> Json:
    return {
        "reference": reference,
        "kind": kind,
        "state": state,
        "due_on": due_on.isoformat() if due_on else None,
        "owner": desk_id(council, owner),
        "owner_name": name_of(council, owner),
    }
