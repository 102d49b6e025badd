from __future__ import annotations

from typing import Any

import pytest

from bot.core.commands import GRAMMAR
from bot.core.errors import ChatUnreachable, StoreBusy
from bot.core.policy import Actor, Place
from bot.core.runs import Action
from bot.services.repeats import Repeats
from tests.handlers.desk import APP_USER, Desk, event
from tests.services.house import ANA, GUS, KIM

ME = f"<@{APP_USER}>"
THREAD = "1795520000.000100"


def said(desk: Desk, words: str, actor: Actor = ANA, *, number: int = 1, **more: Any) -> dict[str, Any]:
    """A mention in a channel, said just now; `more` are other facts of the event."""
    inner = {
        "type": "app_mention",
        "user": actor.id,
        "text": words,
        "ts": f"{desk.house.clock.now().timestamp():.0f}.{number:06}",
        "channel": "C0DEPLOYS",
        "event_ts": "1.1",
    }
    return event(inner | more, f"Ev{number}")


def written(desk: Desk, words: str, actor: Actor = ANA, **more: Any) -> dict[str, Any]:
    return said(desk, words, actor, **{"type": "message", "channel": "D0ANA", "channel_type": "im"} | more)


def waiting(desk: Desk, name: str = "storefront-prod") -> str:
    return desk.house.runs.add_run(desk.house.runs.add_workspace(name), "planned").id


def decided(desk: Desk) -> list[tuple[Any, Any]]:
    return [(call.given["action"], call.given["run_id"]) for call in desk.house.runs.calls_of("act")]


async def test_a_mention_in_a_thread_is_answered_there_to_whoever_asked_alone(desk: Desk) -> None:
    run_id = waiting(desk)
    await desk.send(said(desk, f"{ME} show storefront-prod", thread_ts=THREAD))
    ((channel, person, text),) = desk.private.told
    assert (channel, person, desk.private.threads) == ("C0DEPLOYS", "U0ANA", [THREAD])
    assert "Decision needed" in text
    assert run_id


@pytest.mark.parametrize(
    "text",
    [
        f"{ME} help show",
        f"  {ME}, help show",
        f"<@{APP_USER}|runbell>: /tf help show",
        f"{ME}\u00a0help  “show”",
    ],
)
async def test_what_follows_the_mention_is_the_command(desk: Desk, text: str) -> None:
    await desk.send(said(desk, text))
    assert "Show a run as it is now." in desk.private.told[0][2]


@pytest.mark.parametrize("text", [ME, f"{ME}:", f"{ME} !"])
async def test_a_mention_alone_offers_what_one_most_likely_wants(desk: Desk, text: str) -> None:
    await desk.send(said(desk, text))
    assert desk.private.told[0][2] == "Nothing in this channel waits for you. What would you like?"


async def test_a_mention_is_shown_what_it_would_do_and_a_click_does_it(desk: Desk) -> None:
    run_id = waiting(desk)
    await desk.send(said(desk, f"{ME} approve {run_id}", thread_ts=THREAD))
    assert decided(desk) == []
    assert (run_id in desk.private.told[0][2], desk.private.threads) == (True, [THREAD])
    [answer] = await desk.confirm(desk.private.said[0])
    assert decided(desk) == [(Action.APPLY, run_id)]
    assert "Approved" in answer
    assert desk.answers[-1]["replace_original"] is True


SENTENCES = [
    "Please do NOT {me} approve {run} until Monday",
    "&gt; {me} approve {run}",
    "> {me} approve {run}",
    "`{me} approve {run}`",
    "```{me} approve {run}```",
    "• {me} approve {run}",
    "1. {me} approve {run}",
    "*{me}* approve {run}",
    "~{me} approve {run}~",
    "never\n{me} approve {run}",
    "<@U0KIM> {me} approve {run}",
    "{me} &gt; approve {run}",
    "{me} please approve {run}",
    "{me} - approve {run}",
]


