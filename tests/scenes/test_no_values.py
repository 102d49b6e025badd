"""`show_values = "never"` with real terraform: no value of a plan, a log or an output gets anywhere, whatever it is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.demos import RULES
from tests.scenes.sights import modal, posted
from tests.scenes.spills import open_tapped, spilled
from tests.scenes.stage import run_of, whole_text
from tests.scenes.test_reviewing import card_of, planned, upload

pytestmark = pytest.mark.terraform
CANARY = "canary7f3a"
CONFIGURATION = f"""
resource "terraform_data" "plain" {{
  input = {{ size = "{CANARY}-size", list = ["{CANARY}-list"], text = "{CANARY}\\nof two lines" }}
  provisioner "local-exec" {{
    command = "echo {CANARY}-echoed"
  }}
}}
output "size" {{
  value = "{CANARY}-output"
}}
"""
BROKEN = f"""
resource "terraform_data" "plain" {{
  input = "{CANARY}-new"
  lifecycle {{
    precondition {{
      condition     = length(path.module) > 1000
      error_message = "The size {CANARY}-complained is not accepted."
    }}
  }}
}}
"""


async def test_no_value_gets_anywhere(tmp_path: Path) -> None:
    rules = f'[[plans]]\nworkspaces = ["Storefront-*"]\nshow_values = "never"\n\n{RULES}'
    async with open_tapped(tmp_path, rules) as tapped:
        stage, _ = tapped
        await upload(stage, "storefront-dev", CONFIGURATION)
        call = await planned(stage, "storefront-dev", "without values")
        await stage.clicks("U0ANA", call, "run.review")
        shown = json.dumps(await modal(stage, lambda text: "terraform_data.plain" in text))
        card = await card_of(stage, call)
        plan = await posted(stage, "plan", "storefront-dev", card)
        await stage.clicks("U0ANA", call, "run.approve")
        await stage.until_run("storefront-dev", "applied")
        applied = await posted(stage, "log", "storefront-dev", card)
        await upload(stage, "storefront-dev", BROKEN)
        await stage.types("U0ANA", "/tf run storefront-dev broken")
        failed = await stage.until(lambda one: bool(run_of(one)) and "Resource precondition failed" in whole_text(one))

        assert "input.size" in shown
        assert "input.size" in plan
        assert "Plan: 1 to add" in applied
        assert "Apply complete! Resources: 1 added" in applied
        assert "main.tf:6" in whole_text(failed)
        assert await spilled(tapped, CANARY) == []
