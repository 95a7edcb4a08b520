"""A date as a calendar file every mail client can open: a stable id, nothing private in it.

Most are whole days, which need no time zone: 29 December is 29 December in summer time and in winter time alike. A
meeting has an hour, written in UTC, which every calendar shows in its reader's own time. The file is published
(METHOD:PUBLISH), not a meeting request, so that nobody is asked to accept it and no calendar answers the bot.
"""

from __future__ import annotations

from datetime import timedelta

from icalendar import Calendar, Event, vCalAddress, vText

from assurance.channels.invite import DateEntry

PRODUCT = "-//Learning Space Bot//Practice quality assurance//EN"

MEETING_LASTS = timedelta(hours=1)

_SUMMARY = {
    "due": "Learning space due: {reference}",
    "discussion": "A talk about a moderation: {reference}",
    "meeting": "A meeting: {reference}",
}
_SAYS = {
    "due": "Due by the end of this day. Open it in Teams, or answer the email about it.",
    "discussion": "The day booked for the talk. The time is for the two of you to agree.",
    "meeting": "Whoever called the meeting tells you where it is. If the time does not suit you, tell them.",
}


def calendar_file(entry: DateEntry, *, mailbox: str, council: str) -> bytes:
    """The .ics file of a date. A higher `sequence` takes the place of the one before; cancelled, it removes it."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if entry.cancelled else "PUBLISH")
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.at)
    event.add("last-modified", entry.at)
    event.add("dtstart", entry.starts_at or entry.day)
    event.add("dtend", entry.starts_at + MEETING_LASTS if entry.starts_at else entry.day + timedelta(days=1))
    event.add("summary", _SUMMARY[entry.kind].format(reference=entry.reference))
    event.add("description", _SAYS[entry.kind])
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE" if entry.starts_at else "TRANSPARENT")
    event.add("class", "PRIVATE")
    organiser = vCalAddress(f"mailto:{mailbox}")
    organiser.params["CN"] = vText(f"{council} QA bot")
    event.add("organizer", organiser)
    calendar.add_component(event)
    ical: bytes = calendar.to_ical()
    return ical
