"""Taking secrets out of logs and plans before people read them: shapes of tokens, and what is named like a secret, or by a plan.

Tokens of Slack and Terraform are in redaction.py. All of it takes time in proportion to the text, however hostile that is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any

from bot.core.redaction import REDACTED, redact
from bot.core.secret_headers import without_headers
from bot.core.secret_names import ARN, is_secret_name
from bot.core.secret_pairs import MARGIN, SET_ASIDE, VALUE, PairLines, is_plain, margin, pairs_hidden
from bot.core.secret_values import json_without_secrets, without_secrets

# Callers that mask also ask about names.
__all__ = ["LINE_MOST", "Mask", "is_secret_name", "masked", "safe_tree"]

SHAPES = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # Amazon Web Services
    r"|\bgh[pousr]_[A-Za-z0-9]{20,255}|\bgithub_pat_\w{20,255}|\bglpat-[\w-]{16,255}"
    r"|\bAIza[\w-]{30,60}|\bya29\.[\w-]{20,2000}"  # Google
    r"|\bhv[sbr]\.[\w-]{20,255}"  # Vault
    r"|\beyJ[\w-]{8,4000}\.[\w-]{8,8000}\.[\w-]{4,2000}"  # JSON Web Tokens
    r"|\bSG\.[\w-]{16,64}\.[\w-]{16,64}|\b[rs]k_(?:live|test)_\w{16,255}|\bnpm_[A-Za-z0-9]{30,64}|\bdop_v1_[a-f0-9]{32,128}"
    r"|\bsk-[\w-]{20,255}|\bpypi-[\w-]{16,1000}|\bhf_[A-Za-z0-9]{20,255}|\bdckr_pat_[\w-]{16,255}|\bglsa_\w{20,255}|\bwhsec_[A-Za-z0-9+/=]{16,255}"
    r"|\bAGE-SECRET-KEY-1[A-Z0-9]{20,255}"
    r"|\bhttps?://[^\s/\"'<>]{1,255}/(?:v1/)?object/[^\s\"'<>]+"  # where HCP Terraform keeps logs and plans: who has one needs nothing else
    r"|(?<=[?&])(?:x-amz-signature|x-amz-credential|x-amz-security-token|x-goog-signature|signature|sig|token)=[^\s&\"'<>]+",
    re.IGNORECASE,
)
LONG = (
    r"pass(?:word|wd|phrase|code)|secret|token|credential|connection[_-]?string|htpasswd|kubeconfig|dockerconfigjson"
    r"|(?:auth|signing|encryption|client|private|api|access|account|shared|master|session|license|hmac)[_-]?key"
)
SHORT = "pass|pwd|pw|cookies?|creds?|dsn|psk|jwt"
WHOLE = (  # by the capitals of its neighbors: `db_pass`, `dbPass` and `DB_PASS`, but neither `compass` nor `passenger`
    rf"(?-i:(?<![A-Za-z])(?:{SHORT})(?![a-z])|(?:{'|'.join(one.capitalize() for one in SHORT.split('|'))})(?![a-z])"
    rf"|(?<![A-Z])(?:{SHORT.upper()})(?![A-Za-z]))"
)
NAMES = rf"(?:{LONG}|{WHOLE})"
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
HEREDOC = re.compile(r"<<-?(?P<end>\w{1,40})\s*")
BLOCK = re.compile(r"[|>][+-]?[0-9]?\s*")
"""How YAML begins a text of several lines: those further in belong to it, and the line that ends it is the next one's."""
OPENING, CLOSING = "([{", ")]}"
KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
ARN_INSIDE = re.compile(rf"(?<![\w:]){ARN.pattern}", re.ASCII)
PRIVATE = dict.fromkeys((0xE000, 0xE001))
NAMES_MOST = 500
NAME_LEAST = 3
SECRET_LEAST = 4
LINE_MOST = 20_000
CUT = " … (the rest of this line is left out)"


