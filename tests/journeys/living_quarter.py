"""A whole quarter of the demo council: people who act on what they were told, some of them late, and the proof after.

Everything anyone does here begins with a message that reached them, as in life. Which of them is late, asks for more
time or judges a case inadequate is drawn from a fixed seed, in the shares of domain 5.5.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from assurance.actions.update_action import update_action
from assurance.allocation.approve_allocation import approve_allocation, withdraw_allocation
from assurance.allocation.propose_allocation import propose_allocation
from assurance.channels.receive_mail import (
    begin_reading,
    finish_reading,
    keep_mail,
    mail_to_read,
    settle_mail,
    unclear_mail,
)
from assurance.common.courier import CourierResult
from assurance.establishment.demo_council import demo_council
from assurance.establishment.import_establishment import read_establishment
from assurance.forms.open_form import open_form
from assurance.learning_space.reassign import reassign
from assurance.learning_space.reopen import reopen
from assurance.learning_space.take_back import take_back
from assurance.loop.loop_close import end_as_not_testable, record_result, stand_down
from assurance.loop.loop_decide import authorise_loop, send_loop_back
from assurance.moderation.moderate import look_again
from assurance.moderation.moderation_outcome import mark_stale
from assurance.moderation.moderation_view import seats_of
from assurance.more_time.ask_more_time import Asked, ask
from assurance.red_route.acknowledge import acknowledge
from assurance.self_check.upkeep import WORK, end_round, note
from assurance.self_check.verify import verify
from assurance.self_check.verify_item import Finding
from policy.council.actor import Actor
from policy.lifecycle.lifecycle import START
from storage.casework import actions, learning_spaces, loops, moderations
from storage.casework.learning_spaces import LearningSpace
from storage.casework.loops import Loop
from storage.casework.moderations import Moderation
from storage.engine.database import Database, Session
from tests.assurance.deciding import decide_request
from tests.assurance.forms_filled import fill_in, save, send_in
from tests.assurance.loops_filled import CONFIRM, fill_in_loop, save_page, send_in_loop
from tests.journeys.living_council import LivingCouncil, Said, days, london, nine, shipped_framework
from tests.journeys.moderating import closed, graded, settled, talked

SEED = 20261001
STARTS, ENDS = date(2026, 10, 1), date(2026, 12, 31)
SHARE = (("good", 47), ("requires_improvement", 38), ("outstanding", 8), ("inadequate", 7))
"""Of every hundred learning spaces (domain 5.5)."""

Act = Callable[[], None]


class LivingQuarter(LivingCouncil):
    """Days pass; whoever is told something does it on the day they mean to."""

    def __init__(self, database: Database) -> None:
        framework = shipped_framework()
        people = read_establishment(framework, demo_council(framework, on=STARTS))
        super().__init__(database, now=london("2026-10-01 08:00"), establishment=people)
        self.people = people
        self.chance = Random(SEED)
        self.diary: dict[date, list[Act]] = defaultdict(list)
        self.heard = 0
        self.seen: set[str] = set()
        """Learning spaces whose auditor has been told."""
        self.did: dict[str, int] = defaultdict(int)
        """What people did, and how often."""
        self.not_met = [post.holder for post in people.posts_of_role("practitioner")][::5]
        """Practitioners the bot has never had a word with."""
        (self.qa_lead,) = (post.holder for post in people.posts_of_role("qa_lead"))

    # -- the days -----------------------------------------------------------------------------------------------------

    def live(self, start: date, end: date) -> None:
        """Live from a day to a day: messages at nine, work at eleven, what came of it at three."""
        for day in days(start, end):
            self.when_the_service_looks(nine(day))
            self.now = nine(day) + timedelta(hours=2)
            self._read_messages()
            for act in self.diary.pop(day, []):
                act()
            self.when_the_service_looks(nine(day) + timedelta(hours=6))
            self._read_messages()

    def on(self, day: date, act: Act) -> None:
        """Put into somebody's diary: the day, or the next working day."""
        today = self.today
        self.diary[max(self.calendar.roll_forward(day), today + timedelta(days=1))].append(act)

    def in_days(self, working_days: int, act: Act) -> None:
        self.on(self.calendar.add_working_days(self.today, working_days), act)

    @property
    def today(self) -> date:
        return self.calendar.local_date(self.now)

    def write(self, use_case: Any, subject: str, by: str, **facts: Any) -> Any:
        """One use-case by one person, now."""
        return self.database.write_now(use_case, self.framework, subject, actor=Actor.person(by), now=self.now, **facts)

    def allocate(self, month: date) -> tuple[str, ...]:
        """The QA lead looks at the month twice: the first proposal is put aside, the second approved."""
        for again in (True, False):
            proposal = self.database.write_now(
                propose_allocation, self.framework, month=month, actor=Actor.person(self.qa_lead), now=self.now
            )
            if again and month == STARTS:
                self.write(withdraw_allocation, proposal.run_id, self.qa_lead)
        return self.write(approve_allocation, proposal.run_id, self.qa_lead).references

    def _read_messages(self) -> None:
        while self.heard < len(self.said):
            said = self.said[self.heard]
            self.heard += 1
            react = getattr(self, f"_on_{said.event.lower()}", None)
            if react:
                react(said)

    # -- the auditor --------------------------------------------------------------------------------------------------

    def _on_e1(self, said: Said) -> None:
        item = self.item(said.subject)
        if said.person != item.person or said.subject in self.seen:
            return
        self.seen.add(said.subject)
        number = len(self.seen)
        if number == 3:  # the one place where the QA lead finds that it was given in error
            self.in_days(2, lambda: self._take_back(said.subject))
        elif number % 33 == 5:
            self.in_days(4, lambda: self._ask(said.subject, "exclusion"))
        elif number % 20 == 7:
            self.in_days(6, lambda: self._ask(said.subject, "extension"))
        elif number % 40 == 11:
            self.in_days(3, lambda: self._hand_on(said.subject))
        else:
            self._plan(said.subject)

    _on_e3 = _on_e1

    def _on_e19(self, said: Said) -> None:
        if "auditor" in said.roles and said.person == self.item(said.subject).person:
            self._plan(said.subject)

    def _plan(self, reference: str) -> None:
        """Most are sent in before the day they are due, fifteen of a hundred after it."""
        item = self.item(reference)
        late = self.chance.random() < 0.15
        if late:
            away = self.chance.choice((1, 1, 2, 4, 8, 17))
            day = item.due_on + timedelta(days=away)
        else:
            day = item.due_on - timedelta(days=self.chance.randrange(0, 12))
        self.on(day, lambda: self._send(reference))

    def _send(self, reference: str) -> None:
        item = self.item(reference)
        if not item.is_open:
            return
        grade = self.chance.choices([key for key, _ in SHARE], [share for _, share in SHARE])[0]
        if item.parent_loop:
            grade = "good"
        risk = {"immediate_risk": "yes"} if len(self.seen) > 20 and not self.did["red route"] else {}
        doubt = {}
        if grade == "good" and self.chance.random() < 0.1:
            doubt = {"grade_assessment": "inadequate", "sure_why": "An old episode, put right since."}
        offered = [owner.key for owner in self.write(open_form, item.token, item.person).context.owners]
        view = fill_in(
            self.database,
            self.framework,
            item,
            now=self.now,
            date_held=self.today.isoformat(),
            action_1_owner="team_manager" if "team_manager" in offered else offered[0],
            action_1_by=(self.today + timedelta(days=28)).isoformat(),
            grade=grade,
            **doubt,
            **risk,
        )
        send_in(self.database, self.framework, item, version=view.version, now=self.now)
        self.did["red route"] += bool(risk)
        self.did[f"sent in: {grade}"] += 1

    def _ask(self, reference: str, kind: str) -> None:
        item = self.item(reference)
        new = self.calendar.roll_forward(item.due_on + timedelta(days=7)).isoformat()
        raw = (
            {"reason": "practitioner_away", "new_date": new}
            if kind == "extension"
            else {"reason": "conflict_of_interest"}
        )
        made = self.write(ask, item.token, item.person, kind=kind, raw=raw)
        assert isinstance(made, Asked), made.problems
        self.did[f"asked: {kind}"] += 1
        self._plan(reference)

    def _on_e8(self, said: Said) -> None:
        """Three of four heads decide; every fourth request is left lying until it expires."""
        made = str(said.facts["request"])
        turn = self.did["asked to decide"]
        self.did["asked to decide"] += 1
        if turn % 4 != 3:
            self.in_days(1, lambda: self._decide(said, made, agree=turn % 4 != 1))

    def _decide(self, said: Said, token: str, *, agree: bool) -> None:
        if self.item(said.subject).is_open:
            self.write(decide_request, token, said.person, agree=agree)

    # -- the QA lead --------------------------------------------------------------------------------------------------

    def _take_back(self, reference: str) -> None:
        self.write(take_back, reference, self.qa_lead, reason="given_in_error")

    def _hand_on(self, reference: str) -> None:
        """To the first manager outside the line who may take it."""
        item = self.item(reference)
        for post in self.people.posts.values():
            if post.role == "team_manager" and post.holder and post.function != item.case_function:
                self.write(reassign, reference, self.qa_lead, to=post.holder, reason="long_absence")
                self.did["handed on"] += 1
                return

    def put_right(self) -> None:
        """Two forms are opened once more: one is corrected, the other left until it lapses."""
        sent_in = [item for item in self.items() if item.grade == "good" and not item.moderation_flag]
        for number, item in enumerate(sent_in[-2:]):
            self.write(reopen, item.reference, self.qa_lead, reason="wrong_answer")
            if not number:
                self.in_days(2, lambda item=item: self._correct(item))

    def _correct(self, item: LearningSpace) -> None:
        raw = {"grade": "good", "impact": "good", "grade_reasons": "Clear plan, seen through to its end."}
        view = save(self.database, self.framework, item, "judgement", raw, now=self.now)
        outcome = send_in(self.database, self.framework, item, version=view.version, now=self.now)
        assert outcome.state == "submitted", outcome

    def a_step_is_lost_and_found(self) -> None:
        """Somebody's hand, or a fault, takes away when to look at an open action again.

        The first look may not mend, and the damage is undone: it has gone. After the second time it is mended.
        """
        (reference, due) = self.database.read_now(_open_action)
        for mending in (False, True):
            self.database.write_now(actions.update, reference, next_step_at=None)
            found = self.database.read_now(verify, self.framework, now=self.now)
            assert [one.kind for one in found] == ["wrong_next_step"], found
            self._round(found, mending=mending)
            if not mending:
                self.database.write_now(actions.update, reference, next_step_at=due)
                self.now += timedelta(minutes=5)
                self._round(self.database.read_now(verify, self.framework, now=self.now), mending=False)
        assert self.database.read_now(_open_action) == (reference, due)

    def _round(self, found: list[Finding], *, mending: bool) -> None:
        noted = self.database.write_now(note, self.framework, found, part=WORK, now=self.now, mending=mending)
        self.database.write_now(end_round, self.framework, began=self.now, total=noted, now=self.now)

    def emails_come(self) -> None:
        """One is answered, one was written by nobody, and one nobody understands until the QA lead has looked."""
        about = self.items()[0]
        for event, reason in (("answer", ""), ("ignore", "auto_reply"), ("give_up", "not_understood")):
            keep_here = {"external_id": event, "raw": b"Subject: hello", "from_exchange": False, "now": self.now}
            assert self.database.write_now(keep_mail, **keep_here)
            (number,) = self.database.read_now(mail_to_read)
            assert self.database.write_now(begin_reading, number=number, now=self.now)
            self.database.write_now(
                finish_reading,
                number=number,
                event=event,
                person=about.person,
                subject=about.reference,
                reason=reason,
                now=self.now,
            )
        (unclear,) = self.write(unclear_mail, "", self.qa_lead)
        self.write(settle_mail, str(unclear.id), self.qa_lead)

    # -- the red route ------------------------------------------------------------------------------------------------

    def _on_e16(self, said: Said) -> None:
        if said.facts.get("chases") and not self.did["taken up"]:
            self.did["taken up"] += 1
            self.write(acknowledge, said.subject, said.person)

    # -- actions ------------------------------------------------------------------------------------------------------

    def _on_e34(self, said: Said) -> None:
        token = next(one.token for one in self._actions(said.subject))
        turn = self.did["actions"]
        self.did["actions"] += 1
        first = {"update": ("in_progress", "blocked", "")[turn % 3], "note": "It waits for a room."}
        if first["update"]:
            self.in_days(4, lambda: self._update(token, said.person, first))
        last: dict[str, Any] = {"update": "not_needed", "note": "The family has moved away."}
        if turn % 10:
            last = {"update": "done", "evidence_kind": "supervision"}
        self.in_days(15 if turn % 12 else 45, lambda: self._update(token, said.person, last))

    def _update(self, token: str, person: str, raw: dict[str, Any]) -> None:
        action = self.database.read_now(actions.by_token, token)
        assert action is not None
        if action.is_open and action.owner == person:
            if raw["update"] == "done":
                raw = {**raw, "evidence_on": self.today.isoformat()}
            outcome = self.write(update_action, token, person, raw=raw)
            assert outcome.state == "kept", (outcome.state, outcome.view)

    def _actions(self, reference: str) -> list[Any]:
        found = self.database.read_now(actions.by_reference, reference)
        return [found] if found else []

    # -- moderation ---------------------------------------------------------------------------------------------------

    def _on_e21(self, said: Said) -> None:
        found = self.database.read_now(moderations.by_reference, said.subject)
        if found is None or found.moderator != said.person:
            return
        turn = self.did["second looks"]
        self.did["second looks"] += 1
        self.in_days(3, lambda: self._moderate(said.subject, turn))

    def _moderate(self, reference: str, turn: int) -> None:
        moderation = self.database.read_now(moderations.by_reference, reference)
        assert moderation is not None
        item = self.item(moderation.subject)
        grade = moderation.original_grade
        if turn % 8 == 2:
            grade = "requires_improvement" if grade != "requires_improvement" else "good"
        graded(self, moderation, grade)
        if turn == 1:  # the form was put right meanwhile: the moderator looks anew
            self.database.write_now(mark_stale, item.reference, actor=Actor.person(self.qa_lead), now=self.now)
            self.write(look_again, moderation.token, moderation.moderator)
            graded(self, moderation, grade)
        self.in_days(2, lambda: self._talk(reference, accepted="no" if turn % 16 == 2 else "yes"))

    def _talk(self, reference: str, *, accepted: str) -> None:
        moderation = self.database.read_now(moderations.by_reference, reference)
        assert moderation is not None
        talked(self, moderation, accepted=accepted)
        self.in_days(1, lambda: self._close(reference))

    def _close(self, reference: str) -> None:
        moderation = self.database.read_now(moderations.by_reference, reference)
        assert moderation is not None
        closed(self, moderation)
        after = self.database.read_now(moderations.by_reference, reference)
        if after and after.state == "disputed":
            self.did["disputes"] += 1
            self.in_days(1, lambda: self._settle(after, odd=bool(self.did["disputes"] % 2)))

    def _settle(self, moderation: Moderation, *, odd: bool) -> None:
        seats = self.database.write_now(
            seats_of, self.framework, moderation, self.item(moderation.subject), now=self.now
        )
        for number, people in enumerate(seats.values()):
            settled(self, moderation, min(people), "original" if odd or number else "moderated")

    # -- closing the loop ---------------------------------------------------------------------------------------------

    def _on_e17(self, said: Said) -> None:
        if "senior_manager" in said.roles.split("+"):
            self.in_days(6, lambda: self._fill_loop(said.subject, said.person))

    def _fill_loop(self, reference: str, person: str) -> None:
        loop = self._loop(reference)
        if loop.state != "open":
            return
        view = fill_in_loop(self.database, self.framework, loop, person=person, now=self.now, met_on=self.today)
        if self.did["loops filled in"] == 1:  # kept for a day before it is sent: somebody wants to sleep on it
            self.did["slept on"] += 1
        self.did["loops filled in"] += 1
        send_in_loop(self.database, self.framework, loop, version=view.version, person=person, now=self.now)

    def _on_e28(self, said: Said) -> None:
        loop = self._loop(said.subject)
        if "head_of_service" not in said.roles and "director" not in said.roles:
            return
        if loop.state == "submitted" and f"asked {loop.reference} {loop.submissions}" not in self.did:
            self.did[f"asked {loop.reference} {loop.submissions}"] = 1
            self.in_days(1, lambda: self._judge_loop(loop.reference, said.person))

    def _judge_loop(self, reference: str, person: str) -> None:
        loop = self._loop(reference)
        if loop.state != "submitted":
            return
        if not self.did["sent back"]:
            self.did["sent back"] += 1
            self.write(send_loop_back, loop.token, person, reason="Please say what the team took from it.")
            return
        self.did["authorised"] += 1
        self.write(authorise_loop, loop.token, person)
        if self.did["authorised"] == 2:
            self.in_days(5, lambda: self._end(reference))

    def _on_e29(self, said: Said) -> None:
        def again() -> None:
            loop = self._loop(said.subject)
            view = save_page(self.database, self.framework, loop, "confirm", CONFIRM, person=said.person, now=self.now)
            send_in_loop(self.database, self.framework, loop, version=view.version, person=said.person, now=self.now)

        self.in_days(2, again)

    def _end(self, reference: str) -> None:
        """One whose practitioner has left cannot be tested."""
        self.write(end_as_not_testable, self._loop(reference).token, self.qa_lead, reason="left")

    def _loop(self, reference: str) -> Loop:
        found = self.database.read_now(loops.by_reference, reference)
        assert found is not None
        return found

    def record_results(self) -> None:
        """The QA lead says of every re-audit that is in what came of it."""
        for loop in self.all_loops():
            if loop.state == "re_audit_due" and not self.item(loop.reaudit_reference).is_open:
                self.write(record_result, loop.token, self.qa_lead, result="embedded")

    def stand_one_down(self) -> str:
        """The grade of one was moderated up, so its loop does not go on; which one."""
        for loop in self.all_loops():
            if loop.state == "open":
                self.write(stand_down, loop.reference, self.qa_lead, reason="Moderated to a better grade.")
                return loop.reference
        return ""

    def all_loops(self) -> list[Loop]:
        """Every loop there is."""
        return [self._loop(reference) for reference in self.column("loops", "reference")]

    # -- what is looked at afterwards ---------------------------------------------------------------------------------

    def column(self, table: str, name: str) -> list[Any]:
        """One column of a table."""
        return self.database.read_now(_column, table, name)

    def items(self) -> list[LearningSpace]:
        """Every learning space there is."""
        references = self.column("allocations", "reference")
        return list(self.database.read_now(learning_spaces.by_references, references).values())

    def all_moderations(self) -> list[Moderation]:
        """Every second look there is."""
        found = [
            self.database.read_now(moderations.by_reference, one) for one in self.column("moderations", "reference")
        ]
        return [one for one in found if one]

    def given_some_cannot_be_reached(self) -> None:
        """Of the practitioners, whom nothing else here depends on: one each way a channel can fail."""
        workers = [post.holder for post in self.people.posts_of_role("practitioner")]
        for place, state in enumerate(("blocked", "uninstalled", "disabled")):
            for worker in workers[place::3]:
                self.courier.answers[worker] = [CourierResult("never", reason=state, channel_state=state)]
        for worker in self.not_met:
            chat = {"conversation_id": f"chat-{worker}", "service_url": "https://smba.example"}
            self.courier.answers[worker] = [CourierResult("later", reason="throttled", **chat)]
        for worker in workers[::7]:
            self.courier.answers[worker] = [CourierResult("unknown"), CourierResult("unknown")]


