"""How closing the loop, an action and a second look stand for one person, by header facts alone (domain 4.2)."""

from __future__ import annotations

from dataclasses import replace

from assurance.access.loop_people import may_authorise
from assurance.access.may_see import right_on_loop, right_on_moderation
from assurance.actions.action_view import may_read
from assurance.cards.how_it_stands import Begun, Look, Present
from assurance.loop.loop_view import actions_of, fills_in, form_for, load_draft
from assurance.moderation.moderation_view import seats_of
from policy.council.visibility import Right
from policy.forms.forms import visible_steps
from storage.casework import actions, learning_spaces, loops, moderations
from storage.casework.loops import Loop
from storage.casework.moderations import CLOSED, DISPUTED

FILLED_IN = ("open", "met", "returned_for_change")
"""States of a loop whose form is still wanted."""


def loop_stands(look: Look, reference: str) -> Present:
    """A loop by its state, and who brought it there."""
    loop = loops.by_reference(look.session, reference)
    item = learning_spaces.by_reference(look.session, loop.subject) if loop else None
    if loop is None or item is None:
        return Present("gone", reference)
    by, at = "", None
    match loop.state:
        case "submitted":
            by, at = loop.filled_by, loop.submitted_at
        case "authorised" | "with_qa" | "re_audit_due":
            by, at = loop.authorised_by, loop.authorised_at
        case "closed":
            at = loop.closed_at
    name, yours = look.by(by)
    fills = fills_in(look.framework, look.session, loop, item, look.person, look.today)
    decides = loop.state == "submitted" and may_authorise(
        look.framework, look.establishment, loop, item, look.person, look.today
    )
    opens = fills or (
        right_on_loop(look.session, look.framework, look.establishment, loop, item, person=look.person, on=look.today)
        >= Right.READ
    )
    return Present(
        "loop",
        reference,
        loop.state,
        loop.token if opens and loop.is_open else "",
        due_on=loop.return_by if loop.state in FILLED_IN else None,
        by=name,
        yours=yours,
        at=at,
        begun=_begun(look, loop) if fills else None,
        finished=not loop.is_open or not (fills or decides or loop.state in ("with_qa", "re_audit_due")),
    )


def _begun(look: Look, loop: Loop) -> Begun | None:
    draft = load_draft(look.session, loop)
    if draft is None or not draft.version:
        return None
    item = learning_spaces.by_reference(look.session, loop.subject)
    form = form_for(look.framework, actions_of(look.session, item) if item else ())
    return begun_at(draft.step, [one.key for one in visible_steps(form, draft.answers)], Begun(draft.updated_at))


def begun_at(step: str, asked: list[str], begun: Begun) -> Begun:
    """With the step a form was left at; the review comes after the last."""
    number = asked.index(step) + 1 if step in asked else 1 if step else len(asked) + 1
    return replace(begun, step=number, of=len(asked) + 1)


def action_stands(look: Look, reference: str) -> Present:
    """An action: whose, by when, how far."""
    action = actions.by_reference(look.session, reference)
    if action is None:
        return Present("gone", reference)
    own = action.owner == look.person
    opens = action.is_open and may_read(
        look.session, look.framework, look.establishment, action, look.person, now=look.now
    )
    return Present(
        "action",
        reference,
        action.state,
        action.token if opens else "",
        who="" if own or not action.owner else look.name(action.owner),
        due_on=action.due_on,
        late=action.due_on < look.today,
        yours=own,
        at=action.closed_at,
        finished=not opens,
    )


def second_look_stands(look: Look, reference: str) -> Present:
    """A moderation: how far, and with whom."""
    found = moderations.by_reference(look.session, reference)
    item = learning_spaces.by_reference(look.session, found.subject) if found else None
    if found is None or item is None:
        return Present("gone", reference)
    own = found.moderator == look.person
    over = found.state == CLOSED
    seats = seats_of(look.session, look.framework, found, item, now=look.now) if found.state == DISPUTED else {}
    says = any(look.person in seat for seat in seats.values())
    right = right_on_moderation(
        look.framework, look.establishment, found, item, person=look.person, has_a_say=says, on=look.today
    )
    return Present(
        "second_look",
        reference,
        found.state,
        found.token if right >= Right.READ and not over else "",
        who="" if own or not found.moderator else look.name(found.moderator),
        yours=own,
        at=found.closed_at,
        finished=over or not (own or says),
    )
