"""From the sixth run of one commit in a channel on, runs are lines of one message; whoever is needed is called all the same."""

from __future__ import annotations

from bot.core.commands.watches import AddWatch
from bot.core.errors import TerraformUnreachable
from bot.core.messages import Kind
from bot.core.pictures import RollupPicture, RunPicture
from bot.core.policy import Place
from bot.core.runs import Run
from bot.core.watches import Measure
from tests.fakes.chat import FakeMessage
from tests.services.house import ANA, DEPLOYS, OTHER, House

SHA = "4e8f1c2a9b"


async def watched(house: House, number: int, measure: Measure = Measure.ALL, *, place: Place = DEPLOYS, in_thread: bool = False) -> None:
    known = len([one for one in range(99) if f"shop-{one:02}" in {w.name for w in house.runs._workspaces.values()}])
    for one in range(known, number):
        house.runs.add_workspace(f"shop-{one:02}")
    await house.poll()
    await house.watching.add(AddWatch("shop-*", measure, in_thread=in_thread), ANA, place)


def pushed(house: House, number: int, status: str = "", sha: str = SHA, apart: float = 1) -> list[Run]:
    """Runs of the first workspaces, a while after each other."""
    runs = []
    for workspace in list(house.runs._workspaces.values())[:number]:
        runs.append(house.runs.push(workspace, sha, status))
        house.clock.move(apart)
    return runs


def cards(house: House, place: Place = DEPLOYS) -> list[FakeMessage]:
    return [one for one in house.in_channel(place) if isinstance(one.picture, RunPicture) and one.run_picture.kind is Kind.CARD]


def calls(house: House) -> list[FakeMessage]:
    return [one for one in house.in_channel() if isinstance(one.picture, RunPicture) and one.run_picture.kind is Kind.CALL]


def rollups(house: House, place: Place = DEPLOYS) -> list[FakeMessage]:
    return [one for one in house.in_channel(place) if isinstance(one.picture, RollupPicture)]


async def test_five_runs_of_a_commit_are_five_cards(house: House) -> None:
    await watched(house, 5)
    pushed(house, 5)

    await house.turn()

    assert (len(cards(house)), rollups(house)) == (5, [])
    assert house.runs.calls_of("read_run") == []


async def test_from_the_sixth_on_they_are_lines_of_one_message(house: House) -> None:
    await watched(house, 12)
    runs = pushed(house, 12)

    await house.turn()

    [rollup] = rollups(house)
    assert [card.run_picture.run.id for card in cards(house)] == [run.id for run in runs[:5]]
    assert {line.run.id for line in rollup.rollup.lines} == {run.id for run in runs[5:]}
    assert rollup.rollup.commit.sha == SHA
    assert rollup.key.startswith(f"commit:{SHA}:")


async def test_runs_that_are_seen_later_join_the_same_message(house: House) -> None:
    await watched(house, 10)
    pushed(house, 7)
    await house.turn(2)
    for workspace in list(house.runs._workspaces.values())[7:]:
        house.runs.push(workspace, SHA)

    await house.turn(2)
    await house.turn(5)

    [rollup] = rollups(house)
    assert (len(cards(house)), len(rollup.rollup.lines)) == (5, 5)


async def test_a_burst_that_is_seen_piece_by_piece_is_one_all_the_same(house: House) -> None:
    """The first look sees too few to read their commits; the second one does, and counts those that have cards."""
    await watched(house, 9)
    pushed(house, 3)
    await house.turn(3)
    for workspace in list(house.runs._workspaces.values())[3:]:
        house.runs.push(workspace, SHA)
    await house.turn(3)

    assert len(rollups(house)) == 1
    assert len(cards(house)) + len(rollups(house)[0].rollup.lines) == 9
    assert len(cards(house)) <= 8


async def test_another_commit_or_another_half_minute_is_no_burst(house: House) -> None:
    await watched(house, 10)
    for number, workspace in enumerate(list(house.runs._workspaces.values())):
        house.runs.push(workspace, f"{number % 2}{SHA}")
    await house.turn()
    assert (len(cards(house)), rollups(house)) == (10, [])


async def test_runs_far_apart_are_no_burst(house: House) -> None:
    await watched(house, 7)
    pushed(house, 7, apart=31)

    await house.turn()

    assert (len(cards(house)), rollups(house)) == (7, [])


async def test_runs_without_a_commit_are_never_rolled_up(house: House) -> None:
    await watched(house, 8)
    for workspace in list(house.runs._workspaces.values()):
        house.runs.add_run(workspace)

    await house.turn()

    assert (len(cards(house)), rollups(house)) == (8, [])


