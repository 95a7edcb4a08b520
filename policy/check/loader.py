"""Reads the framework file. Whatever is wrong with it is said with the file, the line, the place and the reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from policy.check import coherence, toml_lines
from policy.check.problem import Problem
from policy.framework.framework import Framework

SHIPPED = Path(__file__).parents[1] / "framework.toml"
"""The framework file that comes with the bot."""

_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)$")
_AT_END = "(at end of document)"
_MOST_SAID = 10  # further faults in one message; more would scroll the first away
_LONGEST_FILE = 2_000_000  # characters; a framework is a few pages, anything longer is another file


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a framework file. `line` counts from 1."""

    line: int
    where: str
    reason: str


class FrameworkError(Exception):
    """The framework file cannot be used."""

    def __init__(self, path: Path | str, line: int, where: str, reason: str, others: Sequence[Fault] = ()) -> None:
        self.path = Path(path)
        self.line = line
        self.where = where
        self.reason = reason
        self.others = tuple(others)
        """What else is wrong with the same file, so that one look can mend it all."""
        name = self.path.name
        said = [_say(name, fault) for fault in (Fault(line, where, reason), *self.others[:_MOST_SAID])]
        if len(self.others) > _MOST_SAID:
            said.append(f"... and {len(self.others) - _MOST_SAID} more.")
        super().__init__("\n".join(said))


def _say(name: str, fault: Fault) -> str:
    place = f"{fault.where}: " if fault.where else ""
    return f"{name} line {fault.line}, {place}{fault.reason}"


def load_framework(path: Path | None = None) -> Framework:
    """The framework in `path`, or the one that comes with the bot. FrameworkError names what is wrong and where."""
    path = path or SHIPPED
    text = _read(path)
    data = _parse(path, text)
    try:
        framework = Framework.model_validate(_as_tuples(data), strict=True)
    except ValidationError as error:
        raise _refusal(path, text, data, _model_problems(error)) from error
    if problems := coherence.problems(framework):
        raise _refusal(path, text, data, problems)
    return framework


