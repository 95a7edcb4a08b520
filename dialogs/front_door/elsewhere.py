"""What we say where we do not work: in a team, a channel or a group chat."""

from __future__ import annotations

from dialogs.kit.message import Message


def private_only_message() -> Message:
    """Anyone in the room can read this, so it says nothing of anybody's work."""
    words = "I work in private chats. Please open a chat with me and say hello there."
    return Message(text=words, summary=words)
