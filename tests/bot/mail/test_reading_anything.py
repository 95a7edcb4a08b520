"""Whatever arrives is read without an error and within bounds; the bounds are counted, not timed."""

from __future__ import annotations

import email
import email.policy
import re
import zlib
from base64 import encodebytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.mail import incoming as incoming_module
from bot.mail.incoming import MAX_NEW_TEXT, MAX_QUOTED_TEXT, NOTES, Incoming, read_mail
from bot.mail.reading import parts
from bot.mail.reading.bodies import MAX_TOTAL
from bot.mail.reading.decoding import decode_text
from bot.mail.reading.html_lines import html_lines
from bot.mail.reading.lines import MAX_LINE, MAX_LINES
from bot.mail.reading.parts import MAX_PARTS, take_apart
from bot.mail.reading.tnef import SIGNATURE, read_tnef
from dialogs.understand.reply_reading import read_reply
from tests.bot.mail.corpus_reader import TODAY, examples, framework, questions, understand

ASKED = questions(["grade", "impact", "grade_reasons", "strength_themes", "worked_well", "learning_themes"])
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
MANY = settings(FEW, max_examples=120)

_BROKEN = """
--b|--b--|<|<!--|<blockquote>|</div>|=?utf-8?q?|?=|From: |&#x110000;|> |charset=punycode|Kind regards
"""
_PIECES = st.sampled_from(
    (
        *(piece.strip().encode() for piece in _BROKEN.split("|")),
        b"\r\n",
        b"\n\n",
        b"\x00",
        b"\xed\xa0\x80",
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Sent: 1\nTo: a\nSubject: b\n",
        b"On 1 May a@b.example wrote:\n",
    )
)
_CHARSETS = st.text(max_size=20) | st.sampled_from(("utf-7", "utf-16", "hz", "idna", "zip", "rot13", "unicode_escape"))
_SAID = "YES NO 1. 2) Grade: GOOD change to but \n - extend until 3/3 agree because"
_SPOKEN = st.sampled_from(_SAID.split(" "))
_HEAD = b"From: Priya Nair <priya.nair@northmoor.example>\r\n"


def holds(incoming: Incoming) -> None:
    """What is true of every message, whatever it is."""
    assert len(incoming.new_text) <= MAX_NEW_TEXT
    assert len(incoming.quoted_text) <= MAX_QUOTED_TEXT
    assert set(incoming.notes) <= set(NOTES) - {"broken"}
    assert (incoming.kind == "bounce") == (incoming.bounce is not None)
    assert incoming.sender == incoming.sender.lower()
    one_line = (incoming.subject, incoming.sender_name, incoming.message_id, incoming.sender, *incoming.references)
    every = "".join((*one_line, incoming.new_text, incoming.quoted_text))
    assert "\0" not in every
    every.encode("utf-8")  # no half characters, which no database keeps
    assert "\n" not in "".join(one_line)


# -- anything at all --------------------------------------------------------------------------------------------------


@MANY
@given(st.binary(max_size=3_000))
def test_random_bytes_are_read_without_an_error(raw: bytes) -> None:
    holds(understand(raw))


@MANY
@given(st.data())
def test_a_real_message_with_something_broken_in_it_is_read_without_an_error(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(examples())).raw
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw)))
        gone = data.draw(st.integers(0, 200))
        raw = raw[:at] + data.draw(_PIECES | st.binary(max_size=20)) + raw[at + gone :]
    holds(understand(raw))


@FEW
@given(
    st.text(max_size=2_000) | st.lists(_PIECES, max_size=60).map(lambda all_: b"".join(all_).decode("utf-8", "replace"))
)
def test_any_html_becomes_lines(text: str) -> None:
    lines, pictures, _ = html_lines(text)
    assert len(lines) <= MAX_LINES
    assert all(len(line.text) <= MAX_LINE and "\n" not in line.text for line in lines)
    assert pictures >= 0


@MANY
@given(st.binary(max_size=600), _CHARSETS)
def test_any_bytes_in_any_charset_become_text(raw: bytes, charset: str) -> None:
    assert isinstance(decode_text(raw, charset).text, str)


