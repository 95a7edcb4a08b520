"""A text typed in the chat while a card with a text box is open: shown in the box, so that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from assurance.forms.form_view import FormView
from assurance.loop.loop_view import LoopView
from dialogs.forms import form_card
from dialogs.front_door.front_door import confused_message
from dialogs.loop import loop_card
from dialogs.moderation import moderation
from dialogs.understand.spoken_problems import say_heard
from dialogs.understand.understanding import Intent
from policy.forms.form_values import check_value
from policy.forms.forms import default_of, is_answered, visible_fields
from policy.framework.framework import Framework

if TYPE_CHECKING:
    from assurance.typed.open_text_page import OpenPage
    from assurance.typed.typed_view import View
    from dialogs.kit.message import Message

OFFERED = (
    "I put what you just typed into the first free text box of this step. It is kept once you go on or save."
    " To be asked one question at a time instead, type: type"
)
NO_ROOM = "I did not put what you just typed into this step."


def offered_message(page: OpenPage, framework: Framework, text: str) -> Message:
    """The open step again with the text in its first free text box. What breaks the guard is not shown again."""
    view = page.view
    fields = visible_fields(page.step, view.answers)
    boxes = [field for field in fields if field.kind == "text"]
    box = next((field for field in boxes if not is_answered(view.answers.get(field.key))), boxes[0])
    checked = check_value(box, text, view.context, framework)
    if checked.problem and checked.problem.code.startswith("identifier:"):
        return confused_message(Intent("unknown", hint="details"))
    if checked.problem or checked.value is None:
        why = f" {say_heard(checked.problem, box, text, view.context)}" if checked.problem else ""
        return _shown(view, framework, NO_ROOM + why, {})
    usual = {field.key: default_of(field, view.context) for field in fields if field.key not in view.answers}
    entered = {**{key: value for key, value in usual.items() if value}, box.key: checked.value}
    return _shown(view, framework, OFFERED, entered)


def _shown(view: View, framework: Framework, note: str, entered: Mapping[str, Any]) -> Message:
    """The page once more, with this in its boxes."""
    match view:
        case FormView():
            return form_card.step_message(replace(view, entered=entered), framework, note=note)
        case LoopView():
            return loop_card.step_message(replace(view, entered=entered), framework, note=note)
        case _:
            return moderation.moderation_message(replace(view, entered=entered), framework, note=note)
