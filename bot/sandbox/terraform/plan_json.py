"""The JSON of plans, in the shape of HashiCorp's "JSON Output Format": redacted for those who may not see secrets, and made up for
the scripted engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox.terraform.engines import Counts

Json = dict[str, Any]
REDACTED = "REDACTED"
SIDES = ("before", "after")


def redacted(plan: Json) -> Json:
    """The plan without what it marks as sensitive: values, outputs and variables. Nothing of the given plan is changed."""
    secret_variables = _secret_variables(plan)
    changed: Json = {
        **plan,
        "resource_changes": [_redacted_entry(each) for each in plan.get("resource_changes", [])],
        "output_changes": {name: _redacted_change(each) for name, each in plan.get("output_changes", {}).items()},
        "variables": {name: {"value": REDACTED} if name in secret_variables else each for name, each in plan.get("variables", {}).items()},
    }
    if "resource_drift" in plan:
        changed["resource_drift"] = [_redacted_entry(each) for each in plan["resource_drift"]]
    if "deferred_changes" in plan:
        changed["deferred_changes"] = [
            {**each, "resource_change": _redacted_entry(each["resource_change"])} for each in plan["deferred_changes"]
        ]
    if "planned_values" in plan:
        changed["planned_values"] = _redacted_values(plan["planned_values"])
    if "prior_state" in plan:
        prior = plan["prior_state"]
        changed["prior_state"] = {**prior, "values": _redacted_values(prior["values"])} if "values" in prior else prior
    if "configuration" in plan:
        changed["configuration"] = _redacted_configuration(plan["configuration"], _secret_attributes(plan))
    return changed


def scripted_plan(counts: Counts, version: str, *, outputs_change: bool) -> Json:
    """A plan with so many changes; each resource has a secret in it, so that redaction has something to do."""
    actions = [["create"]] * counts.additions + [["update"]] * counts.changes + [["delete"]] * counts.destructions
    return {
        "format_version": "1.2",
        "terraform_version": version,
        "applyable": bool(actions or outputs_change),
        "complete": True,
        "errored": False,
        "resource_changes": [_scripted_change(number, each) for number, each in enumerate(actions)],
        "output_changes": {"revision": _output("create", "r2")} if outputs_change else {},
        "variables": {},
        "configuration": {"root_module": {}},
    }


def _scripted_change(number: int, actions: list[str]) -> Json:
    before = None if actions == ["create"] else {"input": f"v{number}", "password": "old-scripted-secret"}
    after = None if actions == ["delete"] else {"input": f"w{number}", "password": "scripted-secret"}
    return {
        "address": f"terraform_data.item[{number}]",
        "mode": "managed",
        "type": "terraform_data",
        "name": "item",
        "index": number,
        "provider_name": "terraform.io/builtin/terraform",
        "change": {
            "actions": actions,
            "before": before,
            "after": after,
            "after_unknown": {},
            "before_sensitive": False if before is None else {"password": True},
            "after_sensitive": False if after is None else {"password": True},
        },
    }


def _output(action: str, value: str) -> Json:
    return {
        "actions": [action],
        "before": None,
        "after": value,
        "after_unknown": False,
        "before_sensitive": False,
        "after_sensitive": False,
    }


def _redacted_entry(entry: Json) -> Json:
    return {**entry, "change": _redacted_change(entry["change"])}


def _redacted_change(change: Json) -> Json:
    hidden = {side: _hidden(change[side], change.get(f"{side}_sensitive", False)) for side in SIDES if side in change}
    return {**change, **hidden}


def _hidden(value: Any, marks: Any) -> Any:
    """The value with every place that `marks` says true redacted; marks have the value's shape, true stands for all below."""
    if value is None:
        return None
    if marks is True:
        return REDACTED
    if isinstance(value, dict) and isinstance(marks, dict):
        return {name: _hidden(each, marks.get(name, False)) for name, each in value.items()}
    if isinstance(value, list) and isinstance(marks, list):
        longer = [*marks, *[False] * (len(value) - len(marks))]
        return [_hidden(each, mark) for each, mark in zip(value, longer, strict=False)]
    return value


def _redacted_values(values: Json) -> Json:
    changed = dict(values)
    if "outputs" in values:
        changed["outputs"] = {
            name: {**each, "value": REDACTED} if each.get("sensitive") and "value" in each else each
            for name, each in values["outputs"].items()
        }
    if "root_module" in values:
        changed["root_module"] = _redacted_module(values["root_module"])
    return changed


def _redacted_module(module: Json) -> Json:
    changed = dict(module)
    if "resources" in module:
        changed["resources"] = [
            {**each, "values": _hidden(each.get("values"), each.get("sensitive_values", False))} for each in module["resources"]
        ]
    if "child_modules" in module:
        changed["child_modules"] = [_redacted_module(each) for each in module["child_modules"]]
    return changed


def _secret_variables(plan: Json) -> set[str]:
    declared = plan.get("configuration", {}).get("root_module", {}).get("variables", {})
    return {name for name, each in declared.items() if each.get("sensitive")}


def _secret_attributes(plan: Json) -> dict[str, set[str]]:
    """By `type.name`, the attributes that are marked in any change of such a resource."""
    found: dict[str, set[str]] = {}
    for entry in plan.get("resource_changes", []):
        for side in SIDES:
            marks = entry["change"].get(f"{side}_sensitive")
            if isinstance(marks, dict):
                found.setdefault(f"{entry['type']}.{entry['name']}", set()).update(name for name, mark in marks.items() if mark)
    return found


def _redacted_configuration(configuration: Json, secrets: dict[str, set[str]]) -> Json:
    """What the configuration itself says may be secret: defaults of sensitive variables, sensitive outputs, what is given to marked
    attributes, and everything that providers are configured with, whose schemas nobody has here.
    """
    changed = dict(configuration)
    if "root_module" in configuration:
        changed["root_module"] = _redacted_module_configuration(configuration["root_module"], secrets)
    if "provider_config" in configuration:
        changed["provider_config"] = {
            name: {key: value for key, value in each.items() if key != "expressions"}
            for name, each in configuration["provider_config"].items()
        }
    return changed


def _redacted_module_configuration(module: Json, secrets: dict[str, set[str]]) -> Json:
    changed = dict(module)
    for part, secret in (("variables", "default"), ("outputs", "expression")):
        if part in module:
            changed[part] = {
                name: {**each, secret: REDACTED} if each.get("sensitive") and secret in each else each
                for name, each in module[part].items()
            }
    if "resources" in module:
        changed["resources"] = [
            _without_expressions(each, secrets.get(f"{each.get('type')}.{each.get('name')}", set())) for each in module["resources"]
        ]
    if "module_calls" in module:
        changed["module_calls"] = dict(_redacted_calls(module["module_calls"], secrets))
    return changed


def _redacted_calls(calls: Json, secrets: dict[str, set[str]]) -> Iterator[tuple[str, Json]]:
    """A call's arguments to sensitive variables of its module are as secret as the variables."""
    for name, call in calls.items():
        inner = call.get("module", {})
        variables = {variable for variable, each in inner.get("variables", {}).items() if each.get("sensitive")}
        yield name, {**_without_expressions(call, variables), "module": _redacted_module_configuration(inner, secrets)}


def _without_expressions(thing: Json, secret_names: set[str]) -> Json:
    if "expressions" not in thing:
        return thing
    return {**thing, "expressions": {name: REDACTED if name in secret_names else said for name, said in thing["expressions"].items()}}
