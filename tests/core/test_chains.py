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