class Mask:
    """`secrets` are values that are known, `names` are what a plan says holds secrets. Lines come in order: some secrets take many."""

    def __init__(self, secrets: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        self._secrets = sorted({one for one in secrets if len(one) >= SECRET_LEAST}, key=len, reverse=True)
        self._names = tuple(sorted({name for name in names if len(name) >= NAME_LEAST}))[:NAMES_MOST]
        self._assigned = assigned(self._names)
        self._pairs = PairLines()
        self._block: int | None = None
        self._ends: Callable[[str], bool] | None = None

    def line(self, text: str, after: str = "") -> str | None:
        """One line without its newline; None for one that is inside of a secret. `after` is the next one."""
        if self._ends is not None:
            if self._ends(text):
                self._ends = None
            return None
        if self._block is not None and (not text.strip() or margin(text) > self._block):
            return None
        self._block = None
        shown = text if len(text) <= LINE_MOST else text[:LINE_MOST] + CUT
        found = KEY_BEGINS.search(shown)
        if found is not None:
            self._ends = None if KEY_ENDS.search(text, found.end()) else lambda line: KEY_ENDS.search(line) is not None
            return self._plain(shown[: found.start()]) + REDACTED
        begins = self._pairs.hidden_from(shown, after[:LINE_MOST])
        if begins is not None:
            self._goes_on(shown, shown[begins:])
            return self._plain(shown[:begins]) + REDACTED
        tree = json_without_secrets(shown, self._text)
        if tree is not None:
            return self._shapeless(tree)
        given = list(self._assigned.finditer(shown))
        if given:
            self._goes_on(shown, shown[given[-1].start("value") :])
        return self._plain(shown)

    def _goes_on(self, text: str, rest: str) -> None:
        """Note how a secret ends that begins with the `rest` of this line and does not end in it."""
        self._ends = end_of(text, rest)
        if BLOCK.fullmatch(rest):
            self._block = margin(text)

    def _text(self, text: str) -> str:
        return masked(text, self._secrets, self._names)

    def _plain(self, text: str) -> str:
        kept: list[str] = []

        def set_aside(found: re.Match[str]) -> str:
            kept.append(found[0])
            return f"\ue000{len(kept) - 1}\ue001"

        shown = ARN_INSIDE.sub(set_aside, text.translate(PRIVATE))
        shown = self._assigned.sub(hidden, pairs_hidden(without_headers(shown)))
        return self._shapeless(SET_ASIDE.sub(lambda found: kept[int(found[0][1:-1])], shown))

    def _shapeless(self, text: str) -> str:
        return SHAPES.sub(REDACTED, redact(text, self._secrets))

    def lines(self, texts: Iterable[str]) -> Iterator[str]:
        """The lines, without those inside of a secret."""
        for text, after in pairwise(chain(texts, [""])):
            shown = self.line(text, after)
            if shown is not None:
                yield shown


@lru_cache(maxsize=16)
def assigned(names: tuple[str, ...]) -> re.Pattern[str]:
    """What is given to something that is named like a secret, or as one of these."""
    named = "|".join(
        [
            rf"(?:{NAMES})[\w-]{{0,40}}(?:\.(?!tf\b|json\b|ya?ml\b)[\w-]{{1,40}}){{0,4}}",
            *(rf"(?<![\w-]){re.escape(name)}" for name in names),
        ]
    )
    return re.compile(
        rf"(?P<name>(?:{named})\\{{0,15}}[\"'\]]{{0,3}}\s{{0,40}}(?:=>|:|=)\s{{0,40}})"
        rf"(?P<value>{VALUE})(?:\s{{0,20}}->\s{{0,20}}(?P<later>{VALUE}))?",
        re.IGNORECASE,
    )


def end_of(text: str, rest: str) -> Callable[[str], bool] | None:
    """Tells the last line of what begins with the `rest` of a line: a heredoc, a list, an object. None where it ends in this line."""
    heredoc = HEREDOC.fullmatch(rest)
    if heredoc is not None:
        return lambda line: line.strip(MARGIN) == heredoc["end"]
    depth = margin(text)
    if sum(map(rest.count, OPENING)) <= sum(map(rest.count, CLOSING)):
        return None
    return lambda line: line.lstrip(MARGIN).startswith(tuple(CLOSING)) and margin(line) <= depth


def hidden(found: re.Match[str]) -> str:
    """What tells nothing stays as it is. `NAME=123456` may be a password, `name = 123456` is a number."""
    values = [found["value"], *([found["later"]] if found["later"] else [])]
    is_tight = found["name"].endswith("=") and NUMBER.fullmatch(found["value"]) is not None
    return found[0] if not is_tight and all(map(is_plain, values)) else f"{found['name']}{REDACTED}"


def masked(text: str, secrets: Iterable[str] = (), names: Iterable[str] = ()) -> str:
    """A text of one line or several."""
    if "\n" in text and (tree := json_without_secrets(text, lambda leaf: masked(leaf, secrets, names))) is not None:
        text = tree
    return "\n".join(Mask(secrets, names).lines(text.split("\n")))


def safe_tree(value: Any, *, is_secret: bool = False, most: int | None = None) -> Any:
    """A value of a plan, at whatever depth, without what its names, its pairs or its text give away; of each text `most` letters."""
    return without_secrets(value, lambda text: masked(text[:most]), is_secret=is_secret)
