"""What somebody asks for when they start a run, as they wrote it, and what is wrong with it: the same for a command and for the form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.core.literals import literal
from bot.core.targets import address, can_be_replaced

FLAGS = ("plan-only", "destroy", "refresh-only", "auto-apply", "save-plan", "debug")
MOST = 100
"""Of addresses or variables of one kind; who needs more has a file for it."""
LONGEST_KEY = 128
LONGEST_VALUE = 4000
LONGEST_MESSAGE = 1000

CLASHES: tuple[tuple[str, str, str], ...] = (
    ("plan-only", "auto-apply", "A plan-only run can never be applied, so auto-apply does not go with it."),
    ("plan-only", "save-plan", "A plan-only run can never be applied, so there is nothing to save its plan for."),
    ("save-plan", "auto-apply", "A saved plan waits until somebody confirms it, so auto-apply does not go with it."),
    ("destroy", "refresh-only", "A run either destroys what is there or only refreshes the state: choose destroy or refresh-only."),
    ("replace", "destroy", "A destroy run makes nothing anew, so replace does not go with destroy."),
    ("replace", "refresh-only", "A refresh-only run changes no resource, so replace does not go with refresh-only."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """As written. `flags` are of FLAGS; `variables` are `key=value` each, and stand in no repr."""

    workspace: str
    message: str = ""
    flags: frozenset[str] = frozenset()
    targets: tuple[str, ...] = ()
    replacements: tuple[str, ...] = ()
    variables: tuple[str, ...] = field(default=(), repr=False)
    version: str = ""


def problems(wanted: Wanted) -> Mapping[str, str]:
    """What is wrong, a sentence for each option by its name, in the order in which they are judged; empty where all is well."""
    found: dict[str, str] = {}
    for name, sentence in all_problems(wanted):
        found.setdefault(name, sentence)
    return found


def all_problems(wanted: Wanted) -> Iterator[tuple[str, str]]:
    said = wanted.flags | ({"replace"} if wanted.replacements else frozenset())
    yield from ((one, sentence) for one, other, sentence in CLASHES if {one, other} <= said)
    if len(wanted.message) > LONGEST_MESSAGE:
        yield "message", f"The message is longer than {LONGEST_MESSAGE} letters. Say it in fewer."
    for name, words in (("target", wanted.targets), ("replace", wanted.replacements), ("var", wanted.variables)):
        if len(words) > MOST:
            yield name, f"That is {len(words)} times {name}, and {MOST} are taken at most."
    yield from (("target", sentence) for word in wanted.targets if (sentence := target_problem(word)))
    yield from (("replace", sentence) for word in wanted.replacements if (sentence := replacement_problem(word)))
    yield from variable_problems(wanted.variables)


def target_problem(word: str) -> str:
    if address(word) is not None:
        return ""
    return (
        f"“{shown(word)}” is no address of a resource or a module. Write one as in aws_instance.web, module.network or aws_instance.web[0]."
    )


def replacement_problem(word: str) -> str:
    found = address(word)
    if found is not None and can_be_replaced(found):
        return ""
    return f"“{shown(word)}” is no address of a resource that can be made anew. Write one as in aws_instance.web[0]."


def variable_problems(variables: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Nothing of a value is ever in a sentence, nor of what may be one."""
    seen: set[str] = set()
    for number, word in enumerate(variables, 1):
        key, equals, value = word.partition("=")
        key, value = key.strip(), value.strip()
        if not equals or not is_key(key):
            yield "var", f"Variable {number} is not written as a name, = and a value. An example is region=eu-west-1."
        elif not value:
            yield "var", f'The variable {key} has no value. Write {key}=value, or {key}="\\"\\"" for an empty text.'
        elif len(value) > LONGEST_VALUE:
            yield "var", f"The value of the variable {key} is longer than {LONGEST_VALUE} letters."
        elif literal(value) is None:
            yield "var", f"The value of the variable {key} {BROKEN}"
        elif key in seen:
            yield "var", f"The variable {key} is given twice. Say which value it shall have."
        seen.add(key)


BROKEN = (
    'begins as a quoted text, a list or a map does, and is none. Close it as in ["a", "b"] or {size = 2}, with every text in it quoted and '
    "nothing to be worked out."
)


def is_key(word: str) -> bool:
    return len(word) <= LONGEST_KEY and not word.startswith("-") and word.replace("-", "_").isidentifier()


def shown(word: str) -> str:
    return word if len(word) <= 60 else f"{word[:59]}…"  # noqa: PLR2004 - what still reads well


def addresses(words: tuple[str, ...]) -> tuple[str, ...]:
    """Each once, in order; of words in which nothing is wrong."""
    return tuple(dict.fromkeys(found for word in words if (found := address(word)) is not None))


def assignments(words: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Names and HCL literals, of words in which nothing is wrong."""
    split = [word.partition("=") for word in words]
    return tuple((key.strip(), made) for key, _, value in split if (made := literal(value)) is not None)