def _read(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FrameworkError(path, 1, "", f"the file cannot be read ({error.strerror or error}).") from error
    try:
        # Notepad writes a byte order mark; the file is good without it.
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise FrameworkError(path, line, "", "the file is not UTF-8 text; save it as UTF-8.") from error
    if len(text) > _LONGEST_FILE:
        raise FrameworkError(path, 1, "", "the file is far too long to be a framework.")
    return text


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = _AT_LINE.search(message)
        line = int(found[1]) if found else text.rstrip().count("\n") + 1
        reason = _AT_LINE.sub("", message).replace(_AT_END, "").strip().rstrip(".")
        raise FrameworkError(path, line, "", f"this is not valid TOML ({reason}).") from error
    except RecursionError as error:
        raise FrameworkError(path, 1, "", "the file nests lists or tables far too deeply.") from error


def _as_tuples(value: Any) -> Any:
    """Lists as tuples all the way down: strict validation takes a tuple for a tuple, and `"1"` never for 1."""
    if isinstance(value, list):
        return tuple(_as_tuples(entry) for entry in value)
    if isinstance(value, dict):
        return {key: _as_tuples(entry) for key, entry in value.items()}
    return value


def _refusal(path: Path, text: str, data: dict[str, Any], problems: Iterable[Problem]) -> FrameworkError:
    lines = toml_lines.lines_of(text)
    faults = sorted(
        (
            Fault(toml_lines.line_of(lines, problem.path), _where(data, problem.path), problem.reason)
            for problem in problems
        ),
        key=lambda fault: fault.line,
    )
    first, *others = faults
    return FrameworkError(path, first.line, first.where, first.reason, others)


def _where(data: Any, path: Sequence[str | int]) -> str:
    """A path as a person reads it: `ladders.learning_space.steps[2].tell`, entries by their key where they have one."""
    words = ""
    for part in path:
        entry = data[part] if _holds(data, part) else None
        if isinstance(part, str):
            words += f".{part}" if words else part
        elif isinstance(entry, dict) and isinstance(entry.get("key"), str):
            words += f".{entry['key']}"
        else:
            words += f"[{part}]"
        data = entry
    return words


def _holds(data: Any, part: str | int) -> bool:
    if isinstance(part, str):
        return isinstance(data, dict) and part in data
    return isinstance(data, list) and part < len(data)


# -- pydantic's findings in plain words -------------------------------------------------------------------------------


def _model_problems(error: ValidationError) -> list[Problem]:
    details = error.errors(include_url=False)
    # A misspelt key is one mistake, not an unknown key and a missing one.
    misspelt = {(*detail["loc"][:-1], _meant(detail["loc"])) for detail in details if _is_unknown_key(detail)}
    return [
        Problem(tuple(detail["loc"]), _plain(detail))
        for detail in details
        if not (detail["type"] == "missing" and detail["loc"] in misspelt)
    ]


def _is_unknown_key(detail: ErrorDetails) -> bool:
    return detail["type"] == "extra_forbidden"


_PLAIN = {
    "missing": "is missing.",
    "string_type": "must be text in quotes, not {input}.",
    "int_type": "must be a whole number, not {input}.",
    "int_from_float": "must be a whole number, not {input}.",
    "bool_type": "must be true or false, not {input}.",
    "time_type": "must be a time like 09:00:00 without quotes, not {input}.",
    "tuple_type": "must be a list in square brackets, not {input}.",
    "dict_type": "must be a table of names and texts, not {input}.",
    "model_type": "must be a table with its own keys, not {input}.",
    "literal_error": "must be {expected}, not {input}.",
    "greater_than_equal": "must be {ge} or more, not {input}.",
    "less_than_equal": "must be {le} or less, not {input}.",
    "string_too_long": "is too long: {max_length} characters at most.",
    "string_pattern_mismatch": "must be small letters, digits and _ only, beginning with a letter, not {input}.",
    "too_short": "has too few entries: {min_length} are needed.",
    "too_long": "has too many entries: {max_length} are needed.",
}


def _plain(detail: ErrorDetails) -> str:
    if _is_unknown_key(detail):
        return _unknown_key(detail["loc"])
    words = _PLAIN.get(detail["type"])
    if words is None:
        return f"cannot be used: {detail['msg'][:1].lower()}{detail['msg'][1:]}."
    return words.format(input=_shown(detail["input"]), **detail.get("ctx", {}))


def _shown(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"' if len(value) <= 60 else f'"{value[:57]}..."'
        case int() | float():
            return str(value)
        case tuple():
            return "a list"
        case dict():
            return "a table"
        case _:
            return f"the {type(value).__name__} {value}"


def _unknown_key(path: Sequence[str | int]) -> str:
    meant, known = _meant(path), _keys_at(path[:-1])
    hint = f' Did you mean "{meant}"?' if meant else f" It has: {', '.join(known)}." if known else ""
    return f"is not a key this part of the file has.{hint}"


def _meant(path: Sequence[str | int]) -> str:
    """The key that was probably meant by an unknown one, or empty."""
    near = get_close_matches(str(path[-1]), _keys_at(path[:-1]), n=1)
    return near[0] if near else ""


def _keys_at(path: Sequence[str | int]) -> list[str]:
    model: Any = Framework
    for part in path:
        if isinstance(part, int):
            continue
        if not (isinstance(model, type) and issubclass(model, BaseModel)) or part not in model.model_fields:
            return []
        model = _model_in(model.model_fields[part].annotation)
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _model_in(annotation: Any) -> Any:
    """The model inside `tuple[Model, ...]` or `Model | None`, or the annotation itself."""
    for inner in getattr(annotation, "__args__", ()):
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return inner
    return annotation
