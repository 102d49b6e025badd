"""Taking tokens out of text before it is written anywhere: what looks like one, and those that are known to be in use."""

from __future__ import annotations

import re
from collections.abc import Iterable

REDACTED = "[redacted]"
TOKENS = re.compile(
    r"xox[a-z](?:\.xox[a-z])?-[\w-]+"  # Slack's tokens of people, apps and rotations
    r"|xapp-[\w-]+"
    r"|(?<![\w-])[\w-]+\.atlasv1\.[\w-]+"  # HCP Terraform and Terraform Enterprise
    r"|(?<=bearer )[\w.~+/=-]{8,}"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"  # user and password in an address
    r"|(?<=/services/)[\w/]+|(?<=/actions/)T[\w/]+|(?<=/commands/)T[\w/]+"  # Slack's response addresses: who has one may post
    r"|(?<=ticket=)[\w-]+",
    re.IGNORECASE,
)


def redact(line: str, secrets: Iterable[str] = ()) -> str:
    """The line without anything that looks like a token, and without the secrets that are known to be in use."""
    for secret in secrets:
        line = line.replace(secret, REDACTED)
    return TOKENS.sub(REDACTED, line)
