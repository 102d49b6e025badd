"""Clicks on buttons: one file a button, and a last one for buttons that are no more."""

from __future__ import annotations

import re

from slack_bolt.async_app import AsyncApp

from bot.slack import ids
from handlers.actions.approve import approve_clicked, because_clicked, unvote_clicked
from handlers.actions.cancel import cancel_clicked
from handlers.actions.discard import discard_clicked
from handlers.actions.home import notify_clicked, show_clicked
from handlers.actions.look import look_clicked
from handlers.actions.open import link_opened
from handlers.actions.others import button_clicked
from handlers.actions.override import glass_clicked, override_clicked
from handlers.actions.promote import promote_form_clicked, promote_next_clicked, retry_clicked
from handlers.actions.review import review_clicked, review_turned
from handlers.actions.snooze import snooze_clicked
from handlers.actions.start import start_changed, start_clicked
from handlers.actions.upload import upload_clicked
from handlers.guard import Guard


def register(app: AsyncApp, guard: Guard) -> None:
    app.action(ids.OVERRIDE)(guard.guarded(override_clicked))
    for action_id in ids.ACTION_OF_GLASS:
        app.action(action_id)(guard.guarded(glass_clicked))
    app.action(ids.DISCARD)(guard.guarded(discard_clicked))
    app.action(ids.APPROVE)(guard.guarded(approve_clicked, acts=True))
    for action_id in (ids.CANCEL, ids.FORCE_CANCEL):
        app.action(action_id)(guard.guarded(cancel_clicked, acts=True))
    app.action(ids.APPROVE_BECAUSE)(guard.guarded(because_clicked))
    app.action(ids.UNVOTE)(guard.guarded(unvote_clicked, acts=True))
    app.action(ids.SNOOZE)(guard.guarded(snooze_clicked, acts=True))
    app.action(ids.START_OPEN)(guard.guarded(start_clicked))
    app.action(ids.START_KIND)(guard.guarded(start_changed))
    app.action(ids.START_MORE)(guard.guarded(start_changed))
    app.action(ids.REVIEW)(guard.guarded(review_clicked))
    for action_id in (ids.REVIEW_BACK, ids.REVIEW_ON, ids.REVIEW_SEARCH, ids.REVIEW_QUERY, ids.REVIEW_ALL, ids.REVIEW_JUMP):
        app.action(action_id)(guard.guarded(review_turned))
    app.action(ids.UPLOAD_OPEN)(guard.guarded(upload_clicked))
    app.action(ids.PROMOTE_NEXT)(guard.guarded(promote_next_clicked, acts=True))
    app.action(ids.PROMOTE_FORM)(guard.guarded(promote_form_clicked))
    app.action(ids.RETRY)(guard.guarded(retry_clicked, acts=True))
    app.action(ids.OPEN)(guard.guarded(link_opened))
    app.action(ids.HOME_SHOW)(guard.guarded(show_clicked))
    app.action(ids.HOME_NOTIFY)(guard.guarded(notify_clicked, acts=True))
    app.action(re.compile(r"look\..+"))(guard.guarded(look_clicked))
    app.action(re.compile(r".*"))(guard.guarded(button_clicked))
