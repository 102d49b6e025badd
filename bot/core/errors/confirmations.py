"""What stands against a click on a button that confirms a command."""

from __future__ import annotations

from bot.core.errors.kinds import CannotAct, NotAllowed


class ConfirmationExpired(CannotAct):
    """It was used before, is older than ten minutes, or is none of ours."""

    def __init__(self) -> None:
        super().__init__("This has expired. Type it again.")


class NotYourConfirmation(NotAllowed):
    def __init__(self) -> None:
        super().__init__("Only the person who asked can use this button. Nothing was done.")


class ApplyInterrupted(CannotAct):
    """The run is applying: whoever cancels it has to be told first what that may leave behind."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"{run_id} is applying. Resources can be left half created, so nothing was canceled yet.")
