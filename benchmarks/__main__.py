"""Runs the benchmarks: all of them, or the ones named (`python -m benchmarks sweep size`)."""

from __future__ import annotations

import importlib
import sys

ALL = ("backup", "crash", "home", "letters", "quarter", "replies", "size", "sweep", "turn")


def main(names: list[str]) -> int:
    """Run each by name; an unknown name is answered with the list."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(ALL)}.")
        return 2
    for name in names or ALL:
        print(f"== {name}")
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
