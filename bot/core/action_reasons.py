"""Why a plan does to a resource what it does, in words for people.

Facts: Terraform, "JSON Output Format", `action_reason`; those that it may have besides are shown as they are.
"""

from __future__ import annotations

from types import MappingProxyType

WORDS = MappingProxyType(
    {
        "replace_because_tainted": "it is tainted",
        "replace_because_cannot_update": "it cannot be changed in place",
        "replace_by_request": "somebody asked to have it replaced",
        "replace_by_triggers": "something in its replace_triggered_by changes",
        "delete_because_no_resource_config": "it is no longer in the configuration",
        "delete_because_no_module": "its module is no longer in the configuration",
        "delete_because_wrong_repetition": "its count or for_each came or went",
        "delete_because_count_index": "its index is beyond the count",
        "delete_because_each_key": "its key is no longer in for_each",
        "delete_because_no_move_target": "it was moved to what is not in the configuration",
        "read_because_config_unknown": "its configuration is known after apply",
        "read_because_dependency_pending": "something that it depends on changes first",
        "read_because_check_nested": "a check reads it",
    }
)


def reason_words(word: str) -> str:
    """`word` is Terraform's own, from outside; "" for the usual one."""
    return WORDS.get(word, word.replace("_", " "))
