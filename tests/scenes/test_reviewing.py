"""A plan reviewed, and its text and its log in the thread of the card, with real terraform: and none of its secrets anywhere."""

from __future__ import annotations

import io
import json
import tarfile

import pytest

from tests.scenes.sights import clicks_inside, modal, posted, said_below
from tests.scenes.spills import Tapped, spilled
from tests.scenes.stage import Message, Stage, has, key_of, run_of, whole_text

pytestmark = pytest.mark.terraform
CANARY = "canary7f3a"
TOKEN = "AKIA" + "CANARY0123456789"
CONFIGURATION = f"""
variable "pass" {{
  type      = string
  default   = "{CANARY}-variable"
  sensitive = true
}}
variable "typed" {{
  type      = string
  default   = ""
  sensitive = true
}}
resource "terraform_data" "secret" {{
  input = {{ "shown" = "to everybody", "hidden" = var.pass, "typed" = var.typed }}
}}
resource "terraform_data" "unmarked" {{
  input = {{
    secrets     = {{ db = {{ main = "{CANARY}-deep" }} }}
    environment = [{{ name = "DB_PASSWORD", value = "{CANARY}-pair" }}, {{ name = "LEVEL", value = "debug" }}]
    definitions = jsonencode([{{ environment = [{{ Name = "API_TOKEN", Value = "{CANARY}-json" }}], signing_key = "{CANARY}-signing" }}])
    script      = base64encode("#!/bin/sh\\nexport DB_PASS={CANARY}-base64\\n")
    database    = "postgres://app:{CANARY}-url/odd@db.example/app"
    headers     = "Authorization: Basic {CANARY}-basic"
    session     = "Cookie: sid={CANARY}-cookie; a=b"
    command     = ["psql", "--password", "{CANARY}-argument"]
    enable_password_rotation = true
  }}
}}
resource "terraform_data" "loud" {{
  count = 12
  input = "number ${{count.index}}"
  provisioner "local-exec" {{
    command = "echo the key is {TOKEN} && echo db_password={CANARY}-echoed && echo connect --password {CANARY}-flag"
  }}
}}
check "told_while_planning" {{
  assert {{
    condition     = length(terraform_data.loud) == 0
    error_message = "api_key={CANARY}-warned"
  }}
}}
output "pass" {{
  value     = var.pass
  sensitive = true
}}
output "db_password" {{
  value = "{CANARY}-unmarked"
}}
"""
BROKEN = f"""
resource "terraform_data" "secret" {{
  input = "now in the open"
  lifecycle {{
    precondition {{
      condition     = length(path.module) > 1000
      error_message = "The token={CANARY}-complained of is not accepted, nor is {TOKEN}."
    }}
  }}
}}
"""
LOOKED_THROUGH = {
    "C0DEPLOYS of U0ANA",
    "audit.csv",
    "audit.jsonl",
    "bot-0.log",
    "chat.update",
    "file in C0DEPLOYS",
    "runbell.db-wal",
    "table audit",
    "table workspaces",
    "views.update",
}
"""Where the workspace's name is, or whoever was refused: secrets would be seen there, too."""

BEFORE = """
resource "terraform_data" "gone" {
  input = "soon"
}
resource "terraform_data" "moved" {
  input            = "the same"
  triggers_replace = "eu-west-1"
}
resource "terraform_data" "changed" {
  input = "small"
}
"""
AFTER = """
resource "terraform_data" "moved" {
  input            = "the same"
  triggers_replace = "eu-north-1"
}
resource "terraform_data" "changed" {
  input = "large"
}
resource "terraform_data" "added" {
  input = "new"
}
output "size" {
  value = "large"
}
"""


async def upload(stage: Stage, workspace: str, configuration: str) -> None:
    identity = (await stage.workspace(workspace))["id"]
    wish = {"data": {"type": "configuration-versions", "attributes": {"auto-queue-runs": False}}}
    made = (await stage.terraform("POST", f"workspaces/{identity}/configuration-versions", body=wish)).json()["data"]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("main.tf")
        entry.size = len(configuration.encode())
        archive.addfile(entry, io.BytesIO(configuration.encode()))
    answer = await stage.client.put(made["attributes"]["upload-url"], content=packed.getvalue())
    assert answer.is_success


async def planned(stage: Stage, workspace: str, words: str) -> Message:
    """The message that asks for a decision about a run with these words."""
    await stage.types("U0ANA", f"/tf run {workspace} {words}")
    said = words.partition(" --")[0]
    return await stage.until(lambda one: said in whole_text(one) and "Decision needed" in whole_text(one) and has(one, "run.approve"))


