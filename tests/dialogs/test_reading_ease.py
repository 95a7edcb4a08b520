"""Our words are plain: short sentences, everyday words. Measured, so that nobody has to argue about it."""

from __future__ import annotations

import re

from tests.dialogs import samples

LONGEST_SENTENCE = 26
"""Words. The line 'if nothing happens' is a list of dates and is left out."""
MOST_WORDS_A_SENTENCE = 15
"""On average over everything we say."""
EASE = 75
"""Flesch reading ease over everything we say; 60 is plain English, 70 and more is easy."""
_VOWELS = re.compile(r"[aeiouy]+")
_OURS = sorted(name for name in samples.messages() if not name.startswith(("form_", "review")))


def _sentences(text: str) -> list[list[str]]:
    """Our own sentences, without dates, names, references, buttons and commands."""
    text = re.sub(r"If nothing happens:.*", "", text)
    text = re.sub(r"^(\[.*|.*python -m bot.*|[A-Z][^.\n]{0,40}: .*)$", "", text, flags=re.MULTILINE)
    text = re.sub(r"[A-Z]{2}-2026Q3-\d{3}|Priya Fernhollow", "this", text)
    found = []
    for sentence in re.split(r"[.!?:;\n]+", text):
        words = re.findall(r"[A-Za-z']+", sentence)
        if len(words) > 2:
            found.append(words)
    return found


def _syllables(word: str) -> int:
    word = word.lower().removesuffix("es").removesuffix("ed") or word.lower()
    count = len(_VOWELS.findall(word))
    if word.endswith("e") and count > 1 and not word.endswith("le"):
        count -= 1
    return max(count, 1)


def _ease(sentences: list[list[str]]) -> float:
    words = [word for sentence in sentences for word in sentence]
    syllables = sum(_syllables(word) for word in words)
    return 206.835 - 1.015 * len(words) / len(sentences) - 84.6 * syllables / len(words)


def test_the_measure_tells_plain_from_heavy() -> None:
    plain = _sentences("The cat sat on the mat. It was warm there.")
    heavy = _sentences("Notwithstanding organisational accountability, implementation necessitates prioritisation.")
    assert _ease(plain) > 90
    assert _ease(heavy) < 0


def test_everything_we_say_reads_easily_as_a_whole() -> None:
    sentences = [sentence for name in _OURS for sentence in _sentences(samples.messages()[name].text)]
    assert _ease(sentences) >= EASE
    assert sum(map(len, sentences)) / len(sentences) <= MOST_WORDS_A_SENTENCE


def test_no_sentence_is_too_long_for_a_phone() -> None:
    long = {
        name: " ".join(sentence)
        for name in _OURS
        for sentence in _sentences(samples.messages()[name].text)
        if len(sentence) > LONGEST_SENTENCE
    }
    assert not long


_HEAVY = re.compile(
    r"\b(fail\w*|must|breach|complian\w*|non-complian\w*|disciplin\w*|overdue|violat\w*|warning|urgent\w*)\b|!",
    re.IGNORECASE,
)
_FOREIGN = re.compile(r"\b(color|organize|center|behavior)\b")


def test_we_never_threaten_scold_or_shout() -> None:
    harsh = {}
    for name in _OURS:
        said = samples.messages()[name].text.replace("The people who must know", "")
        said = re.sub(r"^! ", "", said, flags=re.MULTILINE)  # marks the line of what is wrong in a plain form
        if found := [*_HEAVY.findall(said), *_FOREIGN.findall(said)]:
            harsh[name] = found
    assert not harsh