@pytest.mark.parametrize("charset", ["zip", "bz2", "hex", "base64", "rot13", "idna", "punycode", "unicode_escape"])
def test_a_charset_that_is_none_unpacks_nothing(charset: str) -> None:
    packed = zlib.compress(b"a" * 100_000)
    assert len(decode_text(packed, charset).text) <= len(packed)
    assert decode_text(b"YES \\u0041", charset).text == "YES \\u0041"


@FEW
@given(st.binary(max_size=400))
def test_any_winmail_is_read_without_an_error(raw: bytes) -> None:
    read_tnef(SIGNATURE + raw)


@MANY
@given(st.text(max_size=600) | st.lists(_SPOKEN, max_size=30).map(" ".join))
def test_any_words_are_heard_without_an_error_and_only_a_yes_is_a_yes(text: str) -> None:
    heard = read_reply(text, ASKED, today=TODAY, grades=framework().grades)
    if heard.intent == "yes":
        assert re.search(r"\b(?:yes|confirm(?:ed)?)\b", text.casefold())
        assert not re.search(r"\b(?:but|no|change|extend|grade)\b", text.casefold())


def test_a_mistake_of_ours_stops_no_post(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: bytes) -> None:
        raise RuntimeError

    monkeypatch.setattr(incoming_module, "take_apart", broken)
    found = read_mail(b"From: a@b.example\r\n\r\nYES", our_address="b@b.example", trusted_authserv="")
    assert (found.kind, found.notes, found.new_text) == ("unreadable", ("broken",), "")


def test_control_characters_and_half_letters_never_leave_a_header() -> None:
    half = "=?utf-7?q?+2AA-?="
    found = understand(
        f"From: A\0B <a@b.example>\nSubject: x\0y \u202ez {half}\nMessage-ID: <a\0b@c>\n\nYES\0".encode()
    )
    assert (found.sender_name, found.message_id, found.new_text) == ("AB", "", "YES")
    assert found.subject.startswith("xy z")
    holds(found)


# -- the tree of parts ------------------------------------------------------------------------------------------------

_SOME = "the plan was clear and visits are regular café naïve"
_TEXT = st.lists(st.sampled_from(_SOME.split()), min_size=1, max_size=12).map(" ".join)


def _leaf(text: str, how: str) -> bytes:
    raw = text.encode()
    head = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {how}\n\n".encode()
    return head + (encodebytes(raw) if how == "base64" else raw) + b"\n"


def _multipart(children: list[bytes]) -> bytes:
    inner = b"\0".join(children)
    mark = f"=_{zlib.crc32(inner)}_={len(inner)}".encode()
    between = b"".join(b"--" + mark + b"\n" + child for child in children)
    return b'Content-Type: multipart/mixed; boundary="' + mark + b'"\n\npreamble\n' + between + b"--" + mark + b"--\n"


_TREES = st.recursive(
    st.builds(_leaf, _TEXT, st.sampled_from(("8bit", "base64"))),
    lambda inner: st.builds(_multipart, st.lists(inner, min_size=1, max_size=4)),
    max_leaves=12,
)


@FEW
@given(_TREES, st.sampled_from((b"\n", b"\r\n")))
def test_a_well_formed_tree_is_taken_apart_as_python_takes_it_apart(tree: bytes, line_end: bytes) -> None:
    raw = (b"From: a@b.example\nSubject: s\n" + tree).replace(b"\n", line_end)
    theirs = [
        bytes(part.get_payload(decode=True)).decode().strip()
        for part in email.message_from_bytes(raw, policy=email.policy.compat32).walk()
        if not part.is_multipart()
    ]
    assert [part.text()[0].text.strip() for part in take_apart(raw).top.walk() if not part.is_multipart] == theirs


# -- bounds, counted and not timed ------------------------------------------------------------------------------------


