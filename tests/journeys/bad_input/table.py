"""The table: what somebody may answer that cannot stand, and what they are told, on a card or in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sort = Literal["past day", "coming day", "one of", "several of", "yes or no", "words"]
"""What a question asks for. A past day is one on which something took place."""

LONG = "x" * 10_000
NO_DAY = "could not read a day in that. Please write it like 13 March, 13/3"
NO_SUCH_DAY = "no such day in the calendar"
SYMBOL = "I can only read words and numbers"
A_DATE = "Please give a date, for example 2026-12-29"
ONE_OFFERED = "Please choose one of the answers offered"
NOT_FOUND = "I did not find that among the"
A_NUMBER = "a number from 1 to"
YES_OR_NO = "Please answer yes or no"
TOO_LONG = "characters too long|characters, and 500 fit"
DETAILS = "looks like|looked like"


@dataclass(frozen=True)
class Bad:
    """One answer that cannot stand."""

    what: str
    sort: Sort
    words: str
    """As typed or written."""
    in_words: str
    """What a typed line and an email are answered; a bar parts what may be said instead."""
    on_card: str
    """What the page says above its box."""
    boxed: str = ""
    """What a card sends for it, where that is not the words themselves."""
    stays: bool = False
    """Whether the box still holds it. A box for a day or a choice can hold nothing else."""
    by_email: bool = True
    """Whether it cannot stand in an email either."""


BAD = (
    Bad("day and month, still to come", "past day", "13/3", "has not come yet", "has not come yet", "2026-03-13", True),
    Bad("next Friday", "past day", "next Friday", "has not come yet", "has not come yet", "2026-02-20", True),
    Bad("tomorrow", "past day", "tomorrow", "has not come yet", "has not come yet", "2026-02-12", True),
    Bad("long before", "past day", "1 January 2020", "on or after", "on or after", "2020-01-01", True),
    Bad("a bank holiday before it was given", "past day", "Thursday 1 January 2026", "on or after", "on or after",
        "2026-01-01", True),
    Bad("31 February", "past day", "31 February", NO_SUCH_DAY, A_DATE, "2026-02-31"),
    Bad("the month first", "past day", "02/13", "put the day first", A_DATE),
    Bad("the wrong weekday", "past day", "Friday 10 February 2026", "10 February is a Tuesday", A_DATE),
    Bad("a number in words", "past day", "two", NO_DAY, A_DATE),
    Bad("yes please", "past day", "yes please", NO_DAY, A_DATE),
    Bad("an emoji", "past day", "\U0001f4c5", SYMBOL, A_DATE),
    Bad("10,000 characters", "past day", LONG, NO_DAY, A_DATE),
    Bad("HTML", "past day", "<b>soon</b>", NO_DAY, A_DATE),
    Bad("gone by", "coming day", "yesterday", "choose a day after", "choose a day after", "2026-02-10", True),
    Bad("far too late", "coming day", "1 October 2030", "choose a day up to", "choose a day up to", "2030-10-01", True),
    Bad("Friday, this week or next", "coming day", "next Friday", "Friday 13 February or Friday 20 February", A_DATE),
    Bad("31/2", "coming day", "31/2", NO_SUCH_DAY, A_DATE, "2026-02-31"),
    Bad("the month first", "coming day", "02/13", "put the day first", A_DATE),
    Bad("soon", "coming day", "soon", NO_DAY, A_DATE),
    Bad("a newline storm", "coming day", "so\n\n\n\non", NO_DAY, A_DATE),
    Bad("a number nobody offered", "one of", "17", A_NUMBER, ONE_OFFERED),
    Bad("nought", "one of", "0", A_NUMBER, ONE_OFFERED),
    Bad("a day where one of several is asked", "one of", "15 February", NOT_FOUND, ONE_OFFERED),
    Bad("perhaps", "one of", "perhaps", NOT_FOUND, ONE_OFFERED),
    Bad("yes please", "one of", "yes please", NOT_FOUND, ONE_OFFERED),
    Bad("a thumb", "one of", "\U0001f44d", SYMBOL, ONE_OFFERED),
    Bad("a mention and a number", "one of", "<at>Learning space</at> 17", f"{A_NUMBER}|{NOT_FOUND}", ONE_OFFERED),
    Bad("10,000 characters", "one of", LONG, NOT_FOUND, ONE_OFFERED),
    Bad("one that is offered and one that is not", "several of", "1 and 9", A_NUMBER, ONE_OFFERED),
    Bad("everybody", "several of", "everybody", NOT_FOUND, ONE_OFFERED),
    Bad("a face", "several of", "\U0001f600", SYMBOL, ONE_OFFERED),
    Bad("maybe", "yes or no", "maybe", YES_OR_NO, ONE_OFFERED),
    Bad("three", "yes or no", "3", "There are 2 choices", ONE_OFFERED),
    Bad("a thumb", "yes or no", "\U0001f44d", SYMBOL, ONE_OFFERED),
    Bad("10,000 characters", "words", LONG, TOO_LONG, "It has 10,000 now", stays=True),
    Bad("25,000 characters", "words", "y" * 25_000, TOO_LONG, "It has 20,000 now"),
    Bad("a newline storm", "words", "\n" * 99 + "a" + "\n" * 900 + "b", TOO_LONG, "It has 902 now",
        by_email=False),
    Bad("an emoji", "words", "\U0001f44d\U0001f3fd", f"{SYMBOL}|I found no words", SYMBOL, stays=True),
    Bad("a telephone number", "words", "Call 07700 900123", DETAILS, "looks like a phone number", stays=True),
    Bad("a number with a gap nobody sees", "words", "Call 07700\u200b 900123", DETAILS, "looks like a phone number"),
)  # fmt: skip
