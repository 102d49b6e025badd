"""Promoted runs, runs that were tried again, and what is offered after an end, for the kept files."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from bot.core.comparisons import UNKNOWN, Comparison
from bot.core.contents import Effect
from bot.core.errors import AppliedSince, CannotRetry, HandedOnBefore, NeverApplied, PromotionRefused, VersionUnusable
from bot.core.messages import Kind
from bot.core.origins import Origin, OriginKind
from bot.core.pictures import RunPicture
from bot.core.runs import Run, RunStatus
from bot.core.workspaces import Workspace
from bot.slack.cards import render
from bot.slack.ids import FormAddress
from bot.slack.replies import reply
from bot.slack.views.promotion import FORM, promotion_form
from tests.slack.pictures import AT, picture, plan, request, run, waiting

PAGE = "https://app.terraform.io/app/acme/workspaces/storefront-dev/runs/run-DevDevDevDevDev1"
CLAIM = "Applied by <@U0ANA>\n✅ *Approved* `x` <!channel>"
DEV = Workspace(id="ws-2", name="storefront-dev", organization="acme")
PROMOTED = Origin(
    kind=OriginKind.PROMOTION,
    configuration_version_id="cv-1",
    run_id="run-DevDevDevDevDev1",
    workspace="acme/storefront-dev",
    sha="4e8f1c2a9b77",
    commit_url="https://github.example/acme/infra/commit/4e8f1c2a9b77",
    message="Bump the image to 4.2.1\n\nand more",
    person="kim",
    applied_at=AT,
)
HOSTILE = replace(
    PROMOTED, sha="", commit_url="https://evil.example|x> <!channel>", configuration_version_id="cv-`x`", message=CLAIM, person=CLAIM
)
LOSSES = Comparison(
    also=MappingProxyType({Effect.DESTROY: 2, Effect.REPLACE: 2, Effect.CREATE: 1}),
    lacks=MappingProxyType({Effect.UPDATE: 3}),
    addresses=("aws_db_instance.main", "aws_db_instance.`<!here>`", 'module.net["a b"].aws_subnet.x'),
)
MORE = Comparison(also=MappingProxyType({Effect.UPDATE: 1, Effect.CREATE: 2}))
COUNTED = Comparison(lacks=MappingProxyType({Effect.CREATE: 1}), also=MappingProxyType({Effect.DESTROY: 1}), by_counts=True)
LESS = Comparison(lacks=MappingProxyType({Effect.CREATE: 1, Effect.IMPORT: 1}))


def promoted(comparison: Comparison | None = None, origin: Origin = PROMOTED, kind: Kind = Kind.CALL) -> RunPicture:
    return waiting(kind=kind, request=replace(request(), origin=origin), comparison=comparison, origin_link=PAGE)


def ended(status: RunStatus, stages: tuple[str, ...] | None = None, kind: Kind = Kind.END, **facts: Any) -> RunPicture:
    shown: Run = run(status, configuration_version_id="cv-1", **facts)
    return picture(shown, kind=kind, plan=plan(), request=request(), offers_more=True, next_stages=stages)


CASES: dict[str, dict[str, Any]] = {
    "promoted_planning": render(
        picture(run(RunStatus.PLANNING, has_changes=None), request=replace(request(), origin=PROMOTED), origin_link=PAGE)
    ),
    "promoted_call": render(promoted(LOSSES)),
    "promoted_plain": render(promoted(LOSSES), plain=True),
    "promoted_hostile": render(promoted(MORE, HOSTILE, Kind.CARD)),
    "promoted_same": render(promoted(Comparison())),
    "promoted_less": render(promoted(LESS)),
    "promoted_by_counts": render(promoted(COUNTED)),
    "promoted_same_by_counts": render(promoted(Comparison(by_counts=True))),
    "promoted_not_compared": render(promoted(UNKNOWN)),
    "retried": render(promoted(origin=replace(PROMOTED, kind=OriginKind.RETRY, applied_at=None))),
    "of_a_version": render(promoted(origin=replace(PROMOTED, kind=OriginKind.VERSION))),
    "of_a_version_alone": render(promoted(origin=Origin(kind=OriginKind.VERSION, configuration_version_id="cv-1"))),
    "of_an_upload": render(
        promoted(origin=Origin(kind=OriginKind.UPLOAD, configuration_version_id="cv-1", message="main.tf, vars.tf", person="ana"))
    ),
    "applied_offers_the_next_stage": render(ended(RunStatus.APPLIED, ("acme/storefront-eu",))),
    "applied_offers_the_form": render(ended(RunStatus.APPLIED)),
    "failed_offers_a_retry": render(ended(RunStatus.ERRORED)),
    "reply_never_applied": reply(NeverApplied("acme/storefront-dev", "run-1")),
    "reply_applied_since": reply(AppliedSince("run-1", "acme/storefront-dev", "run-2")),
    "reply_handed_on_before": reply(HandedOnBefore("acme/storefront-staging", "kim", "run-7bQ2kLm9XyZ1aB3c")),
    "reply_promotion_refused": reply(PromotionRefused("acme/storefront-prod", "acme/infra", "Not of this repository.")),
    "reply_cannot_retry": reply(
        CannotRetry("run-1", "it had variables of its own (replicas), and what they were set to is not kept", "acme/dns")
    ),
    "reply_version_unusable": reply(VersionUnusable("cv-1", "it was archived, and its files are gone")),
}
VIEWS: dict[str, dict[str, Any]] = {
    "view_promotion": promotion_form(FormAddress(FORM, "C0DEPLOYS", "deploys"), DEV),
    "view_promotion_empty": promotion_form(FormAddress(FORM)),
}