async def test_a_sentence_with_a_command_in_it_is_none_and_gets_no_answer(desk: Desk) -> None:
    run_id = waiting(desk)
    for number, text in enumerate(SENTENCES, start=1):
        await desk.send(said(desk, text.format(me=ME, run=run_id), number=number))
        assert (decided(desk), desk.private.told) == ([], []), text
    await desk.send(said(desk, f"{ME} help", number=len(SENTENCES) + 1))
    assert len(desk.private.told) == 1, "nothing would have been answered in any case"


SLIPS = [
    "{me} approve {run} until Monday",
    "{me} discard {run} please",
    "{me} approve {run}\nno, wait",
    "{me} approve `{run}`",
    "{me} `approve {run}`",
    "{me} approve {run} <@U0KIM>",
    "{me} approve {run} {me}",
    "{me} approve {run} <!here>",
    "approve {run} {me}",
    "{me} lock storefront-prod until Monday",
    "{me} override {run} until Monday",
    "{me} run storefront-prod --var a=b",
]


async def test_what_begins_with_a_command_is_told_how_to_type_it_and_offers_no_button(desk: Desk) -> None:
    run_id = waiting(desk)
    for number, text in enumerate(SLIPS, start=1):
        await desk.send(said(desk, text.format(me=ME, run=run_id), number=number))
        assert len(desk.private.told) == number, text
        _, person, told = desk.private.told[-1]
        assert (person, "Usage: `/tf " in told) == ("U0ANA", True), text
        assert "actions" not in [block["type"] for block in desk.private.said[-1]["blocks"]], text
        assert decided(desk) == [], text


def section(*leaves: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": [*leaves]}


def styled(style: str) -> dict[str, Any]:
    return section({"type": "text", "text": "x", "style": {style: True}})


QUOTED: list[Any] = [
    *(
        [{"type": "rich_text", "elements": elements}]
        for elements in (
            [{"type": "rich_text_quote", "elements": []}],
            [{"type": "rich_text_preformatted", "elements": []}],
            [{"type": "rich_text_list", "style": "bullet", "elements": []}],
            [section(), section()],
            [styled("code")],
            [styled("strike")],
            [{"type": "rich_text_section", "elements": "x"}],
            [{"type": "rich_text_section", "elements": 7}],
            7,
        )
    ),
    [{"type": "section"}],
    "quoted",
    7,
]


async def test_what_slack_shows_as_a_quote_code_or_a_list_is_no_command(desk: Desk) -> None:
    run_id = waiting(desk)
    for number, blocks in enumerate(QUOTED):
        await desk.send(said(desk, f"{ME} approve {run_id}", number=2 * number + 1, blocks=blocks))
        await desk.send(written(desk, f"approve {run_id}", number=2 * number + 2, blocks=blocks))
        answers = desk.private.said[2 * number :]
        assert len(answers) == 2, blocks
        assert all("actions" not in [block["type"] for block in one["blocks"]] for one in answers), blocks
        assert decided(desk) == [], blocks


async def test_a_plain_line_of_rich_text_is_a_command(desk: Desk) -> None:
    blocks = [{"type": "rich_text", "elements": [section({"type": "user", "user_id": APP_USER}, {"type": "text", "text": " help show"})]}]
    await desk.send(said(desk, f"{ME} help show", blocks=blocks))
    assert "Show a run as it is now." in desk.private.told[0][2]


async def test_in_direct_messages_everything_is_answered(desk: Desk) -> None:
    run_id = waiting(desk)
    texts = [f"please approve {run_id}", "two\nlines", "`help`", "&gt; help", "<@U0KIM> help"]
    for number, text in enumerate(texts, start=1):
        await desk.send(written(desk, text, number=number))
    assert len(desk.private.written) == len(texts)
    assert decided(desk) == []


async def test_whoever_may_not_decide_may_not_by_a_mention(desk: Desk) -> None:
    run_id = waiting(desk)
    for number, actor in enumerate((KIM, GUS, Actor(id=ANA.id, team_id="T0OTHER")), start=1):
        await desk.send(said(desk, f"{ME} approve {run_id}", actor, number=number, user_team=actor.team_id))
    assert decided(desk) == []
    assert len(desk.private.told) == 3
    assert not any("Approved" in text for _, _, text in desk.private.told)


async def test_an_event_that_is_sent_again_does_nothing_again(desk: Desk) -> None:
    run_id = waiting(desk)
    body = said(desk, f"{ME} approve {run_id}")
    await desk.send(body)
    await desk.send(body)
    await desk.send(body | {"event_id": "Ev9"})
    assert len(desk.private.told) == 1
    await desk.confirm(desk.private.said[0])
    assert decided(desk) == [(Action.APPLY, run_id)]


OF_NOBODY: list[dict[str, Any]] = [
    {"edited": {"user": "U0ANA", "ts": "1.2"}},
    {"bot_id": "B0OTHER"},
    {"app_id": "A0OTHER"},
    {"bot_profile": {"id": "B0OTHER"}},
    {"bot_id": "B0RUNBELL", "user": APP_USER},
    {"user": APP_USER},
    {"subtype": "bot_message"},
    {"subtype": "message_changed"},
    {"ts": "soon"},
    {"user": None},
    {"text": 7},
    {"channel": {}},
]


async def test_what_no_person_has_just_said_is_no_command(desk: Desk) -> None:
    for number, more in enumerate(OF_NOBODY):
        await desk.send(said(desk, f"{ME} help", number=2 * number + 1, **more))
        await desk.send(written(desk, "help", number=2 * number + 2, **more))
        assert (desk.private.told, desk.private.written) == ([], []), more
    await desk.send(said(desk, f"{ME} help", number=2 * len(OF_NOBODY) + 1))
    assert len(desk.private.told) == 1, "nothing would have been answered in any case"


async def test_where_it_cannot_be_known_whether_it_came_before_nothing_is_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: Any) -> bool:
        raise StoreBusy

    monkeypatch.setattr(Repeats, "is_news", busy)
    await desk.send(said(desk, f"{ME} help"))
    assert desk.private.told == []