KEPT_IN = {
    "learning space": "allocations",
    "closing the loop": "loops",
    "moderation": "moderations",
    "action": "actions",
    "notice": "notices",
    "channel": "channel_states",
    "allocation run": "allocation_runs",
    "request": "requests",
    "correction": "corrections",
    "finding": "findings",
    "email": "received_mail",
}
"""Where each life of `policy/lifecycle/lifecycle.py` is kept."""


def _open_action(session: Session) -> tuple[str, Any]:
    first = min(session.connection.exec_driver_sql("SELECT reference FROM actions WHERE next_step_at IS NOT NULL"))[0]
    found = actions.by_reference(session, first)
    assert found is not None
    return first, found.next_step_at


def watch_moves(session: Session) -> None:
    """From here on the database itself writes down every change of state of any row, a row's first state too."""
    run = session.connection.exec_driver_sql
    run("CREATE TABLE seen_moves (life TEXT, before TEXT, after TEXT, PRIMARY KEY (life, before, after)) WITHOUT ROWID")
    for life, table in KEPT_IN.items():
        note = "BEGIN INSERT OR IGNORE INTO seen_moves VALUES"
        run(f"CREATE TRIGGER see_new_{table} AFTER INSERT ON {table} {note} ('{life}', '{START}', NEW.state); END")
        changed = f"AFTER UPDATE OF state ON {table} WHEN OLD.state <> NEW.state"
        run(f"CREATE TRIGGER see_changed_{table} {changed} {note} ('{life}', OLD.state, NEW.state); END")


def seen_moves(session: Session) -> dict[str, set[tuple[str, str]]]:
    """Every change of state seen, from and to, life by life."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for life, before, after in session.connection.exec_driver_sql("SELECT life, before, after FROM seen_moves"):
        found[life].add((before, after))
    return found


def _column(session: Session, table: str, name: str) -> list[Any]:
    return [row[0] for row in session.connection.exec_driver_sql(f"SELECT {name} FROM {table} ORDER BY 1")]
