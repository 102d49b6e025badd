"""What the Runs API does not do. What may have been received all the same is told by `was_received`."""

from __future__ import annotations

from bot.core.errors.kinds import TerraformTrouble


class TerraformUnreachable(TerraformTrouble):
    def __init__(self, host: str) -> None:
        super().__init__(f"{host} cannot be reached. Nothing was done; please try again in a moment.")


class TerraformAnswerLost(TerraformTrouble):
    was_received = True

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} did not answer in time. I am looking at what became of it.")


class TerraformFailed(TerraformTrouble):
    was_received = True

    def __init__(self, host: str, status: int) -> None:
        self.status = status
        super().__init__(f"{host} had a problem of its own (HTTP {status}). Please try again in a moment.")


class TerraformRateLimited(TerraformTrouble):
    """`retry_after` is in seconds."""

    def __init__(self, host: str, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(f"{host} asks me to wait {max(1, round(retry_after))} s before the next request. Nothing was done yet.")


class TokenRejected(TerraformTrouble):
    def __init__(self, host: str) -> None:
        super().__init__(f"{host} does not accept the token I use (TFE_TOKEN): it has expired or was revoked. An operator has to renew it.")


class OrganizationToken(TerraformTrouble):
    def __init__(self) -> None:
        super().__init__("TFE_TOKEN is an organization token, which cannot start or apply runs. Use a team's or a user's token.")


class NotVisible(TerraformTrouble):
    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"{what} does not exist, or the token I use may not see or do this.")


class StateMovedOn(TerraformTrouble):
    def __init__(self, what: str, said: str = "") -> None:
        self.what = what
        super().__init__(f"{what} is no longer in a state that allows this{f' ({said})' if said else ''}.")


class RequestRefused(TerraformTrouble):
    def __init__(self, host: str, said: str) -> None:
        self.said = said
        super().__init__(f"{host} refused: {said}")


class AddressRefused(TerraformTrouble):
    """The server named another host, or one in an inner network, for a log, a plan or an upload. `host` is all that is told of the URL."""

    def __init__(self, host: str, why: str) -> None:
        self.host, self.why = host, why
        super().__init__(
            f"The server sends me to {host} for something of its own, and I do not go there: {why}. An operator can look into it."
        )


class TooLarge(TerraformTrouble):
    """`most` is in bytes."""

    def __init__(self, what: str, most: int) -> None:
        self.what, self.most = what, most
        super().__init__(f"{what} is larger than the {max(1, most // 1_000_000)} MB that I read. Look at it on the server's own page.")


class UnexpectedAnswer(TerraformTrouble):
    """An answer that is not of the Runs API; after a write it is an unknown outcome."""

    was_received = True

    def __init__(self, what: str) -> None:
        super().__init__(f"The server's answer was not what the Runs API gives ({what}). Is TFE_ADDRESS right?")
