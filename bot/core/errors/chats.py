"""What Slack does not do."""

from __future__ import annotations

from bot.core.errors.kinds import ChatTrouble


class ChatUnreachable(ChatTrouble):
    def __init__(self) -> None:
        super().__init__("Slack cannot be reached.")


class ChatAnswerLost(ChatTrouble):
    def __init__(self) -> None:
        super().__init__("Slack did not answer; the message may have been posted.")


class ChatRateLimited(ChatTrouble):
    """`retry_after` is in seconds."""

    def __init__(self, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(f"Slack asks to wait {retry_after:g} s.")


REFUSED = "Slack refused"
"""What every refusal of Slack begins with, and nothing else: it is told from a silence where the words alone are kept."""


class ChatRefused(ChatTrouble):
    """`code` is Slack's own error word; `detail` is what it says of where, without any text of the message."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code, self.detail = code, detail
        super().__init__(f"{REFUSED}: {code}{f' ({detail})' if detail else ''}.")


class MessageGone(ChatRefused):
    pass


class CannotEdit(ChatRefused):
    pass


class ThreadClosed(ChatRefused):
    """What should be replied to takes no replies: locked, gone, or a reply itself."""


class ChannelClosed(ChatRefused):
    """Not a member, archived, or gone."""


class InstallationDead(ChatTrouble):
    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"Slack does not accept the bot's token any more ({code}). An operator has to install the app again.")
