"""Invented names for the fictional council: many first names, surnames nobody has, never the same pair twice."""

from __future__ import annotations

from collections.abc import Iterator

_FIRST = (
    *("Aisha", "Bronwen", "Chidi", "Daria", "Emeka", "Farah", "Gethin", "Hana", "Imogen", "Jaspreet", "Kwame", "Leila"),
    *("Marek", "Nadia", "Owen", "Priya", "Quentin", "Rosa", "Samir", "Tomasz", "Uma", "Violet", "Wei", "Xanthe"),
    *("Yasmin", "Zofia", "Adebayo", "Bethan", "Callum", "Dilys", "Efua", "Fergus", "Gurpreet", "Hamid", "Idris"),
    *("Joanna", "Kasia", "Lwazi", "Morag", "Ngozi", "Oren", "Parveen", "Rhys", "Shanice", "Tariq", "Usha", "Vikram"),
    *("Winifred", "Yusuf", "Zara", "Amina", "Beatrix", "Cormac"),
)
_SURNAME_STARTS = (
    *("Alder", "Bracken", "Cold", "Dun", "Elm", "Fern", "Gorse", "Hazel", "Ivy", "Juniper", "Kestrel", "Larch"),
    *("Marram", "Nettle", "Oaken", "Pinder", "Quarry", "Rook", "Sallow"),
)
_SURNAME_ENDS = ("fold", "harrow", "mere", "scar", "hollow", "thwaite", "gate", "by", "combe", "shade", "bank")


def invented_names(start: int = 0) -> Iterator[str]:
    """First name and surname, over eleven thousand pairs before one could repeat. `start` begins further on."""
    surnames = [first + last for last in _SURNAME_ENDS for first in _SURNAME_STARTS]
    # 53 first names and 209 surnames have no common factor, so counting along both at once visits every pair once.
    for number in range(start, start + len(_FIRST) * len(surnames)):
        yield f"{_FIRST[number % len(_FIRST)]} {surnames[number * 7 % len(surnames)]}"
