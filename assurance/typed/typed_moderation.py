"""A moderation answered by typing: which of its three forms is asked now, and each one opened, saved and stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from assurance.common.refusals import Refused
from assurance.moderation.moderate import book, grade, record
from assurance.moderation.moderation_drafts import BOOKING, FORM, TALK, WHILE, is_over, load_draft, save_page
from assurance.moderation.moderation_view import ModerationView, build, context_of, own
from policy.council.actor import Actor
from policy.forms.forms import check_form
from policy.framework.framework import Framework
from storage.casework import moderations
from storage.casework.moderations import GRADED, SELECTED, Moderation
from storage.engine.session import Session

FORMS = (FORM, BOOKING, TALK)


class NothingAsked(Refused):
    """Nothing is asked about this moderation now.

    `detail` is `STALE` when that is because the form of the learning space has changed.
    """


STALE = "stale"


@dataclass(frozen=True, slots=True)
class ModerationSent:
    """What came of sending one of its forms."""

    state: Literal["stored", "changed", "over"]
    """`over`: it was stored before, or is asked no longer."""
    view: ModerationView
    """How it stands now; with `changed` the page to look at again."""


def by_token_or_reference(session: Session, about: str) -> Moderation | None:
    """The moderation behind a card's token or a typed reference, or None."""
    return moderations.by_token(session, about) or moderations.by_reference(session, about)


def form_asked(session: Session, moderation: Moderation) -> str:
    """The form its moderator is at: their own view, then a day for the talk, then what was said.

    A talk that was opened to be written down comes before a day for it. Raises NothingAsked.
    """
    if is_over(moderation):
        raise NothingAsked(moderation.reference, STALE)
    if moderation.state == SELECTED:
        return FORM
    if moderation.state not in WHILE[TALK]:
        raise NothingAsked(moderation.reference)
    if moderation.state == GRADED and not moderation.booked_on and load_draft(session, moderation, TALK) is None:
        return BOOKING
    return TALK


def waits_to_be_typed(session: Session, moderation: Moderation, today: date) -> bool:
    """Whether there is something to answer now: not while a talk is still to come, nor once it is written down."""
    try:
        form = form_asked(session, moderation)
    except NothingAsked:
        return False
    if form != TALK or load_draft(session, moderation, TALK) is not None:
        return True
    return moderation.state == GRADED and moderation.booked_on is not None and moderation.booked_on <= today


def looks_at(form: str) -> Callable[..., ModerationView]:
    """How one of the forms is looked at."""

    def look(session: Session, framework: Framework, token: str, *, actor: Actor, now: datetime) -> ModerationView:
        """As it stands, for its moderator alone, changing nothing. Raises NotFound, NotYours, NothingAsked."""
        moderation, item = own(session, token, actor)
        if is_over(moderation):
            raise NothingAsked(moderation.reference, STALE)
        booked = form == BOOKING and moderation.booked_on is not None
        if moderation.state not in WHILE[form] or booked:
            raise NothingAsked(moderation.reference)
        first = framework.form(form).steps[0].key
        return build(session, framework, moderation, item, actor=actor, now=now, page=first)

    return look


def saves(form: str) -> Callable[..., ModerationView]:
    """How a page of one of the forms is saved. Nothing is stored by that: storing is `send_moderation`."""
    look = looks_at(form)

    def save(
        session: Session,
        framework: Framework,
        token: str,
        *,
        actor: Actor,
        step: str,
        raw: Mapping[str, object],
        move: str,
        now: datetime,
    ) -> ModerationView:
        """One page. Raises what looking at it raises."""
        seen = look(session, framework, token, actor=actor, now=now)
        saved = save_page(
            session,
            framework,
            seen.moderation,
            framework.form(form),
            context=seen.context,
            step=step,
            raw=raw,
            move_to=move,
            version=None,
            now=now,
        )
        shown: dict[str, Any] = saved.shown
        return build(session, framework, seen.moderation, seen.item, actor=actor, now=now, page=step, **shown)

    return save


def send_moderation(
    session: Session, framework: Framework, token: str, *, actor: Actor, form: str, version: int, now: datetime
) -> ModerationSent:
    """Store the form that was read as `version`, whole or not at all. A second time changes nothing.

    Raises NotFound, NotYours.
    """
    moderation, item = own(session, token, actor)
    if form not in FORMS or moderation.state not in WHILE[form] or is_over(moderation):
        return ModerationSent("over", build(session, framework, moderation, item, actor=actor, now=now))
    draft = load_draft(session, moderation, form)
    if draft is None:
        return ModerationSent("over", build(session, framework, moderation, item, actor=actor, now=now))
    checked = check_form(framework.form(form), draft.answers, context_of(framework, item, now), framework)
    if draft.version != version or checked.missing:
        page, problems = next(iter(checked.missing.items()), (framework.form(form).steps[0].key, {}))
        view = build(session, framework, moderation, item, actor=actor, now=now, page=page, problems=problems)
        return ModerationSent("changed", view)
    store = _STORES[form]
    return ModerationSent("stored", store(session, framework, moderation, item, checked.answers, actor=actor, now=now))


_STORES: Mapping[str, Callable[..., ModerationView]] = {FORM: grade, BOOKING: book, TALK: record}
