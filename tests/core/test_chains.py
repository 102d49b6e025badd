from __future__ import annotations

from bot.core.chains import Chain, stages_after, stages_before
from bot.core.workspaces import Workspace

SHOP = Chain(name="shop", stages=("dev", "staging", "prod"))
CATALOG = Chain(name="catalog", stages=("acme/staging", "globex/audit"))


def workspace(name: str, organization: str = "acme") -> Workspace:
    return Workspace(id=f"ws-{name}", name=name, organization=organization)


def test_the_next_stage_is_the_one_after_in_each_chain() -> None:
    assert stages_after(workspace("dev"), (SHOP, CATALOG)) == ("acme/staging",)
    assert stages_after(workspace("staging"), (SHOP, CATALOG)) == ("acme/prod", "globex/audit")
    assert stages_after(workspace("staging", "globex"), (SHOP, CATALOG)) == ("globex/prod",)


def test_after_the_last_stage_comes_nothing_and_without_a_chain_nobody_knows() -> None:
    assert stages_after(workspace("prod"), (SHOP,)) == ()
    assert stages_after(workspace("dns"), (SHOP, CATALOG)) is stages_before(workspace("dns"), (SHOP, CATALOG)) is None
    assert stages_after(workspace("dev"), ()) is None


def test_the_stage_before_the_next_is_the_stage_itself() -> None:
    for stage in SHOP.stages[:-1]:
        for following in stages_after(workspace(stage), (SHOP,)) or ():
            assert stages_before(workspace(following.removeprefix("acme/")), (SHOP,)) == (f"acme/{stage}",)


def test_a_chain_in_other_capitals_demands_its_stage_too_but_makes_no_workspace_a_stage() -> None:
    shouted = Chain(name="shouted", stages=("QA", "PROD"))
    with_organization = Chain(name="far", stages=("ACME/canary", "ACME/Prod"))
    assert stages_before(workspace("prod"), (SHOP, shouted, with_organization)) == ("ACME/canary", "acme/QA", "acme/staging")
    assert stages_before(workspace("prod"), (shouted, with_organization)) is None
    assert stages_before(workspace("prod", "globex"), (SHOP, with_organization)) == ("globex/staging",)


def test_a_chain_that_names_a_workspace_in_no_capitals_at_all_demands_nothing_of_it() -> None:
    assert stages_before(workspace("prod"), (CATALOG, SHOP)) == ("acme/staging",)


def test_of_two_stages_that_differ_by_capitals_the_one_that_is_spelled_so_counts() -> None:
    twins = Chain(name="twins", stages=("first", "Prod", "second", "prod"))
    assert stages_before(workspace("prod"), (twins,)) == ("acme/second",)
    assert stages_before(workspace("Prod"), (twins,)) == ("acme/first",)
