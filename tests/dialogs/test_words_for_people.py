"""What nobody outside the machine room should have to read: a command of the terminal, or the id of a post."""

from __future__ import annotations

import re

from dialogs.letters.letters import Letterhead, letter
from tests.dialogs import samples
from tests.dialogs.reading import text_of
from tests.dialogs.sample_facts import POST, proposal

TERMINAL = "python -m bot"
POST_ID = re.compile(r"\b(?:TM|SM|HOS|IRO|PDM|QA)-\d+\b")
"""How the sample posts are called in the sheets of their council."""


def test_the_ids_of_sample_posts_are_those_that_are_looked_for() -> None:
    ids = [POST.id, *(one.post for one in proposal().unserved), *(one.post for one in proposal().picks)]
    assert all(POST_ID.fullmatch(each) for each in ids)


def test_no_message_card_or_letter_names_a_terminal_command_or_the_id_of_a_post() -> None:
    telling = {}
    for name, message in samples.messages().items():
        sent = letter(message, subject="A message", head=Letterhead("Northmoor"))
        shown = text_of(message.card) if message.card else ""
        said = "\n".join([message.text, message.summary, shown, sent.text, sent.html])
        if TERMINAL in said or (found := POST_ID.findall(said)):
            telling[name] = found if TERMINAL not in said else TERMINAL
    assert not telling
