"""A whole learning space by people who never open Teams, and nothing counts until YES."""

from __future__ import annotations

from datetime import timedelta

from assurance.channels.receive_mail import forget_mail, mail_by_number
from bot.service import Service
from desk.mailbox import Post
from policy.check.loader import load_framework
from policy.framework.framework import Framework
from storage.casework import red_flags
from storage.casework.learning_spaces import LearningSpace
from storage.council import establishment
from storage.engine.database import Database
from tests.assurance.forms_filled import MEETING, PAGES, save
from tests.bot.conftest import FRIDAY
from tests.bot.mail.by_email.correspondent import (
    LAST,
    MAILBOX,
    WHOLE,
    Correspondent,
    answers,
    body,
    letter_to_somebody,
    now,
    until_read,
)


async def test_a_manager_who_never_opens_teams_completes_a_learning_space_by_email(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    assert first["Subject"] == f"A learning space for you: {item.reference}"
    questions = await manager.ask(first, f"open {item.reference}")
    assert "  1. Date of the meeting: (please answer)" in body(questions)
    back = await manager.ask(questions, WHOLE)
    assert "  16. Overall practice grade: Good" in body(back)
    assert "Two answers are still wanted." in body(back)
    assert (await manager.ask(back, "YES"))["Subject"] == f"About your email: {item.reference}"
    assert now(db, item).state == "opened", "an early YES sends nothing"
    whole = await manager.ask(back, LAST)
    assert "Everything is answered. Reply with YES alone to send it in." in body(whole)
    assert now(db, item).state == "opened", "nothing counts until YES"
    receipt = await manager.ask(whole, "Yes, thank you.\n\nKind regards\nLeila")
    sent_in = now(db, item)
    assert (sent_in.state, sent_in.grade, sent_in.impact) == ("submitted", "good", "good")
    said = body(receipt)
    assert not any(word in said for word in ("Good", "supervision", item.case_ref)), "the receipt holds no answers"
    assert "You can take it back within a minute of pressing." in said and "reply with the word: undo" in said
    again = await manager.ask(receipt, "YES")
    assert f"Already sent in: {item.reference}" in body(again)
    written = answers(db, item)
    back = await manager.ask(receipt, "Undo\n\nKind regards\nLeila")
    assert body(back).startswith(f"Taken back: {item.reference}") and "Good" not in body(back)
    assert now(db, item).state == "opened" and answers(db, item)["grade"] == "good"
    assert not written
    await manager.ask(await manager.ask(back, f"open {item.reference}"), "YES")
    assert now(db, item).state == "submitted"


async def test_no_letter_names_the_case_or_the_practitioner(
    manager: Correspondent, item: LearningSpace, db: Database, post: tuple[Post, int]
) -> None:
    first = await manager.letter()
    questions = await manager.ask(first, f"open {item.reference}")
    await manager.ask(questions, WHOLE)
    practitioner = db.read_now(establishment.current).people[item.practitioner].name
    for mail in post[0].to(manager.address):
        said = mail.raw.decode() + body(mail.message())
        assert item.case_ref not in said and practitioner not in said


async def test_a_grade_alone_with_words_below_is_the_overall_grade_and_its_reasons(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    back = await manager.ask(first, "GOOD\n\nThe plan was followed and the child knows it.")
    assert "  16. Overall practice grade: Good" in body(back)
    assert "  17. Why this overall grade: The plan was followed and the child knows it." in body(back)
    assert answers(db, item)["grade"] == "good"


async def test_a_correction_changes_only_what_it_names(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    back = await manager.ask(await manager.ask(first, f"open {item.reference}"), WHOLE)
    before = answers(db, item)
    back = await manager.ask(back, "change 16 to requires improvement")
    assert "  16. Overall practice grade: Requires improvement to be good" in body(back)
    assert answers(db, item) == before | {"grade": "requires_improvement"}


async def test_answers_typed_between_our_lines_count_also_where_the_program_marks_no_quotes(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    questions = await manager.ask(first, f"open {item.reference}")
    lines = []
    for line in body(questions).splitlines():
        lines.append(line)
        lines += ["yes"] if line.startswith(("  2. ", "  3. ")) else ["Good"] if line.startswith("  16. ") else []
    outlook = f"{'_' * 32}\nFrom: QA bot <{MAILBOX}>\nSent: 20 November 2026 10:00\nTo: Somebody\n"
    outlook += f"Subject: {questions['Subject']}\n\n" + "\n".join(lines)
    await manager.send(outlook, subject=f"RE: {questions['Subject']}", in_reply_to=str(questions["Message-ID"]))
    back = await manager.letter()
    assert "  16. Overall practice grade: Good" in body(back), body(back)
    assert answers(db, item) == {"in_person": "yes", "practitioner_took_part": "yes", "grade": "good"}


async def test_an_answer_that_cannot_be_read_is_named_and_the_others_are_kept(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    questions = await manager.ask(first, f"open {item.reference}")
    back = await manager.ask(questions, "1. 3/20/2026\n2. yes\n16. 9\n77. good")
    said = body(back)
    assert "Question 1, Date of the meeting" in said and "Question 16, Overall practice grade" in said
    assert "There is no question with that number." in said
    assert answers(db, item) == {"in_person": "yes"}


async def test_words_that_look_like_a_childs_details_are_neither_kept_nor_repeated(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    questions = await manager.ask(first, f"open {item.reference}")
    back = await manager.ask(questions, "2. yes\n17. He lives at PR1 2AB and his number is 943 476 5919.")
    said = body(back)
    assert "PR1" not in said and "943" not in said
    assert "what looks like a person's details" in said
    assert answers(db, item) == {"in_person": "yes"}
    await until_read(db)
    row = db.read_now(mail_by_number, 2)
    assert row.with_details and row.raw
    tomorrow = FRIDAY + timedelta(days=2)
    db.write_now(forget_mail, load_framework(), tomorrow)
    assert db.read_now(mail_by_number, 2).raw is None, "kept for one day only"
    assert db.read_now(mail_by_number, 1).raw is not None, "the others for thirty"


async def test_an_answer_that_a_child_is_at_immediate_risk_is_acted_on_before_any_yes(
    manager: Correspondent, item: LearningSpace, db: Database
) -> None:
    first = await manager.letter()
    questions = await manager.ask(first, f"open {item.reference}")
    back = await manager.ask(questions, "6. yes")
    assert "You said that a child is at immediate risk." in body(back)
    assert db.read_now(red_flags.of, item.reference) is not None


async def test_what_is_begun_in_teams_is_finished_by_email(
    manager: Correspondent, item: LearningSpace, db: Database, framework: Framework, service: Service
) -> None:
    first = await manager.letter()
    pages = {**PAGES, "meeting": {**MEETING, "date_held": "2026-11-20"}}
    for step in ("meeting", "domains", "judgement"):
        save(db, framework, item, step, pages[step], now=FRIDAY + timedelta(minutes=5))
    back = await manager.ask(first, f"open {item.reference}")
    assert "  16. Overall practice grade: Good" in body(back)
    whole = await manager.ask(back, "18. planning\n19. Direct work.\n20. supervision\n" + LAST)
    assert "Everything is answered." in body(whole), body(whole)
    await manager.ask(whole, "YES")
    assert now(db, item).state == "submitted"


async def test_a_draft_that_has_changed_since_the_letter_is_read_back_anew_instead_of_sent(
    manager: Correspondent, item: LearningSpace, db: Database, framework: Framework
) -> None:
    first = await manager.letter()
    whole = await manager.ask(await manager.ask(first, f"open {item.reference}"), WHOLE.partition("Kind")[0] + LAST)
    assert "Everything is answered." in body(whole)
    changed = {**PAGES["judgement"], "grade": "requires_improvement"}
    save(db, framework, item, "judgement", changed, now=FRIDAY + timedelta(minutes=9))
    back = await manager.ask(whole, "YES")
    assert "Not sent in yet" in body(back) and "Requires improvement" in body(back)
    assert now(db, item).state == "opened"
    await manager.ask(back, "YES")
    assert now(db, item).grade == "requires_improvement"


async def test_whoever_was_told_of_an_immediate_risk_says_by_email_that_they_have_spoken_to_them(
    manager: Correspondent, item: LearningSpace, db: Database, post: tuple[Post, int]
) -> None:
    first = await manager.letter()
    await manager.ask(await manager.ask(first, f"open {item.reference}"), "6. yes")
    told = await letter_to_somebody(post[0], "Please read this now", db, manager)
    letter = await told.letter()
    assert "I have spoken to them: reply with the words I have spoken to them" in body(letter)
    back = await told.ask(letter, "I have spoken to them.\n\nRegards\nKwame")
    flag = db.read_now(red_flags.of, item.reference)
    assert flag is not None and flag.acknowledged_at is None, "the others are told again until YES"
    assert "It is noted that you have spoken to them" in body(await told.ask(back, "YES"))
    flag = db.read_now(red_flags.of, item.reference)
    assert flag is not None and flag.acknowledged_by
    await manager.ask(first, "I have spoken to them")
    assert db.read_now(red_flags.of, item.reference) == flag, "whoever raised it cannot say so of themselves"
