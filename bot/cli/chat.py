"""`chat`: be somebody of the council in the terminal, with the same conversation as in Teams."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.refusals import Refusal
from bot.cli.say import say

if TYPE_CHECKING:
    from bot.cli.opened import Opened
    from policy.council.establishment import Establishment, Person

MOST_NAMED = 8


def chat(
    who: Annotated[str, typer.Option("--as", metavar="PERSON", help="a person's id, name or email, or a post's id")],
) -> None:
    """Talk to the bot in this terminal as one person, without Teams. Works beside a running service."""
    from bot.cli.opened import opened
    from bot.cli.terminal import Terminal
    from bot.conversation import Conversation

    with opened(invented_only="chat") as bot:
        person = find_person(bot.council(), who)
        _introduce(bot, person)
        conversation = Conversation(bot.db, bot.framework, bot.clock)
        terminal = Terminal(conversation, bot.db, bot.framework, bot.clock, person)
        try:
            asyncio.run(terminal.run())
        except (KeyboardInterrupt, EOFError):
            say()


def find_person(council: Establishment, who: str) -> Person:
    """The one person `who` means. Refusal names those it might be."""
    from policy.council.names import nearest

    wanted = who.strip().casefold()
    if who.strip() in council.people:
        return council.people[who.strip()]
    post = council.posts.get(who.strip())
    if post is not None:
        if not post.holder:
            raise Refusal(f"The post {post.id} ({post.title}) is vacant, so there is nobody to be.")
        return council.people[post.holder]
    people = list(council.people.values())
    found = [person for person in people if wanted in (person.email.casefold(), person.name.casefold())]
    found = found or [person for person in people if wanted and wanted in person.name.casefold()]
    if len(found) == 1:
        return found[0]
    if not found:
        leads = [council.people[lead.holder] for lead in council.posts_of_role("qa_lead") if lead.holder]
        hint = f" For example: --as {leads[0].id} ({leads[0].name}, QA lead)." if leads else ""
        near = [council.people[person] for person in nearest(council, who)]
        if near:
            hint = "\nThe nearest are:\n" + "\n".join(f"  {person.id}  {person.name}" for person in near)
        raise Refusal(f"Nobody here is '{who}'. Give a person's id, name or email, or a post's id.{hint}")
    listed = "\n".join(f"  {person.id}  {person.name}" for person in found[:MOST_NAMED])
    more = f"\n  and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    raise Refusal(f"'{who}' may be any of these; give the id:\n{listed}{more}")


def _introduce(bot: Opened, person: Person) -> None:
    posts = [post.title for post in bot.council().posts_held_by(person.id)]
    say(f"You are {person.name}{', ' + ' and '.join(posts) if posts else ''}.")
    say("Type list, help, or what you would type in Teams. A number presses that button.")
    say("inbox shows what was sent to you; quit ends.")