async def test_what_was_said_long_ago_is_acted_upon_no_more(desk: Desk) -> None:
    body = said(desk, f"{ME} help")
    desk.house.clock.move(601)
    await desk.send(body)
    assert desk.private.told == []


async def test_a_message_of_a_channel_without_a_mention_is_none_of_ours(desk: Desk) -> None:
    await desk.send(said(desk, "help", type="message", channel_type="channel"))
    assert (desk.private.told, desk.private.written) == ([], [])


async def test_words_that_would_open_a_form_get_a_button_that_can(desk: Desk) -> None:
    for number, word in enumerate(("run", "upload", "promote"), start=1):
        await desk.send(said(desk, f"{ME} {word}", number=number))
        assert len(desk.private.views) == number - 1
        await desk.confirm(desk.private.said[-1])
        assert len(desk.private.views) == number


async def test_every_command_may_be_said_in_a_thread_and_in_direct_messages(desk: Desk) -> None:
    """What would open a form offers a button for it, or says where it can be opened; nothing is left without an answer."""
    for name in ("storefront-dev", "storefront-prod", "storefront-staging", "catalog-import", "billing"):
        desk.house.runs.add_run(desk.house.runs.add_workspace(name), "planned")
    await desk.house.poll()
    for number, row in enumerate(GRAMMAR):
        await desk.send(said(desk, f"{ME} {row.example}", number=2 * number + 1, thread_ts=THREAD))
        await desk.send(written(desk, row.word, number=2 * number + 2))
        ((_, person, there),) = desk.private.told[number:]
        ((_, _, here),) = desk.private.written[number:]
        assert (person, desk.private.threads[number:]) == ("U0ANA", [THREAD]), row.word
        for text in (there, here):
            assert text, row.word
            assert "Something went wrong" not in text, row.word
            assert "There is no command" not in text, row.word
    assert desk.private.views == []
    assert [call.method for call in desk.house.runs.calls if call.method in {"act", "create_run"}] == []


