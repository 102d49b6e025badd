"""Where something should be said, and cannot."""

from __future__ import annotations

from bot.core.errors.kinds import ChannelTrouble


class NotInChannel(ChannelTrouble):
    def __init__(self, channel: str) -> None:
        self.channel = channel
        super().__init__("I am not in the channel where it should be told, so I did nothing. Invite me there with /invite and try again.")


class AlreadyWatched(ChannelTrouble):
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        super().__init__(f"This channel already watches “{pattern}”.")


class ChannelShared(ChannelTrouble):
    def __init__(self, channel: str) -> None:
        self.channel = channel
        super().__init__(
            "People of other companies are in this channel, so I only report here and do nothing. Go to another channel, "
            "or have an operator allow this one (allow_shared_channels in runbell.toml)."
        )


class WatchIsCode(ChannelTrouble):
    """`source` is the file that says so."""

    def __init__(self, pattern: str, source: str) -> None:
        self.pattern, self.source = pattern, source
        super().__init__(f"The watch of “{pattern}” stands in {source}, so it is not ended from here: an operator takes it out there.")