class _Work:
    """Counts the bytes handed to a decoder."""

    real = staticmethod(parts.decode_transfer)

    def __init__(self) -> None:
        self.decoded = 0

    def count(self, raw: bytes, encoding: str, limit: int) -> tuple[bytes, bool]:
        self.decoded += len(raw)
        return self.real(raw, encoding, limit)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> _Work:
    counter = _Work()
    monkeypatch.setattr(parts, "decode_transfer", counter.count)
    return counter


def _mixed(*children: bytes) -> bytes:
    inner = b"".join(b"--b\r\n" + child + b"\r\n" for child in children)
    return _HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + inner + b"--b--\r\n"


def test_an_attachment_of_25_megabytes_is_never_decoded(work: _Work) -> None:
    head = b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    found = understand(_mixed(b"Content-Type: text/plain\r\n\r\nYES", head + b"QUFB" * 6_500_000))
    assert (found.new_text, found.has_attachments, found.truncated) == ("YES", True, False)
    assert work.decoded < 100


def test_of_ten_thousand_parts_only_so_many_are_looked_at(work: _Work) -> None:
    raw = _mixed(*([b"Content-Type: text/plain\r\n\r\nYES"] * 10_000))
    found = understand(raw)
    assert take_apart(raw).parts == MAX_PARTS
    assert found.truncated and "too_much" in found.notes
    assert work.decoded < 1_000


def test_parts_inside_parts_inside_parts_end_somewhere() -> None:
    raw = _HEAD + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n"
    for depth in range(3_000):
        raw += b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (depth, depth + 1)
    taken = take_apart(raw)
    assert taken.cut_short and taken.parts <= MAX_PARTS
    holds(understand(raw))


def test_all_text_parts_together_stay_within_one_bound(work: _Work) -> None:
    huge = b"Content-Type: text/html; charset=utf-8\r\n\r\n" + b"<p>we saw the plan</p>" * 50_000
    assert understand(_mixed(*([huge] * 20))).truncated
    assert work.decoded <= 4 * MAX_TOTAL


# Without a bound on what each piece may cost these take minutes, and the suite's own time limit for a test ends them.
HURTING_HTML = {
    "comments": "<!--" * 100_000,
    "brackets": "<" * 200_000,
    "open quotes": "<a x='" * 50_000,
    "styles": "<style>" * 40_000,
    "hidden": "<div style='display:none'>" * 10_000,
    "entities": "&#" * 100_000,
    "lists": "<li>" * 50_000,
    "quotes": "<blockquote>" * 30_000,
    "ends": "</div>" * 50_000,
    "attributes": "<p " + "a " * 200_000,
}
HURTING_TEXT = {
    "disclaimers": "this email this email confidential ",
    "mistakes": "if you have received ",
    "attributions": "On 1 wrote On 2 wrote ",
    "addresses": "<a@b> <a@b> wrote <",
    "marks": "> > >",
    "telephones": "0 ",
    "links": "http://www.",
    "names": "Ab Cd ",
    "pictures": "[image ",
    "labels": "a" * 60 + ": ",
}


@pytest.mark.parametrize("kind", HURTING_HTML)
def test_html_made_to_hurt_is_read_to_its_end(kind: str) -> None:
    holds(understand(_HEAD + b"Content-Type: text/html\r\n\r\n" + HURTING_HTML[kind].encode()))


@pytest.mark.parametrize("kind", HURTING_TEXT)
def test_text_made_to_hurt_is_read_to_its_end(kind: str) -> None:
    piece = HURTING_TEXT[kind]
    holds(understand(_HEAD + b"\r\n" + ((piece * (1_500 // len(piece)) + "wrote:\n") * 150).encode()))


def test_one_endless_line_is_kept_as_far_as_there_is_room() -> None:
    found = understand(_HEAD + b"\r\n" + b"word " * 50_000)
    assert found.truncated
    assert len(found.new_text) > MAX_NEW_TEXT // 2


def test_a_head_longer_than_we_read_does_not_swallow_the_words() -> None:
    found = understand(_HEAD + b"References: " + b"<a@b.example> " * 50_000 + b"\r\n\r\nYES")
    assert found.new_text == "YES"
    assert len(found.references) <= 200
