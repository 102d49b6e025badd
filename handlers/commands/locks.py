"""`lock`, `unlock`, `force-unlock` and `comment`: what the team and the server hear, besides the one who typed."""

from __future__ import annotations

from bot.core.commands.deciding import CommentRun
from bot.core.commands.locks import ForceUnlock, LockWorkspace, UnlockWorkspace
from bot.core.locks import holder_words
from bot.core.policy import Actor, Place
from bot.slack.blocks import Said
from bot.slack.cards import locks
from handlers.services import Services


async def lock_workspace(command: LockWorkspace, services: Services, actor: Actor, place: Place) -> Said:
    return locks.locked(await services.locking.lock(command, actor, place))


async def unlock_workspace(command: UnlockWorkspace, services: Services, actor: Actor, place: Place) -> Said:
    done = await services.locking.unlock(command, actor, place)
    return locks.unlocked(done.workspace, holder_words(done.before))


async def force_unlock(command: ForceUnlock, services: Services, actor: Actor, place: Place) -> Said:
    done = await services.locking.force_unlock(command, actor, place)
    return locks.unlocked(done.workspace, holder_words(done.before), by_force=True)


async def comment_run(command: CommentRun, services: Services, actor: Actor, place: Place) -> Said:
    done = await services.comments.say(command, actor, place)
    return locks.commented(done.run, done.workspace, services.link(done.workspace, done.run.id), done.outcome)
