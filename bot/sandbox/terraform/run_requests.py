"""The body of `POST /runs`: what may be asked for, and in which words it is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.sandbox.terraform.errors import invalid_attribute, unprocessable
from bot.sandbox.terraform.records import RunRequest

if TYPE_CHECKING:
    from bot.sandbox.terraform.records import Configuration, Workspace
    from bot.sandbox.terraform.store import Store

VARIABLE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def run_request(
    attributes: dict[str, Any], workspace: Workspace, configuration: Configuration, *, may_apply: bool, message: str
) -> RunRequest:
    """The request with its defaults, `message` among them. `auto-apply` is the workspace's where it is not said, and holds only
    for who may apply.
    """
    request = RunRequest(
        message=_text(attributes, "message") or message,
        auto_apply=_flag(attributes, "auto-apply", default=workspace.auto_apply) and may_apply,
        is_destroy=_flag(attributes, "is-destroy"),
        plan_only=_flag(attributes, "plan-only", default=configuration.speculative),
        refresh=_flag(attributes, "refresh", default=True),
        refresh_only=_flag(attributes, "refresh-only"),
        allow_empty_apply=_flag(attributes, "allow-empty-apply"),
        allow_config_generation=_flag(attributes, "allow-config-generation"),
        debugging_mode=_flag(attributes, "debugging-mode"),
        target_addrs=_addresses(attributes, "target-addrs"),
        replace_addrs=_addresses(attributes, "replace-addrs"),
        variables=_variables(attributes.get("variables")),
        save_plan=_flag(attributes, "save-plan"),
        terraform_version=_text(attributes, "terraform-version"),
        invoke_action_addrs=_addresses(attributes, "invoke-action-addrs"),
        policy_paths=_addresses(attributes, "policy-paths"),
    )
    _refuse_contradictions(request, configuration)
    _refuse_by_settings(request, workspace)
    return request


def uploaded_run_request(workspace: Workspace, configuration: Configuration) -> RunRequest:
    """The run that an upload queues by itself."""
    return RunRequest(message="", auto_apply=workspace.auto_apply and configuration.creator_may_apply, plan_only=configuration.speculative)


def configuration_for(store: Store, workspace: Workspace, configuration_id: str | None) -> Configuration:
    """The configuration version that was named, from whichever workspace, or the one most recently used here."""
    configuration = store.latest_configuration(workspace) if configuration_id is None else store.configuration(configuration_id)
    if configuration is None:
        raise unprocessable("Configuration version is missing")
    if configuration.status == "pending":
        raise invalid_attribute("Invalid run parameters: Configuration version is still being processed.")
    if configuration.status == "archived" and configuration.ingress is None:
        raise invalid_attribute("Invalid run parameters: Configuration version is archived.")
    if configuration.status == "errored":
        raise invalid_attribute(f"Invalid run parameters: Configuration version is errored: {configuration.error_message}.")
    return configuration


def _refuse_contradictions(request: RunRequest, configuration: Configuration) -> None:
    if request.is_destroy and request.refresh_only:
        raise invalid_attribute("Invalid run parameters: is-destroy and refresh-only exclude each other.")
    if request.save_plan and request.plan_only:
        raise invalid_attribute("Invalid run parameters: save-plan and plan-only exclude each other.")
    if request.invoke_action_addrs and (len(request.invoke_action_addrs) > 1 or request.target_addrs or request.is_destroy):
        raise invalid_attribute("Invalid run parameters: invoke-action-addrs takes one address, without target-addrs and is-destroy.")
    if request.terraform_version and not request.plan_only:
        raise invalid_attribute("Invalid run parameters: terraform-version can only be set for plan-only runs.")
    if configuration.speculative and not request.plan_only:
        raise invalid_attribute("Invalid run parameters: a speculative configuration version can only be used for plan-only runs.")


def _refuse_by_settings(request: RunRequest, workspace: Workspace) -> None:
    if workspace.execution_mode == "local":
        raise invalid_attribute("Invalid run parameters: the workspace's execution mode is local.")
    if request.is_destroy and not workspace.allow_destroy_plan:
        raise invalid_attribute("Invalid run parameters: the workspace does not allow destroy plans.")


def _flag(attributes: dict[str, Any], name: str, *, default: bool = False) -> bool:
    value = attributes.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise invalid_attribute(f"Invalid run parameters: {name} must be true or false.")
    return value


def _text(attributes: dict[str, Any], name: str) -> str | None:
    value = attributes.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid_attribute(f"Invalid run parameters: {name} must be a string.")
    return value


def _addresses(attributes: dict[str, Any], name: str) -> list[str] | None:
    value = attributes.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, str) and each and "\0" not in each for each in value):
        raise invalid_attribute(f"Invalid run parameters: {name} must be a list of resource addresses.")
    return value


def _variables(value: object) -> list[dict[str, str]]:
    """Run variables: keys are identifiers, values HCL literals in one piece."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(_is_variable(each) for each in value):
        raise invalid_attribute("Invalid run parameters: variables must be a list of objects with a key and a value, both strings.")
    return [{"key": each["key"], "value": each["value"]} for each in value]


def _is_variable(each: object) -> bool:
    if not isinstance(each, dict):
        return False
    key, value = each.get("key"), each.get("value")
    return isinstance(key, str) and isinstance(value, str) and VARIABLE_KEY.fullmatch(key) is not None
