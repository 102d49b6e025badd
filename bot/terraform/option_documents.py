"""What a run was started with, read from the same document as the run. Of variables the names are read, and never a value. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.core.retries import RunOptions
from bot.terraform.resources import decode, text

MOST = 200


class VariableName(msgspec.Struct, gc=False):
    key: str = ""


class OptionAttributes(msgspec.Struct, rename="kebab", gc=False):
    """Loosely typed: a server that writes something else into one of them has not written it."""

    refresh: Any = None
    target_addrs: Any = None
    replace_addrs: Any = None
    variables: msgspec.Raw = msgspec.Raw(b"null")
    allow_empty_apply: Any = None
    allow_config_generation: Any = None
    invoke_action_addrs: Any = None
    policy_paths: Any = None


class OptionResource(msgspec.Struct, gc=False):
    attributes: OptionAttributes


class OptionDocument(msgspec.Struct, gc=False):
    data: OptionResource


NAMES = msgspec.json.Decoder(list[VariableName])


def decode_options(body: bytes) -> RunOptions:
    facts = decode(body, OptionDocument, "a run").data.attributes
    others = {
        "refresh=false": facts.refresh is False,
        "allow-empty-apply": facts.allow_empty_apply,
        "allow-config-generation": facts.allow_config_generation,
        "invoke-action-addrs": facts.invoke_action_addrs,
        "policy-paths": facts.policy_paths,
    }
    return RunOptions(
        targets=words_of(facts.target_addrs),
        replacements=words_of(facts.replace_addrs),
        variables=names_of(facts.variables),
        others=tuple(name for name, said in others.items() if said),
    )


def words_of(value: Any) -> tuple[str, ...]:
    return tuple(text(each) for each in value[:MOST] if isinstance(each, str)) if isinstance(value, list) else ()


def names_of(raw: msgspec.Raw) -> tuple[str, ...]:
    """The names of variables; "?" where there are some that cannot be read, since it matters that there are."""
    if bytes(raw).strip() in {b"null", b"[]", b"{}", b'""'}:
        return ()
    try:
        return tuple(text(each.key) or "?" for each in NAMES.decode(raw)[:MOST])
    except msgspec.MsgspecError:
        return ("?",)
