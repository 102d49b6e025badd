"""What came in and is not taken: because of what it is, or of how busy we are."""

from __future__ import annotations

from bot.core.errors.kinds import RunbellError


class HandledBefore(RunbellError):
    def __init__(self) -> None:
        super().__init__("This came in before and was handled then, so I did nothing. If you meant it anew, please do it again.")


class RequestLost(RunbellError):
    """Another process judges the request, or the person was told that nothing was done. This process does nothing more."""

    def __init__(self) -> None:
        super().__init__("Another process took this over. If nothing comes of it, try again.")


class RequestNotStored(RunbellError):
    """The request could not be stored in time. It is not acknowledged, so Slack shows the person a failure."""

    def __init__(self) -> None:
        super().__init__("This could not be stored in time, so nothing was done. Try again.")


class NoTrigger(RunbellError):
    """Slack lets a form be opened within three seconds of a slash command, a click or a shortcut, and of nothing else."""

    def __init__(self) -> None:
        super().__init__("This opens a form, which Slack lets me do only after a slash command, a button or a shortcut.")


class StoreBusy(RunbellError):
    def __init__(self) -> None:
        super().__init__("My database is busy, so I did nothing. Please try again in a moment.")
