"""What stands between this installation and a day's work, in words an administrator can act on."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from assurance.channels.channel_choice import can_be_written_to
from assurance.establishment.council_kind import kind_of
from bot.checks import Check, State
from bot.credential import credential_ends
from policy.calendar.calendar import Calendar
from storage.contact import channels
from storage.council import anchor, establishment, heartbeats, history, meta

if TYPE_CHECKING:
    from bot.edge import Addresses, Outbound
    from bot.network.client import HttpClient
    from bot.settings import Settings
    from policy.council.establishment import Establishment, Post
    from policy.framework.framework import Framework
    from storage.engine.database import Session

MOST_NAMED = 6
QUIET = timedelta(minutes=5)


def machine() -> Iterator[Check]:
    """Python and Node."""
    version = platform.python_version()
    fine = sys.version_info >= (3, 11)
    yield Check("Python", "ok" if fine else "problem", version if fine else f"{version}; 3.11 or newer is needed.")
    node = shutil.which("node")
    if node is None:
        yield Check("Node", "note", "Not here; only `make run` and the browser tests want it (20 or newer).")
        return
    said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout.strip()
    old = not said.removeprefix("v").split(".")[0].isdigit() or int(said.removeprefix("v").split(".")[0]) < 20
    yield Check("Node", "note" if old else "ok", f"{said}; 20 or newer is wanted for `make run`." if old else said)


def reachable(session: Session, framework: Framework, *, now: datetime) -> Iterator[Check]:
    """Whether everybody a ladder may tell can be told."""
    council = establishment.current(session)
    if not council.people:
        yield Check("Council", "problem", "Nobody is loaded. Run: python -m bot import PATH (or demo).")
        return
    invented = " Everybody is invented." if kind_of(session, framework) == "demo" else ""
    counted = f"{len(council.people):,} people, {len(council.posts):,} posts, {len(council.cases):,} cases.{invented}"
    yield Check("Council", "ok", counted)
    yield from _qa_lead(council)
    yield from _vacant(council, framework, now)
    yield from _without_identity(session, council)
    yield from _cut_off(session, council)
    yield from _open_ladders(session, framework, now)


def _open_ladders(session: Session, framework: Framework, now: datetime) -> Iterator[Check]:
    """Of those, who stands in a ladder of open work now."""
    from assurance.digests.reachability import out_of_reach

    found = out_of_reach(session, framework, now=now)
    if found:
        names = ", ".join(f"{row.who} ({row.why}, {row.total} open)" for row in found)
        yield Check("Open ladders", "note", f"{len(found)} in them cannot be told: {names}.")
    else:
        yield Check("Open ladders", "ok", "Everybody in them can be told.")


def _qa_lead(council: Establishment) -> Iterator[Check]:
    """Everything that cannot be told to anyone else ends with the QA lead."""
    holders = [post for role in ("qa_lead", "qa_officer") for post in council.posts_of_role(role) if post.holder]
    if not holders:
        yield Check(
            "QA lead", "problem", "No QA lead or officer holds a post, so nobody hears what cannot be delivered."
        )
    elif not any(post.role == "qa_lead" for post in holders):
        yield Check("QA lead", "note", "The QA lead's post is vacant; the QA officers stand in.")


def _vacant(council: Establishment, framework: Framework, now: datetime) -> Iterator[Check]:
    told = {
        expression.rpartition(".")[2]
        for ladder in framework.ladders
        for step in ladder.steps
        for expression in (*step.tell, *step.copy_to)
    }
    today = Calendar.of(framework).local_date(now)
    rungs = [post for role in sorted(told) for post in council.posts_of_role(role) if not post.holder]
    alone = [post for post in rungs if not council.deputy_of(post.id, today)]
    if alone:
        names = _listed([f"{post.id} ({post.title})" for post in alone])
        yield Check(
            "Vacant posts",
            "note",
            f"{len(alone)} without a holder or a deputy: {names}. What they would be told goes to the QA lead. "
            "Import a deputy in cover, or a holder in posts.",
        )
    elif rungs:
        yield Check("Vacant posts", "ok", f"{len(rungs)}, each with a deputy.")
    else:
        yield Check("Vacant posts", "ok", "None that a ladder tells.")


def _without_identity(session: Session, council: Establishment) -> Iterator[Check]:
    """A bot can write first only to somebody whose Entra id it knows."""
    known = channels.states_of(session, "teams")
    held: list[Post] = [post for post in council.posts.values() if post.holder]
    unknown = sorted(
        {post.holder for post in held if post.role != "practitioner"}
        - {person.id for person in council.people.values() if person.entra_object_id}
        - known.keys()
        - {person.id for person in council.people.values() if can_be_written_to(session, person)}
    )
    if unknown:
        names = _listed([f"{council.people[person].name} ({person})" for person in unknown])
        yield Check(
            "Entra ids",
            "problem",
            f"{len(unknown)} post holders have none and have never written to the bot, so it cannot write to them: "
            f"{names}. Fill entra_object_id in the people file and import it again.",
        )
    else:
        yield Check("Entra ids", "ok", "Every holder of a managing post has one, or has written to the bot.")


def _cut_off(session: Session, council: Establishment) -> Iterator[Check]:
    states = channels.states_of(session, "teams")
    lost = [
        f"{council.people[person].name} ({state.state})"
        for person, state in sorted(states.items())
        if state.state not in ("reachable", "unknown") and person in council.people
    ]
    if lost:
        yield Check(
            "Out of reach",
            "note",
            f"{len(lost)}: {_listed(lost)}. Each has blocked or removed the app, or an administrator switched it off.",
        )


def pulse(session: Session, *, now: datetime) -> Iterator[Check]:
    """Whether a service has been at work on this database, and whether it is later now than then."""
    from assurance.self_check.health import clock_behind

    behind = clock_behind(history.newest_at(session), now=now)
    if behind:
        yield Check("Clock", "problem", behind)
    last = heartbeats.last(session, "sweep")
    if last is None:
        yield Check("Service", "note", "It has never run on this database. Start it: python -m bot serve")
    elif now - last.at > QUIET:
        yield Check("Service", "note", f"It last looked at {last.at:%Y-%m-%d %H:%M} UTC. Is it running?")
    else:
        yield Check("Service", "ok", "It is running.")


def sealed(session: Session, key: str) -> Iterator[Check]:
    """Whether anybody could tell if the whole history were written anew."""
    if not key:
        yield Check(
            "History",
            "note",
            "BOT_HISTORY_KEY is not set, so nobody could tell if the whole history were written anew. "
            "Set it to a long random text that is kept outside the database.",
        )
    elif wrong := anchor.problems(session, key):
        said = " ".join(wrong)
        yield Check("History", "problem", f"{said} If the key was changed on purpose: python -m bot verify --reseal")
    elif mark := meta.get(session, anchor.ANCHOR):
        yield Check("History", "ok", f"Sealed up to row {int(mark.partition(':')[0]):,}.")
    else:
        yield Check("History", "ok", "It will be sealed after the first whole check.")


async def line(settings: Settings, addresses: Addresses | None = None) -> list[Check]:
    """Whether every host answers, whether Entra gives a token, and whether the clock is right. Production only.

    Everything goes the way the service's own requests go: one session, one proxy, one set of authorities.
    """
    from bot.edge import Addresses, Outbound
    from bot.line import stations, why_not
    from bot.settings import SettingsError

    where = addresses or Addresses()
    try:
        outbound = await Outbound.open(settings, settings.clock(), addresses=where)
    except SettingsError as error:
        return [Check("Entra", "problem", str(error))]
    try:
        checks = list(_proxy(settings))
        for station in stations(settings, where):
            why = await why_not(outbound.http, station)
            state: State = "ok" if not why else "problem" if station.needed else "note"
            checks.append(Check(station.host, state, f"{why} Without it {station.without_it}." if why else "Answers."))
        return [*checks, await _keys(outbound.http, where), await _token(outbound), *_clock(outbound.http)]
    finally:
        await outbound.close()


def _proxy(settings: Settings) -> Iterator[Check]:
    proxies = settings.proxies()
    if proxies.proxy:
        but = f", but for {proxies.no_proxy} (NO_PROXY)" if proxies.no_proxy else ""
        yield Check("Proxy", "ok", f"All goes through {proxies.proxy.shown} (HTTPS_PROXY){but}.")


async def _keys(http: HttpClient, addresses: Addresses) -> Check:
    from bot.network.client import name_of
    from bot.teams.jwks import SigningKeys

    keys = SigningKeys(http, addresses.openid_metadata)
    await keys.warm()
    why = keys.problem()
    return Check(name_of(addresses.openid_metadata), "problem" if why else "ok", why or "Gives Microsoft's keys.")


async def _token(outbound: Outbound) -> Check:
    from bot.teams.tokens import NoToken

    try:
        await outbound.tokens.get()
    except NoToken as refusal:
        advice = (
            "Check BOT_APP_ID, BOT_TENANT_ID and the credential; a secret may have run out."
            if refusal.permanent
            else "Nothing can be sent without one."
        )
        return Check("Entra", "problem", f"It gave no token ({refusal.code}). {advice}")
    return Check("Entra", "ok", "It gives the bot a token.")


def _clock(http: HttpClient) -> Iterator[Check]:
    from bot.line import wrong_clock

    if http.seen.clocks():
        wrong = wrong_clock(http.seen)
        yield Check("Clock", "problem" if wrong else "ok", wrong or "As right as Microsoft's.")


def certificate(settings: Settings, *, now: datetime) -> Iterator[Check]:
    """How long the bot's certificate is still good for."""
    if settings.app_certificate is None:
        return
    from bot.mail.doctor import ends as says_when

    try:
        ends = credential_ends(settings)
    except (OSError, ValueError):
        yield Check("Certificate", "problem", f"{settings.app_certificate} is not a certificate in PEM form.")
        return
    if ends is not None:
        yield says_when("Certificate", ends, now=now)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else shown
