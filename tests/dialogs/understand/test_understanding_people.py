"""The typed commands about people: one learning space, what to do with it, and for whom."""

from __future__ import annotations

from datetime import date

import pytest

from dialogs.understand.understanding import Intent, understand

REFERENCE = "LS-2026Q3-014"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (f"reflect {REFERENCE}", Intent("reflect", reference=REFERENCE)),
        (f"Result {REFERENCE.lower()}", Intent("result", reference=REFERENCE)),
        (f"release {REFERENCE}!", Intent("release", reference=REFERENCE)),
        (f"reassign {REFERENCE}", Intent("reassign", reference=REFERENCE)),
        (f"Reassign {REFERENCE} to p-manager-2", Intent("reassign", reference=REFERENCE, person="p-manager-2")),
        (f"reassign {REFERENCE} to Siân O'Brien", Intent("reassign", reference=REFERENCE, person="siân obrien")),
        ("action CL-2026Q3-003", Intent("set_action", reference="CL-2026Q3-003")),
        ("Set an action MO-2026Q3-004", Intent("set_action", reference="MO-2026Q3-004")),
        ("action AC-2026Q3-031", Intent("open", reference="AC-2026Q3-031")),
        ("reachability", Intent("reachability")),
        ("Who can't be reached?", Intent("reachability")),
        ("everything of Gethin to Priya Fernhollow", Intent("everything", wanted="gethin", person="priya fernhollow")),
        ("Give all the work from p-1 over to p-2 please", Intent("everything", wanted="p-1", person="p-2")),
        ("everything of Gethin Gorsedale", Intent("everything", wanted="gethin gorsedale")),
        ("everything is late", Intent("unknown")),
        (f"what is the result of {REFERENCE}", Intent("open", reference=REFERENCE)),
    ],
)
def test_a_command_about_people_is_understood(typed: str, meant: Intent) -> None:
    assert understand(typed, date(2026, 12, 3)) == meant


def test_a_long_text_that_begins_like_a_command_is_no_command() -> None:
    assert understand(f"reassign {REFERENCE} to " + "word " * 60, date(2026, 12, 3)).person == ""