@pytest.mark.parametrize("text", ["why", "Why this", "why it", "approve this", "approve", "approve --name storefront-prod"])
async def test_in_the_thread_of_a_card_a_command_is_about_its_run(desk: Desk, text: str) -> None:
    run_id, _ = waiting(desk), waiting(desk, "dns")
    desk.private.surfaces.threads[THREAD] = run_id
    await desk.send(said(desk, f"{ME} {text}", thread_ts=THREAD))
    assert run_id in desk.private.told[0][2]
    assert decided(desk) == []
    if text.startswith("approve"):
        await desk.confirm(desk.private.said[0])
        assert decided(desk) == [(Action.APPLY, run_id)]


async def test_in_any_other_thread_it_has_to_be_named(desk: Desk) -> None:
    run_id = waiting(desk)
    await desk.send(said(desk, f"{ME} why", thread_ts=THREAD))
    desk.private.surfaces.threads[THREAD] = run_id
    await desk.send(said(desk, f"{ME} why", number=2))
    desk.private.surfaces.trouble = ChatUnreachable()
    await desk.send(said(desk, f"{ME} why", number=3, thread_ts=THREAD))
    await desk.send(said(desk, f"{ME} approve this", number=4, thread_ts=THREAD))
    assert ["Which run?" in text for _, _, text in desk.private.told] == [True, True, True, False]
    assert "I see no workspace “this”" in desk.private.told[-1][2]
    assert decided(desk) == []


async def test_a_run_that_is_named_is_meant_in_whichever_thread(desk: Desk) -> None:
    run_id, other = waiting(desk), waiting(desk, "dns")
    desk.private.surfaces.threads[THREAD] = run_id
    await desk.send(said(desk, f"{ME} approve dns", thread_ts=THREAD))
    await desk.confirm(desk.private.said[0])
    assert decided(desk) == [(Action.APPLY, other)]


async def test_direct_messages_are_commands(desk: Desk) -> None:
    run_id = waiting(desk)
    await desk.send(written(desk, "show storefront-prod"))
    await desk.send(written(desk, f"/tf approve {run_id}", number=2, thread_ts=THREAD))
    await desk.send(written(desk, f"{ME} xyzzy", number=3))
    assert [(channel, thread) for channel, thread, _ in desk.private.written] == [("D0ANA", ""), ("D0ANA", THREAD), ("D0ANA", "")]
    assert decided(desk) == []
    assert "no command “xyzzy”" in desk.private.written[2][2]
    here = Place(channel="D0ANA", channel_name="directmessage")
    assert await desk.confirm(desk.private.said[1], place=here, is_ephemeral=False, message_ts="1795520000.000300") == []
    assert decided(desk) == [(Action.APPLY, run_id)]
    [(channel, ts, edited)] = desk.private.edited
    assert (channel, ts) == ("D0ANA", "1795520000.000300")
    assert "actions" not in [block["type"] for block in edited["blocks"]]


@pytest.mark.parametrize("text", ["hello", "Hi!", "Good morning", "thanks 🙏", f"{ME} hey there"])
async def test_a_greeting_is_answered_in_a_friendly_way(desk: Desk, text: str) -> None:
    await desk.send(written(desk, text))
    ((_, _, answer),) = desk.private.written
    assert answer.startswith("👋")


async def test_a_file_without_a_word_is_led_to_the_shortcut(desk: Desk) -> None:
    await desk.send(written(desk, "", subtype="file_share", files=[{"id": "F1"}]))
    assert "Run this configuration" in desk.private.written[0][2]


async def test_what_was_said_is_in_the_audit_as_a_command(desk: Desk) -> None:
    run_id = waiting(desk)
    await desk.send(said(desk, f"{ME} show {run_id}"))
    await desk.send(said(desk, f"{ME} approve {run_id}", GUS, number=2))
    async with desk.house.store.read() as transaction:
        rows = await transaction.audit.page(0)
    heard = [(row.person, row.action, row.channel, row.outcome) for row in rows if row.action in {"show", "approve"}]
    assert heard == [("U0ANA", "show", "C0DEPLOYS", "done"), ("U0GUS", "approve", "C0DEPLOYS", "RightMissing")]
