"""What is wrong with an answer that was typed, in words that say what to type instead. Never repeats what was typed."""

from __future__ import annotations

from datetime import date

from dialogs.kit.problems import say_problem
from dialogs.kit.speaking import say_date, say_list
from policy.forms.forms import FormContext, Problem, choices_of, clean_text
from policy.framework.framework import FormField

_NEEDED = {
    "choice": "This one is needed. Please choose one of the answers.",
    "choices": "This one is needed. Please choose at least one of the answers.",
    "yes_no": "This one is needed. Please answer yes or no.",
    "date": "This one is needed. Please give a day, such as 13 March.",
    "time": "This one is needed. Please give a time, such as 2.30pm.",
    "confirm": "This one is needed. Please answer yes once it is done.",
    "text": "This one is needed. A few words are enough.",
}


def say_heard(problem: Problem, field: FormField, said: str, context: FormContext, *, by_email: bool = False) -> str:
    """Why a typed answer was not taken, and what would be. `said` is measured only, and never shown."""
    today = context.today
    type_ = "write" if by_email else "type"
    match problem.code:
        case "required":
            return _NEEDED[field.kind]
        case "out_of_range":
            count = int(problem.limit or 0)
            return f"There are {count} choices. Please {type_} a number from 1 to {count}, or the words."
        case "which_choice":
            return f"That fits more than one of the answers. Please {type_} the number of the one you mean."
        case "not_a_choice" if field.kind == "yes_no":
            return "Please answer yes or no."
        case "not_a_choice":
            count = len(choices_of(field, context))
            return (
                f"I did not find that among the {count} answers."
                f" Please {type_} a number from 1 to {count}, or the words."
            )
        case "not_a_date":
            return "I could not read a day in that. Please write it like 13 March, 13/3 or yesterday."
        case "no_such_day":
            return "There is no such day in the calendar. Please look once more, and write it like 13 March or 13/3."
        case "day_first":
            return "There is no such month. Please put the day first, as in 13/3 or 13 March."
        case "not_that_weekday":
            day = date.fromisoformat(str(problem.limit))
            short = f"{day.day} {say_date(day, day).split()[-1]}"
            return f"{short} is a {say_date(day, day).split()[0]}. Please say which day you mean, such as {short}."
        case "which_date":
            days = [say_date(date.fromisoformat(one), today) for one in str(problem.limit).split(",")]
            return f"That could be {say_list(days, last='or')}. Please {type_} the day and the month."
        case "which_half":
            hour = int(str(problem.limit)[:2]) % 12 or 12
            spoken = f"{hour}.{str(problem.limit)[3:5]}" if str(problem.limit)[3:5] != "00" else f"{hour}"
            return f"Is that morning or afternoon? Please {type_} {spoken}am or {spoken}pm."
        case "not_a_time":
            return "I could not read a time in that. Please write it like 2.30pm or 14:30."
        case "too_long":
            return _too_long(problem, said, by_email=by_email)
        case "too_short":
            return f"Please say a little more: {problem.limit} characters at least, so that others can follow it."
    return say_problem(problem, field, "", today)


def _too_long(problem: Problem, said: str, *, by_email: bool) -> str:
    limit, length = int(problem.limit or 0), len(clean_text(said))
    where = "in the email you sent" if by_email else "in your message above"
    return (
        f"That is {length - limit:,} characters too long: {length:,}, and {limit:,} fit."
        f" It is still {where}. Please shorten it and send it again."
    )
