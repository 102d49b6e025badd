"""Modals that were submitted: one file a modal, and a last one for modals that are no more."""

from __future__ import annotations

import re

from slack_bolt.async_app import AsyncApp

from bot.slack import ids
from bot.slack.views import promotion as promotion_form
from bot.slack.views import start as start_form
from bot.slack.views import upload as upload_form
from bot.slack.views.approval import wrong_fields
from handlers.actions.review import review_closed
from handlers.guard import Guard
from handlers.views.approval import approval_submitted
from handlers.views.cancel import cancel_submitted
from handlers.views.discard import discard_submitted
from handlers.views.others import nothing_wrong, view_submitted
from handlers.views.override import glass_submitted, override_submitted
from handlers.views.promotion import promotion_submitted
from handlers.views.start import start_submitted
from handlers.views.upload import upload_submitted


def register(app: AsyncApp, guard: Guard) -> None:
    app.view(ids.APPROVAL)(guard.guarded_view(approval_submitted, wrong_fields, acts=True))
    app.view(ids.DISCARDING)(guard.guarded_view(discard_submitted, nothing_wrong, acts=True))
    for callback_id in ids.ACTION_OF_CANCELING:
        app.view(callback_id)(guard.guarded_view(cancel_submitted, nothing_wrong, acts=True))
    app.view(ids.OVERRIDING)(guard.guarded_view(override_submitted, wrong_fields, acts=True))
    for callback_id in ids.ACTION_OF_GLASS:
        app.view(callback_id)(guard.guarded_view(glass_submitted, wrong_fields, acts=True))
    app.view(ids.START_SUBMIT)(guard.guarded_view(start_submitted, start_form.wrong_fields, acts=True))
    app.view(ids.PROMOTE_SUBMIT)(guard.guarded_view(promotion_submitted, promotion_form.wrong_fields, acts=True))
    app.view(ids.UPLOAD_SUBMIT)(guard.guarded_view(upload_submitted, upload_form.wrong_fields, acts=True))
    app.view(ids.REVIEW_VIEW)(guard.guarded_view(review_closed, nothing_wrong))
    app.view(re.compile(r".*"))(guard.guarded_view(view_submitted, nothing_wrong))
