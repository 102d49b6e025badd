"""Taking secrets out of logs and plans before people read them: shapes of tokens, and what is named like a secret, or by a plan.

Tokens of Slack and Terraform are in redaction.py. All of it takes time in proportion to the text, however hostile that is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from bot.core.redaction import REDACTED, redact

SHAPES = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # Amazon Web Services
    r"|\bgh[pousr]_[A-Za-z0-9]{20,255}|\bgithub_pat_\w{20,255}|\bglpat-[\w-]{16,255}"
    r"|\bAIza[\w-]{30,60}|\bya29\.[\w-]{20,2000}"  # Google
    r"|\bhv[sbr]\.[\w-]{20,255}"  # Vault
    r"|\beyJ[\w-]{8,4000}\.[\w-]{8,8000}\.[\w-]{4,2000}"  # JSON Web Tokens
    r"|\bSG\.[\w-]{16,64}\.[\w-]{16,64}|\b[rs]k_(?:live|test)_\w{16,255}|\bnpm_[A-Za-z0-9]{30,64}|\bdop_v1_[a-f0-9]{32,128}"
    r"|\bhttps?://[^\s/\"'<>]{1,255}/(?:v1/)?object/[^\s\"'<>]+"  # where HCP Terraform keeps logs and plans: who has one needs nothing else
    r"|(?<=[?&])(?:x-amz-signature|x-amz-credential|x-amz-security-token|x-goog-signature|signature|sig|token)=[^\s&\"'<>]+",
    re.IGNORECASE,
)
NAMES = r"pass(?:word|wd|phrase)|secret|token|api[_-]?key|private[_-]?key|access[_-]?key|account[_-]?key|credential|connection[_-]?string"
VALUE = r"(?:\\\"(?:[^\"\\]++|\\(?!\"))*+(?:\\\")?|\"(?:[^\"\\]++|\\.)*+\"?|'[^']*+'?|[\[{].*|[^\s,;\"'}\])(]++\(?)"
UNTOLD = re.compile(r"null|true|false|none|known|sensitive", re.IGNORECASE)
HEREDOC = re.compile(r"<<-?(?P<end>\w{1,40})\s*")
MARGIN = " \t│+~-"
OPENING, CLOSING = "([{", ")]}"
KEY_BEGINS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
KEY_ENDS = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
NAMES_MOST = 500
NAME_LEAST, NAME_MOST = 3, 200
SECRET_LEAST = 4
LINE_MOST = 20_000
CUT = " … (the rest of this line is left out)"


class Mask:
    """`secrets` are values that are known, `names` are what a plan says holds secrets. Lines come in order: some secrets take many."""

    def __init__(self, secrets: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        self._secrets = sorted({one for one in secrets if len(one) >= SECRET_LEAST}, key=len, reverse=True)
        self._assigned = assigned(tuple(sorted({name for name in names if len(name) >= NAME_LEAST}))[:NAMES_MOST])
        self._ends: Callable[[str], bool] | None = None

    def line(self, text: str) -> str | None:
        """One line without its newline; None for one that is inside of a secret."""
        if self._ends is not None:
            if self._ends(text):
                self._ends = None
            return None
        shown = text if len(text) <= LINE_MOST else text[:LINE_MOST] + CUT
        found = KEY_BEGINS.search(shown)
        if found is not None:
            self._ends = None if KEY_ENDS.search(text, found.end()) else lambda line: KEY_ENDS.search(line) is not None
            return self._plain(shown[: found.start()]) + REDACTED
        self._ends = self._end_of(shown)
        return self._plain(shown)

    def _end_of(self, text: str) -> Callable[[str], bool] | None:
        """Tells the line with which a secret ends that begins in this one and does not end in it: a heredoc, a list or an object."""
        found = list(self._assigned.finditer(text))
        if not found:
            return None
        rest = text[found[-1].start("value") :]
        heredoc = HEREDOC.fullmatch(rest)
        if heredoc is not None:
            return lambda line: line.strip(MARGIN) == heredoc["end"]
        if sum(map(rest.count, OPENING)) <= sum(map(rest.count, CLOSING)):
            return None
        depth = margin(text)
        return lambda line: line.lstrip(MARGIN).startswith(tuple(CLOSING)) and margin(line) <= depth

    def _plain(self, text: str) -> str:
        return SHAPES.sub(REDACTED, redact(self._assigned.sub(hidden, text), self._secrets))

    def lines(self, texts: Iterable[str]) -> Iterator[str]:
        """The lines, without those inside of a secret."""
        for text in texts:
            shown = self.line(text)
            if shown is not None:
                yield shown


@lru_cache(maxsize=16)
def assigned(names: tuple[str, ...]) -> re.Pattern[str]:
    """What is given to something that is named like a secret, or as one of these."""
    named = "|".join([rf"(?:{NAMES})[\w-]{{0,40}}", *(rf"(?<![\w-]){re.escape(name)}" for name in names)])
    return re.compile(
        rf"(?P<name>(?:{named})\\?[\"'\]]{{0,3}}\s{{0,40}}(?:=>|:|=)\s{{0,40}})"
        rf"(?P<value>{VALUE})(?P<arrow>\s{{0,20}}->\s{{0,20}}{VALUE})?",
        re.IGNORECASE,
    )


def margin(line: str) -> int:
    return len(line) - len(line.lstrip(MARGIN))


def hidden(found: re.Match[str]) -> str:
    """What tells nothing stays as it is."""
    tells = found["arrow"] is not None or UNTOLD.fullmatch(found["value"]) is None
    return f"{found['name']}{REDACTED}" if tells else found[0]


def masked(text: str, secrets: Iterable[str] = (), names: Iterable[str] = ()) -> str:
    """A text of one line or several."""
    return "\n".join(Mask(secrets, names).lines(text.split("\n")))


SECRET_NAME = re.compile(rf"(?:.*[_.-])?(?:{NAMES})s?(?:[_-](?:value|string|hash|base64|pem|wo|plaintext|data))?", re.IGNORECASE)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def is_secret_name(name: str) -> bool:
    """Whether something that is called so holds a secret: `db_password`, `clientSecret`, and neither `secret_name` nor `token_ttl`."""
    return len(name) <= NAME_MOST and SECRET_NAME.fullmatch(CAMEL.sub("_", name)) is not None
