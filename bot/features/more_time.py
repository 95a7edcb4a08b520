"""More time in conversation: asked, decided, held; the preview, and the freeze that stops the clock."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assurance.common.more_time_refusals import (
    AskedAlready,
    DecidedAlready,
    ExtendedAlready,
    FreezeStands,
    HeldAlready,
    NoFreeze,
    NoLaterDate,
    NothingToHold,
    OnlyQaLead,
    TooLateToAsk,
)
from assurance.common.refusals import NotFound
from assurance.escalation.freeze import freeze, freeze_state, unfreeze
from assurance.escalation.hold_step import HoldRefused
from assurance.escalation.hold_steps import hold_steps
from assurance.escalation.preview import MOST_LISTED, Preview, as_facts, preview, preview_one
from assurance.forms.save_step import STAY
from assurance.more_time.ask_more_time import RequestForm, ask, request_form
from assurance.more_time.decide_more_time import (
    DecisionMade,
    Declining,
    agree_request,
    decline_request,
    read_decision,
    see_request,
)
from bot.pressed import word
from dialogs.forms.form_card import FORM_CHANGED, answers_in, asks_all, form_message
from dialogs.kit.message import Message
from dialogs.more_time import deciding, discretion, more_time
from policy.council.actor import Actor
from policy.forms.forms import Problem
from policy.lifecycle.reference import LEARNING_SPACE
from storage.casework import learning_spaces
from storage.casework import more_time as more_time_rows
from storage.casework.more_time import EXCLUSION, EXTENSION

if TYPE_CHECKING:
    from assurance.common.refusals import Refused
    from bot.conversation import Conversation
    from bot.features import Handler
    from dialogs.understand.understanding import Intent
    from policy.council.establishment import Person

Data = Mapping[str, Any]


def presses(talk: Conversation) -> dict[str, Handler]:
    """The verbs of this feature's cards."""
    desk = _Desk(talk)
    return {
        "more_time": desk.want_extension,
        "want_exclusion": desk.want_exclusion,
        "ask_extension": desk.ask_extension,
        "ask_exclusion": desk.ask_exclusion,
        "see_request": desk.see,
        "agree_request": desk.agree,
        "decline_request": desk.decline,
        "read_decision": desk.read_why,
        "preview": desk.preview,
        "hold": desk.hold,
        "freeze": desk.freeze,
        "unfreeze": desk.unfreeze,
    }


def answer(talk: Conversation, person: Person, intent: Intent) -> Awaitable[Message] | None:
    """'extension', 'preview', 'hold LS-...', 'agree LS-...', 'freeze' and 'unfreeze'."""
    desk = _Desk(talk)
    match intent.kind:
        case "more_time":
            return desk.typed_extension(person, intent.reference)
        case "hold" | "preview" if intent.reference:
            return desk.hold_one(person, intent.reference)
        case "hold" | "preview":
            return desk.preview(person, {}, False)
        case "freeze" | "unfreeze":
            return desk.confirm_freeze(person, on=intent.kind == "freeze", named=intent.reference)
        case "decide":
            return desk.typed_decision(person, intent.reference)
    return None


def refused(talk: Conversation, refused: Refused, person: Person) -> Message | None:
    """Every refusal of this feature, with what remains possible."""
    today, framework = talk.today(), talk.framework
    match refused:
        case TooLateToAsk():
            return more_time.too_late_message(refused, today)
        case AskedAlready():
            return more_time.asked_already_message(refused, framework)
        case ExtendedAlready():
            return more_time.extended_already_message(refused, today)
        case NoLaterDate():
            return more_time.no_later_date_message(refused, today)
        case DecidedAlready():
            return more_time.decided_already_message(refused, framework)
        case HeldAlready():
            return discretion.held_already_message(refused, today)
        case NothingToHold():
            return discretion.nothing_to_hold_message(refused.subject)
        case OnlyQaLead():
            return discretion.only_qa_lead_message()
        case FreezeStands():
            return discretion.freeze_stands_message(refused, today)
        case NoFreeze():
            return discretion.no_freeze_message()
    return None


