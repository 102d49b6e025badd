"""Why a click on a button that confirms a command is refused."""

from __future__ import annotations

from bot.core.errors.kinds import CannotAct, NotAllowed


class ConfirmationExpired(CannotAct):
    """It was used before, is older than ten minutes, or is none of ours."""

    def __init__(self) -> None:
        super().__init__("This click did nothing: the button was used before, or is older than 10 minutes. Type the command again.")


class NotYourConfirmation(NotAllowed):
    def __init__(self) -> None:
        super().__init__("Only the person who asked can use this button. Nothing was done.")


class ApplyInterrupted(CannotAct):
    """The run is applying, so the person first has to see what canceling may leave behind."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(f"Nothing was canceled: {run_id} is applying, and resources can be left half created.")