async def reviews(stage: Stage, call: Message) -> list[str]:
    """What the modal shows on its pages, and of one address; a guest sees nothing."""
    await stage.clicks("U0GUS", call, "run.review")
    refused = await modal(stage, lambda text: "guest" in text.lower(), "U0GUS")
    await stage.clicks("U0ANA", call, "run.review")
    pages = [await modal(stage, lambda text: "Page 1 of 2" in text)]
    await clicks_inside(stage, "review.on")
    pages.append(await modal(stage, lambda text: "Page 2 of 2" in text))
    await stage.person("POST", "fill", json_body={"as": "U0ANA", "values": {"review.query": {"review.query": "data.secret"}}})
    await clicks_inside(stage, "review.search")
    pages.append(await modal(stage, lambda text: "1 of 16" in text))
    await stage.person("POST", "fill", json_body={"as": "U0ANA", "values": {"review.query": {"review.query": "data.unmarked"}}})
    await clicks_inside(stage, "review.search")
    pages.append(await modal(stage, lambda text: "for `data.unmarked`" in text))
    return [json.dumps(page, ensure_ascii=False) for page in (refused, *pages)]


async def test_from_the_plan_to_the_audit_no_secret_gets_anywhere(tapped: Tapped) -> None:
    stage, tap = tapped
    await upload(stage, "storefront-dev", CONFIGURATION)
    call = await planned(stage, "storefront-dev", f"with secrets --var typed={CANARY}-typed")
    refused, first, second, secret, unmarked = await reviews(stage, call)
    card = await card_of(stage, call)
    plan, log = await posted(stage, "plan", "storefront-dev", card), await posted(stage, "log", "storefront-dev", card)
    await stage.clicks("U0ANA", call, "run.approve")
    await stage.until_run("storefront-dev", "applied")
    applied = await posted(stage, "log", "storefront-dev", card)
    await upload(stage, "storefront-dev", BROKEN)
    await stage.types("U0ANA", "/tf run storefront-dev broken")
    failed = await stage.until(lambda one: bool(run_of(one)) and "Resource precondition failed" in whole_text(one))
    await stage.types("U0ANA", "/tf audit storefront-dev")
    await stage.expects("had this put into a channel: log")

    assert "number 0" in first
    assert "terraform_data" not in refused
    assert "output.db_password" in second
    assert "input.hidden: (sensitive value)" in secret
    assert 'input.shown: \\"to everybody\\"' in secret
    for path in ("secrets.db.main", "environment[0].value"):
        assert f"input.{path}: (sensitive value)" in unmarked
    assert 'input.environment[1].value: \\"debug\\"' in unmarked
    assert "input.enable_password_rotation: true" in unmarked
    assert "create terraform_data.secret" in plan
    assert "(sensitive value)" in log
    assert "api_key=[redacted]" in log
    assert "the key is [redacted]" in applied
    assert "db_password=[redacted]" in applied
    assert "\x1b" not in log + applied
    assert "main.tf:6" in whole_text(failed)
    assert "token=[redacted] of is not accepted" in whole_text(failed)
    assert {"chat.postMessage", "chat.update", "views.open", "views.update"} <= tap.methods()
    assert await spilled(tapped, CANARY, TOKEN, "/object/") == []
    assert set(await spilled(tapped, "storefront-dev", "U0GUS")) >= LOOKED_THROUGH


async def card_of(stage: Stage, call: Message) -> Message:
    """Whoever is needed is called first, so it may come later than the call."""
    return await stage.until(lambda one: key_of(one).startswith(f"{run_of(call)}/card/"))


async def test_what_a_plan_takes_away_is_shown_first_and_counts_remain_without_the_right_to_it(tapped: Tapped) -> None:
    stage, _ = tapped
    await upload(stage, "storefront-staging", BEFORE)
    await stage.clicks("U0ANA", await planned(stage, "storefront-staging", "first"), "run.approve")
    await stage.until_run("storefront-staging", "applied")
    await upload(stage, "storefront-staging", AFTER)
    call = await planned(stage, "storefront-staging", "second")
    assert "+2 to add, ~1 to change, −2 to destroy" in whole_text(call)

    await stage.fault("terraform", "GET */json-output-redacted", "status", status=404)
    await stage.clicks("U0RAJ", call, "run.review")
    await modal(stage, lambda text: "+2 to add" in text and "may not read this plan’s details" in text, "U0RAJ")
    card = await card_of(stage, call)
    instead = await posted(stage, "plan", "storefront-staging", card)
    assert "# terraform_data.moved must be replaced" in instead
    assert "This is what was written while it was planned." in await said_below(stage, card)

    await stage.control("DELETE", "faults")
    await stage.clicks("U0KIM", call, "run.review")
    shown = json.dumps(await modal(stage, lambda text: "terraform_data.gone" in text, "U0KIM"), ensure_ascii=False)
    order = [shown.index(f"terraform_data.{name}") for name in ("gone", "moved", "changed", "added")]
    assert [*order, shown.index("output.size")] == sorted([*order, shown.index("output.size")])
    assert "it is no longer in the configuration" in shown[order[0] : order[1]]
    assert "forces replacement" in shown[order[1] : order[2]]
    assert "eu-west-1" in shown[order[1] : order[2]]