class _Desk:
    """The handlers, for one conversation."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk

    # -- asking -------------------------------------------------------------------------------------------------------

    async def want_extension(self, person: Person, data: Data, in_dialog: bool) -> Message:
        """Pressed on a page of the form, what was typed there is kept first. What cannot be kept is shown again."""
        if word(data, "step"):
            view = await self._talk.save_page(person, data, STAY)
            if view.problems or view.overtaken or view.form_changed:
                return form_message(view, self._talk.framework, in_dialog=in_dialog)
        return await self._form(person, word(data, "ref"), EXTENSION, in_dialog)

    async def want_exclusion(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._form(person, word(data, "ref"), EXCLUSION, in_dialog)

    async def ask_extension(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._ask(person, data, EXTENSION, in_dialog)

    async def ask_exclusion(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return await self._ask(person, data, EXCLUSION, in_dialog)

    async def typed_extension(self, person: Person, reference: str) -> Message:
        """With a reference that one; without, the only one there is, or which of them."""
        items = await self._talk.db.read(learning_spaces.waiting_for, person.id)
        if reference:
            items = [item for item in items if item.reference == reference]
            if not items:
                raise NotFound(reference)
        if len(items) == 1:
            return await self._form(person, items[0].token, EXTENSION, False)
        return more_time.which_message(items, self._talk.today())

    async def _form(self, person: Person, token: str, kind: str, in_dialog: bool) -> Message:
        talk = self._talk
        form = await self._read(request_form, token, person, kind=kind)
        return more_time.request_message(form, talk.framework, in_dialog=in_dialog)

    async def _ask(self, person: Person, data: Data, kind: str, in_dialog: bool) -> Message:
        talk, raw = self._talk, answers_in(data)
        if not asks_all(talk.framework.form(kind), raw):  # nothing is asked with less than they wrote
            form = await self._read(request_form, word(data, "ref"), person, kind=kind)
            return more_time.request_message(
                replace(form, answers=raw), talk.framework, note=FORM_CHANGED, in_dialog=in_dialog
            )
        made = await talk.write(ask, word(data, "ref"), person, kind=kind, raw=raw)
        if isinstance(made, RequestForm):
            return more_time.request_message(made, talk.framework, in_dialog=in_dialog)
        talk.wake()
        return more_time.asked_message(made, talk.framework, talk.today())

    # -- deciding -----------------------------------------------------------------------------------------------------

    async def see(self, person: Person, data: Data, in_dialog: bool) -> Message:
        view = await self._read(see_request, word(data, "ref"), person)
        return deciding.request_view_message(view, self._talk.framework, self._talk.today())

    async def typed_decision(self, person: Person, reference: str) -> Message:
        """'agree LS-...', 'decline LS-...', 'read why LS-...': the last request about it, with the buttons that decide.

        Whoever asked, and was declined, reads why.
        """
        asked = await self._talk.db.read(more_time_rows.of, reference)
        if not asked:
            raise NotFound(reference)
        if asked[-1].because and asked[-1].asked_by == person.id:
            return await self.read_why(person, {"ref": asked[-1].token}, False)
        return await self.see(person, {"ref": asked[-1].token}, False)

    async def agree(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return self._decided(await self._talk.write(agree_request, word(data, "ref"), person))

    async def decline(self, person: Person, data: Data, in_dialog: bool) -> Message:
        """Without a reason nothing is declined: the card comes back, with its box."""
        talk = self._talk
        made = await talk.write(decline_request, word(data, "ref"), person, raw=answers_in(data))
        if isinstance(made, Declining):
            return deciding.declining_message(made, talk.framework, talk.today())
        return self._decided(made)

    def _decided(self, made: DecisionMade) -> Message:
        self._talk.wake()
        return deciding.decided_message(made, self._talk.framework, self._talk.today())

    async def read_why(self, person: Person, data: Data, in_dialog: bool) -> Message:
        view = await self._read(read_decision, word(data, "ref"), person)
        return deciding.reason_message(view, self._talk.today())

    # -- the discretion -----------------------------------------------------------------------------------------------

    async def preview(self, person: Person, data: Data, in_dialog: bool) -> Message:
        """A page of it; what was ticked and answered on the page before comes along."""
        answers = answers_in(data)
        ticked = discretion.Ticked.read(data.get("step"))
        if not (chosen := str(answers.pop(discretion.ITEM, "") or "")):
            return await self._preview(person, ticked, answers=answers)
        seen = await self._seen(person)
        named = {one.token: one.reference for one in seen.coming}
        here = [named[one] for one in chosen.split(",") if one in named]
        kept = tuple(dict.fromkeys((*ticked.references, *here)))
        if len(kept) > discretion.MOST_KEPT:
            back = discretion.Ticked(max(0, ticked.at - MOST_LISTED), ticked.references)
            return self._shown(seen, back, answers={**answers, discretion.ITEM: chosen}, note=discretion.TOO_MANY)
        return self._shown(seen, discretion.Ticked(ticked.at, kept), answers=answers)

    async def hold_one(self, person: Person, reference: str, **shown: Any) -> Message:
        """'hold LS-...': the next escalation of that one, whatever its day."""
        talk = self._talk
        if not reference.startswith(f"{LEARNING_SPACE}-"):
            return discretion.not_held_message(reference)
        seen = await self._read(preview_one, reference, person)
        return discretion.hold_one_message(seen, as_facts(seen)[0], talk.framework, talk.today(), **shown)

    async def _seen(self, person: Person) -> Preview:
        talk = self._talk
        seen: Preview = await talk.db.read(preview, talk.framework, actor=Actor.person(person.id), now=talk.clock.now())
        return seen

    async def _preview(self, person: Person, ticked: discretion.Ticked, **shown: Any) -> Message:
        return self._shown(await self._seen(person), ticked, **shown)

    def _shown(self, seen: Preview, ticked: discretion.Ticked, *, note: str = "", **entered: Any) -> Message:
        if ticked.at >= len(seen.coming):  # some have gone out or come in since
            ticked = replace(ticked, at=0)
        asked = discretion.Holding(as_facts(seen, at=ticked.at), len(seen.coming), ticked, **entered)
        return discretion.preview_message(seen, asked, self._talk.framework, self._talk.today(), note=note)

    async def hold(self, person: Person, data: Data, in_dialog: bool) -> Message:
        """All that is ticked, on this page and on others. Nothing ticked, or something missing, shows it again."""
        talk, answers = self._talk, answers_in(data)
        alone, ticked = word(data, "ref"), discretion.Ticked.read(data.get("step"))
        here = str(answers.get(discretion.ITEM) or "")
        chosen = alone or ",".join((*ticked.references, here)).strip(",")
        if not chosen:
            wrong = {"reason": Problem("required")} if not answers.get("reason") else {}
            return await self._preview(person, ticked, answers=answers, problems=wrong, note=discretion.CHOOSE_ONE)
        made = await talk.write(hold_steps, chosen, person, raw=answers)
        if isinstance(made, HoldRefused):
            shown = {"answers": {**made.answers, discretion.ITEM: here}, "problems": made.problems}
            return await (self.hold_one(person, alone, **shown) if alone else self._preview(person, ticked, **shown))
        talk.wake()
        return discretion.holds_made_message(made, talk.framework, talk.today())

    # -- the freeze ---------------------------------------------------------------------------------------------------

    async def confirm_freeze(self, person: Person, *, on: bool, named: str = "") -> Message:
        """`named` is a learning space typed behind the word, as if one alone could be stopped."""
        talk = self._talk
        state = await talk.db.read(freeze_state, talk.framework, actor=Actor.person(person.id), now=talk.clock.now())
        if on and state.since is not None:
            raise FreezeStands(state.since)
        if not on and state.since is None:
            raise NoFreeze("pauses")
        return discretion.freeze_message(state, talk.today(), named=named)

    async def freeze(self, person: Person, data: Data, in_dialog: bool) -> Message:
        return discretion.frozen_message(await self._talk.write(freeze, "", person))

    async def unfreeze(self, person: Person, data: Data, in_dialog: bool) -> Message:
        state = await self._talk.write(unfreeze, "", person)
        self._talk.wake()
        return discretion.unfrozen_message(state)

    async def _read(self, query: Any, subject: str, person: Person, **facts: Any) -> Any:
        talk = self._talk
        return await talk.db.read(
            query, talk.framework, subject, actor=Actor.person(person.id), now=talk.clock.now(), **facts
        )
