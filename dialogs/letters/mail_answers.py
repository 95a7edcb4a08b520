"""Short answers to an email: nothing waits, not understood, not for you, and what can be written at all."""

from __future__ import annotations

from dialogs.kit.message import Message
from dialogs.kit.page import Page
from dialogs.letters.mail_replies import page_about


def dropped_message(reference: str) -> Message:
    """NO to a read-back."""
    page = page_about(reference, "Nothing was sent: {}")
    page.para("What you had answered is saved. To go on, write the number of a question and your answer.")
    return page.para(f"To see all questions, reply with the words: open {reference}").message()


def nothing_waits_message(reference: str = "") -> Message:
    """YES, and nothing to say yes to."""
    page = Page("Nothing waits for a YES", summary="Nothing waits for a YES.")
    page.para("It may be done already, or it is too long ago. Nothing was changed by your email.")
    if reference:
        page.para(f"To see how it stands, reply with the words: open {reference}")
    return page.para("To see what waits for you, reply with the word: list").message()


def not_understood_message(reference: str = "") -> Message:
    """Words that are no answer we know."""
    page = Page("I did not understand that", summary="I did not understand that.")
    page.para("I read answers to the questions of a form, and a few words: list, help, agree, decline, done, yes, no.")
    if reference:
        page.para(f"To see the questions, reply with the words: open {reference}")
    page.para("The QA team can see that you wrote, and will look at it. Nothing was changed.")
    return page.message()


def no_words_message() -> Message:
    """A picture, or nothing."""
    page = Page("I found no words", summary="I found no words in your email.")
    page.para("I can read words only: no picture, no attachment and nothing that is quoted from my own letter.")
    return page.para("Please write your answer above the old text and send it again.").message()


def cannot_read_message() -> Message:
    """Encrypted, or in a wrapping we cannot open."""
    page = Page("I could not read your email", summary="I could not read your email.")
    page.para("It is encrypted or wrapped in a way I cannot open. Nothing was changed.")
    return page.para("Please send it again as plain text, or answer in Teams.").message()


def with_details_message(reference: str = "") -> Message:
    """A message that tripped the identifier guard and held nothing else we could keep."""
    page = Page("I did not keep that", summary="I did not keep your email.")
    page.para("It held what looks like a person's details: a number, an address or a date of birth.")
    page.para("Please send it again without them. The child's record is the place for them, not this email.")
    return page.message()


def too_long_message(reference: str, limit: int, length: int) -> Message:
    """More words than fit."""
    page = page_about(reference, "That is too long: {}")
    page.para(f"Your text has {length:,} characters, and {limit:,} fit. Nothing was kept, so that its end is not lost.")
    return page.para("Please send a shorter one.").message()


def not_for_you_message() -> Message:
    """A letter to somebody else, passed on."""
    page = Page("That letter was written to somebody else", summary="That letter was written to somebody else.")
    page.para("Only the person it was written to can answer it. Nothing was changed.")
    return page.para("To see what waits for you, reply with the word: list").message()


def which_one_message(*, several: bool = False) -> Message:
    """A message that answers no letter of ours and names no reference, or answers one that named `several`."""
    page = Page("Which one is it about?", summary="Which one is it about?")
    page.para("I could not tell what your email is about, so nothing was changed. The QA team can see that you wrote.")
    if several:
        page.para("My letter named several. Please write again, and put the reference of one of them first.")
    else:
        page.para("Please answer my letter itself, or put the reference first, such as LS-2026Q3-014.")
    return page.para("To see what waits for you, reply with the word: list").message()


def only_tells_message(reference: str = "") -> Message:
    """A letter that asks nothing of its reader."""
    page = Page("That letter only tells you", summary="That letter only tells you.")
    page.para("There is nothing to answer in it. The QA team can see that you wrote, and will look at it.")
    return page.para("To see what waits for you, reply with the word: list").message()


def in_teams_message(reference: str) -> Message:
    """Something that has to be seen before it is decided."""
    page = page_about(reference, "Please open this one in Teams: {}")
    page.para("It has to be read in full before it is answered, and that is not sent by email.")
    return page.para("Nothing was changed by your email.").message()


def emails_stopped_message() -> Message:
    """No more email but escalations."""
    page = Page("You get your messages in Teams now", summary="You get your messages in Teams now.")
    page.para("What is late, or cannot wait, still comes by email as well.")
    return page.para("To get emails again, reply with the words: start emails").message()


def emails_started_message() -> Message:
    """Email again."""
    page = Page("You get emails again", summary="You get emails again.")
    return page.para("They come beside or after Teams, as before.").message()


def no_other_way_message() -> Message:
    """Email is all there is."""
    page = Page("Email is the only way to reach you", summary="Email is the only way to reach you.")
    page.para("I cannot reach you in Teams, so I cannot stop writing here: a child's safety may depend on it.")
    return page.para("Once you have opened the app in Teams, reply with the words stop emails again.").message()


def escalations_stay_message() -> Message:
    """The one thing that cannot be switched off."""
    page = Page("What is late still comes by email", summary="What is late still comes by email.")
    page.para("You get no other emails any more. Messages about what is late cannot be switched off.")
    return page.para("They stop by themselves once it is sent in.").message()


def help_by_mail_message(emails: str = "") -> Message:
    """What can be written in an email. `emails` is 'stop' or 'start' where that is theirs to ask, else empty."""
    page = Page("What you can write to me", summary="What you can write to me.")
    page.para("list: what waits for you")
    page.para("open, or open LS-2026Q3-014: the questions of a form, to answer by number")
    page.para("a grade alone, and below it why: the overall grade and its reasons")
    page.para("extend to 20 March because ...: ask for more time")
    page.para("done, supervision note 3 March: an action and where it can be seen")
    page.para("agree, or decline: a request that was sent to you")
    if emails == "stop":
        page.para("stop emails: messages in Teams only, but for what is late")
    elif emails == "start":
        page.para("start emails: emails again")
    return page.para("I read back what I understood. Only your YES sends it.").message()
