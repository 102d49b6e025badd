"""One configuration for each project or workspace, whatever was there, and whatever becomes of an answer."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from bot.core.errors import RequestRefused, TerraformAnswerLost, TerraformTrouble
from bot.core.notifications import RUN_TRIGGERS, NewNotification, Notification, Scope
from bot.core.servers import MembershipPage, Project, ProjectPage
from bot.services.subscriptions import Deed, Owner, Subscriptions
from tests.fakes.runs import FakeRuns

OURS = "https://runbell.example/tfe/notifications"
OWNER = Owner(Scope.PROJECT, "prj-1", "acme/Payments")
USUAL = Notification(id="nc-usual", name="runbell", url=OURS, enabled=True, triggers=frozenset(RUN_TRIGGERS))


class FakeWebhooks:
    """Fits the port; `trouble` is raised by the next create, after the deed where it may have been received."""

    def __init__(self, *kept: Notification) -> None:
        self.kept = list(kept)
        self.wishes: list[NewNotification] = []
        self.trouble: TerraformTrouble | None = None
        self.numbers = itertools.count(1)

    async def all(self, scope: Scope, owner_id: str) -> tuple[Notification, ...]:
        assert (scope, owner_id) == (OWNER.scope, OWNER.id)
        return tuple(self.kept)

    async def create(self, wish: NewNotification) -> Notification:
        self.wishes.append(wish)
        made = replace(USUAL, id=f"nc-{next(self.numbers)}", url=wish.url, triggers=frozenset(wish.triggers))
        trouble, self.trouble = self.trouble, None
        if trouble is None or trouble.was_received:
            self.kept.append(made)
        if trouble is not None:
            raise trouble
        return made

    async def enable(self, webhook_id: str, *, enabled: bool) -> Notification:
        self.kept = [replace(one, enabled=enabled) if one.id == webhook_id else one for one in self.kept]
        return next(one for one in self.kept if one.id == webhook_id)

    async def verify(self, webhook_id: str) -> Notification:
        return next(one for one in self.kept if one.id == webhook_id)

    async def remove(self, webhook_id: str) -> None:
        self.kept = [one for one in self.kept if one.id != webhook_id]


class FakeMemberships:
    """Fits the port, two projects a page."""

    async def members(self, organization: str, *, page: int = 1, query: str = "") -> MembershipPage:
        raise AssertionError((organization, page, query))

    async def projects(self, organization: str, *, page: int = 1, names: tuple[str, ...] = ()) -> ProjectPage:
        assert not names
        pages = [("Default Project", "Payments"), ("Search",)]
        found = tuple(Project(id=f"prj-{organization}-{name}", name=name) for name in pages[page - 1])
        return ProjectPage(page + 1 if page < len(pages) else None, found)


def subscriptions(webhooks: FakeWebhooks, *organizations: str) -> Subscriptions:
    runs = FakeRuns("acme", "globex")
    runs.page_size = 2
    for name in ("dns", "storefront-dev", "storefront-prod"):
        runs.add_workspace(name)
    return Subscriptions(webhooks, runs, FakeMemberships(), organizations or ("acme",), OURS)


OFF = replace(USUAL, id="nc-off", enabled=False)
PARTIAL = replace(USUAL, id="nc-partial", triggers=frozenset({"run:errored"}))
FOREIGN = replace(USUAL, id="nc-foreign", url="https://other.example/hook")
TO_SLACK = replace(USUAL, id="nc-slack", destination="slack")


@pytest.mark.parametrize(
    "kept, deed",
    [
        ((), Deed.CREATED),
        ((FOREIGN, TO_SLACK), Deed.CREATED),
        ((USUAL,), Deed.KEPT),
        ((replace(USUAL, url=OURS + "/"),), Deed.KEPT),
        ((OFF,), Deed.ENABLED),
        ((PARTIAL,), Deed.RENEWED),
        ((USUAL, replace(USUAL, id="nc-double")), Deed.KEPT),
        ((OFF, PARTIAL), Deed.ENABLED),
    ],
)
async def test_whatever_was_there_one_of_ours_is_left_and_the_others_stay(kept: tuple[Notification, ...], deed: Deed) -> None:
    webhooks = FakeWebhooks(*kept)
    work = subscriptions(webhooks)
    assert await work.plan(OWNER) is deed
    assert webhooks.kept == list(kept)

    assert await work.install(OWNER, "secret") is deed

    [ours] = await work.ours(OWNER)
    assert (ours.enabled, ours.triggers) == (True, frozenset(RUN_TRIGGERS))
    assert [one for one in webhooks.kept if one.id != ours.id] == [one for one in kept if one in {FOREIGN, TO_SLACK}]
    assert await work.install(OWNER, "secret") is Deed.KEPT


async def test_renewing_brings_the_new_secret_and_ends_the_old_one() -> None:
    webhooks = FakeWebhooks(USUAL, FOREIGN)
    assert await subscriptions(webhooks).install(OWNER, "new secret", renew=True) is Deed.RENEWED
    assert [one.id for one in webhooks.kept] == ["nc-foreign", "nc-1"]
    [wish] = webhooks.wishes
    assert (wish.url, wish.secret, wish.triggers) == (OURS, "new secret", RUN_TRIGGERS)
    assert "new secret" not in repr(wish)


@pytest.mark.parametrize("kept", [(), (PARTIAL,)])
async def test_a_lost_answer_is_looked_up_and_not_asked_again(kept: tuple[Notification, ...]) -> None:
    webhooks = FakeWebhooks(*kept)
    webhooks.trouble = TerraformAnswerLost("terraform.test")
    await subscriptions(webhooks).install(OWNER, "secret")
    assert [one.id for one in webhooks.kept] == ["nc-1"]
    assert len(webhooks.wishes) == 1


@pytest.mark.parametrize("kept", [(), (PARTIAL,)])
async def test_an_address_that_does_not_answer_changes_nothing(kept: tuple[Notification, ...]) -> None:
    webhooks = FakeWebhooks(*kept)
    webhooks.trouble = RequestRefused("terraform.test", "verification failed")
    with pytest.raises(RequestRefused):
        await subscriptions(webhooks).install(OWNER, "secret")
    assert webhooks.kept == list(kept)


async def test_a_lost_answer_to_what_was_not_done_is_told() -> None:
    webhooks = FakeWebhooks()
    webhooks.trouble = TerraformAnswerLost("terraform.test")
    work = subscriptions(webhooks)

    async def lost(wish: NewNotification) -> Notification:
        raise TerraformAnswerLost(wish.name)

    webhooks.create = lost  # type: ignore[method-assign]
    with pytest.raises(TerraformAnswerLost):
        await work.install(OWNER, "secret")


async def test_removing_takes_ours_alone() -> None:
    webhooks = FakeWebhooks(USUAL, FOREIGN, OFF)
    assert await subscriptions(webhooks).remove(OWNER) == 2
    assert webhooks.kept == [FOREIGN]


@pytest.mark.parametrize(
    "scope, patterns, names",
    [
        (Scope.PROJECT, ("*",), ["acme/Default Project", "acme/Payments", "acme/Search"]),
        (Scope.PROJECT, ("acme/Pay*",), ["acme/Payments"]),
        (Scope.PROJECT, ("globex/*", "Nothing"), []),
        (Scope.WORKSPACE, ("storefront-*",), ["acme/storefront-dev", "acme/storefront-prod"]),
        (Scope.WORKSPACE, ("dns", "*-prod"), ["acme/dns", "acme/storefront-prod"]),
    ],
)
async def test_globs_choose_from_every_page(scope: Scope, patterns: tuple[str, ...], names: list[str]) -> None:
    found = await subscriptions(FakeWebhooks()).owners(scope, patterns)
    assert [one.full_name for one in found] == names
    assert {one.scope for one in found} <= {scope}


async def test_every_organization_is_asked() -> None:
    found = await subscriptions(FakeWebhooks(), "acme", "globex").owners(Scope.PROJECT, ("Payments",))
    assert [one.full_name for one in found] == ["acme/Payments", "globex/Payments"]