async def test_a_gate_still_gets_its_own_call_with_the_buttons(house: House) -> None:
    await watched(house, 7)
    runs = pushed(house, 7)
    await house.turn()
    house.runs.finish_plan(runs[6].id, additions=2)

    await house.turn()
    await house.turn()

    [call], [rollup] = calls(house), rollups(house)
    assert call.run_picture.run.id == runs[6].id
    assert call.run_picture.buttons
    assert rollup.rollup.lines[0].run.id == runs[6].id
    assert rollup.rollup.lines[0].plan is not None


async def test_runs_that_wait_when_they_are_first_seen_are_lines_and_calls(house: House) -> None:
    await watched(house, 8, Measure.DECISIONS)
    pushed(house, 8, "planned")

    await house.turn()
    await house.turn()

    assert (len(cards(house)), len(calls(house)), len(rollups(house))) == (5, 3, 1)


async def test_a_failed_line_has_its_end_and_stands_before_those_that_go_on(house: House) -> None:
    await watched(house, 8)
    runs = pushed(house, 8)
    await house.turn()
    house.runs.move(runs[7].id, "errored")
    house.runs.move(runs[5].id, "planned_and_finished", has_changes=False)

    await house.turn()
    await house.turn()

    ends = [
        one.run_picture.run.id for one in house.in_channel() if isinstance(one.picture, RunPicture) and one.run_picture.kind is Kind.END
    ]
    assert ends == [runs[7].id]
    assert [line.run.id for line in rollups(house)[0].rollup.lines] == [runs[7].id, runs[6].id, runs[5].id]


async def test_many_lines_that_move_cost_one_update(house: House) -> None:
    await watched(house, 12)
    runs = pushed(house, 12)
    await house.turn()
    house.chat.calls.clear()
    for run in runs[5:]:
        house.runs.move(run.id, "queuing")

    await house.turn()

    assert house.chat.calls.count(("update", DEPLOYS.channel)) == 1


async def test_each_channel_counts_for_itself(house: House) -> None:
    await watched(house, 7)
    await house.watching.add(AddWatch("shop-00", Measure.ALL), ANA, OTHER)
    pushed(house, 7)

    await house.turn()

    assert (len(cards(house)), len(rollups(house))) == (5, 1)
    assert (len(cards(house, OTHER)), rollups(house, OTHER)) == (1, [])


async def test_a_call_in_a_thread_hangs_on_the_message_of_the_burst(house: House) -> None:
    await watched(house, 7, in_thread=True)
    runs = [*pushed(house, 6), house.runs.push(list(house.runs._workspaces.values())[6], SHA, "planned")]

    await house.turn()
    await house.turn()

    [call], [rollup] = calls(house), rollups(house)
    assert call.run_picture.run.id == runs[6].id
    assert (call.thread_ts, call.broadcast) == (rollup.ts, True)


async def test_commits_that_cannot_be_read_leave_cards(house: House) -> None:
    await watched(house, 7)
    pushed(house, 7)
    house.runs.fail("read_run", *[TerraformUnreachable("terraform.test")] * 7)

    await house.turn()

    assert (len(cards(house)), rollups(house)) == (7, [])


async def test_a_commit_that_was_read_is_not_forgotten_by_the_next_list(house: House) -> None:
    await watched(house, 6)
    runs = pushed(house, 6)
    await house.turn()
    house.runs.move(runs[0].id, "queuing")

    await house.turn()

    async with house.store.read() as transaction:
        stored = await transaction.runs.get(runs[0].id)
        of_commit = await transaction.runs.of_commit(SHA)
    assert stored is not None
    assert stored.run.commit is not None
    assert stored.run.commit.sha == SHA
    assert set(of_commit) == {run.id for run in runs}


async def test_a_message_of_a_burst_that_nobody_can_change_is_left_as_it_is(house: House) -> None:
    await watched(house, 7)
    runs = pushed(house, 7)
    await house.turn()
    [rollup] = rollups(house)
    house.chat.uneditable.add(rollup.ts)
    house.chat.calls.clear()
    for status in ("queuing", "applied"):
        house.runs.move(runs[6].id, status)
        await house.turn()
        await house.turn()
    assert house.chat.calls.count(("update", DEPLOYS.channel)) == 1
    assert len(house.in_channel()) == 6


async def test_a_burst_whose_runs_are_gone_has_nothing_to_show(house: House) -> None:
    await watched(house, 7)
    runs = pushed(house, 7)
    await house.poll()
    async with house.store.write() as transaction:
        for run in runs[5:]:
            await transaction.runs.forget(run.id)

    await house.paint()
    await house.paint()

    assert rollups(house) == []
