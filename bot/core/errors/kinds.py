"""What every error has, and the kinds under which the others stand."""

from __future__ import annotations

from collections.abc import Sequence


class RunbellError(Exception):
    """Anything that goes wrong in a way that we have words for. `was_shown`: the person sees them already, in a modal."""

    was_shown = False

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def listed(names: Sequence[str], last: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


class BadCommand(RunbellError):
    pass


class NotFound(RunbellError):
    """`is_hidden`: it is there, and the person may not read it. What they are told is the same; logs and the audit say which it was."""

    is_hidden = False


class NotAllowed(RunbellError):
    pass


class CannotAct(RunbellError):
    pass


class ChannelTrouble(RunbellError):
    pass


class UploadTrouble(RunbellError):
    pass


class TerraformTrouble(RunbellError):
    """The Runs API did not do what we asked; `was_received` says whether it may have done it all the same."""

    was_received = False


class ChatTrouble(RunbellError):
    """Slack did not do what we asked."""
