"""What came in and is not taken: because of what it is, or of how busy we are."""

from __future__ import annotations

from bot.core.errors.kinds import RunbellError


class HandledBefore(RunbellError):
    def __init__(self) -> None:
        super().__init__("This came in before and was handled then, so I did nothing. If you meant it anew, please do it again.")


class RequestLost(RunbellError):
    """Another process judges it, or the person was told that nothing was done; whoever gets this does nothing."""

    def __init__(self) -> None:
        super().__init__("Another process took this over. If nothing comes of it, try again.")


class RequestNotStored(RunbellError):
    """It could not be stored in time, so it is not acknowledged and Slack tells the person that it failed."""

    def __init__(self) -> None:
        super().__init__("This could not be stored in time, so nothing was done. Try again.")


class NoTrigger(RunbellError):
    """Slack lets a form be opened within three seconds of a slash command, a click or a shortcut, and of nothing else."""

    def __init__(self) -> None:
        super().__init__("This opens a form, which Slack lets me do only after a slash command, a button or a shortcut.")


class StoreBusy(RunbellError):
    def __init__(self) -> None:
        super().__init__("My database is busy, so I did nothing. Please try again in a moment.")
