"""What must be so after a disorderly day: what stands in every channel, against what the server says and what was decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.scenes.chaos import CHANNELS, WATCHES, Chaos
from tests.scenes.stage import Message, buttons, key_of

Shown = Mapping[str, list[Message]]
"""The bot's messages in a channel, by the key that each bears."""
HEADLINES = {"applied": "Applied", "discarded": "Discarded", "errored": "ailed", "planned_and_finished": "No changes"}
DECIDED = "SELECT run_id, channel, intent_id FROM decisions ORDER BY decided_at, id"
INTENTS = "SELECT id, deed, state, run_id, channel, sent_at FROM intents"
BORN = "SELECT subject, channel, text FROM messages WHERE kind = 'card'"


@dataclass(frozen=True)
class Intent:
    id: str
    deed: str
    state: str
    run_id: str | None
    channel: str
    sent_at: object


@dataclass(frozen=True)
class Aftermath:
    """`truth` is what the server says of each run, `asked` how often it was asked what, `names` those of the workspaces by their ids.
    `started` and `decided` are the channels in which a run was, and `born` says what a card told its channel when it was posted: the
    gate, the end, or nothing.
    """

    truth: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, str]
    asked: Mapping[str, int]
    comments: Mapping[str, str]
    intents: tuple[Intent, ...]
    started: Mapping[str, str]
    decided: Mapping[str, str]
    born: Mapping[tuple[str, str], str]
    shown: Mapping[str, Shown]

    def wrongs(self) -> Iterator[str]:
        """Each thing that is not as it must be, in words; none where all is well."""
        yield from self.wrong_calls()
        yield from self.wrong_creations()
        for channel in CHANNELS:
            shown = self.shown[channel]
            yield from (
                f"{key or 'a message without a key'} stands {len(ones)} times in {channel}" for key, ones in shown.items() if len(ones) > 1
            )
            for run_id, run in self.truth.items():
                yield from (f"{run_id} ({run['status']}) in {channel}: {wrong}" for wrong in self.wrongs_of(run_id, run, channel, shown))

    def wrong_calls(self) -> Iterator[str]:
        """The server was asked no more often than people decided, and what it did for us is known to be ours."""
        sent = Counter((one.run_id, one.deed) for one in self.intents if one.sent_at is not None)
        for run_id in self.truth:
            for deed in ("apply", "discard"):
                times = self.asked.get(f"POST /api/v2/runs/{run_id}/actions/{deed}", 0)
                if times > sent[run_id, deed]:
                    yield f"{run_id} was asked to {deed} {times} times on {sent[run_id, deed]} decisions"
        for one in self.intents:
            heard = one.run_id is not None and f"ref {one.id}" in self.comments.get(one.run_id, "")
            if one.deed != "create" and heard != (one.state == "settled"):
                yield f"{one.deed} {one.id} of {one.run_id} is {one.state}, and the server {'heard' if heard else 'never heard'} it"

    def wrong_creations(self) -> Iterator[str]:
        """Each run that was asked for in Slack was created once, and is known to be that one."""
        for one in self.intents:
            made = [run_id for run_id, run in self.truth.items() if f"ref {one.id}" in run["message"]] if one.deed == "create" else []
            if len(made) > 1 or (made and made != [one.run_id]):
                yield f"creation {one.id} is {one.state}, its run {one.run_id}, and the server has {made}"

    def wrongs_of(self, run_id: str, run: Mapping[str, Any], channel: str, shown: Shown) -> Iterator[str]:
        """What a run that is over has too little or too much of in a channel."""
        pattern, measure = WATCHES[channel]
        measure = measure if fnmatchcase(self.names[run["workspace"]], pattern) else ""
        has_waited, has_failed = "planned-at" in run["status-timestamps"] and run["has-changes"], run["status"] == "errored"
        is_ours = channel in (self.started.get(run_id), self.decided.get(run_id))
        is_called = has_waited and (measure in {"all", "decisions"} or channel == self.started.get(run_id))
        has_card = is_ours or is_called or measure == "all" or (has_failed and measure != "")
        told = self.born.get((run_id, channel), "")
        wanted = {
            "card/": has_card,
            "call/confirm": is_called and told != "confirm",
            "end/": has_card and told != "ended" and (is_ours or has_failed),
        }
        for key, is_wanted in wanted.items():
            found = shown.get(f"{run_id}/{key}", [])
            if bool(found) != is_wanted:
                yield f"{'no' if is_wanted else 'an unasked'} {key} (the card told “{told}”)"
            for message in found:
                yield from misleading(message, key, HEADLINES[run["status"]])


def misleading(message: Message, key: str, headline: str) -> Iterator[str]:
    if left := buttons(message):
        yield f"{key} still has buttons: {left}"
    if headline not in message["text"] and not key.startswith("call"):
        yield f"{key} does not say {headline}: {message['text'][:100]}"
    if key.startswith("call") and "Decided" not in message["text"]:
        yield f"{key} does not say that it is decided: {message['text'][:100]}"


async def aftermath_of(chaos: Chaos) -> Aftermath:
    stage, truth = chaos.fleet.stage, await chaos.truth()
    intents = tuple(Intent(*row) for row in await chaos.ask(INTENTS))
    decided = await chaos.ask(DECIDED)
    workspaces = (await stage.terraform("GET", "organizations/acme/workspaces?page[size]=100")).json()
    return Aftermath(
        truth=truth,
        names={one["id"]: one["attributes"]["name"] for one in workspaces["data"]},
        asked=(await stage.control("GET", "requests"))["counts"],
        comments={run_id: (await stage.terraform("GET", f"runs/{run_id}/comments")).text for run_id, *_ in decided},
        intents=intents,
        started={one.run_id: one.channel for one in intents if one.deed == "create" and one.run_id is not None},
        decided={run_id: channel for run_id, channel, _ in decided},
        born={(run_id, channel): text for run_id, channel, text in await chaos.ask(BORN)},
        shown={channel: keyed(await stage.of_the_bot(channel)) for channel in CHANNELS},
    )


def keyed(messages: list[Message]) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = {}
    for message in messages:
        found.setdefault(key_of(message), []).append(message)
    return found
