"""The buttons under a run. Each carries an address and nothing that is a fact; what they ask for is judged at the click."""

from __future__ import annotations

from typing import assert_never

from bot.core.decisions import IntentState
from bot.core.pictures import RunPicture
from bot.core.runs import Action, RunStatus
from bot.slack import ids
from bot.slack.blocks import Block, actions, button, confirmation, link_button, menu
from bot.slack.cards.counts import may_lose, picture_counts
from bot.slack.cards.handing_on import handing_on_buttons
from bot.slack.cards.reviews import review_buttons
from bot.slack.text import cut, is_web_address, one_line


def buttons(picture: RunPicture) -> list[Block]:
    """One block of buttons, or none where there is nothing to click."""
    actions_offered = offered(picture)
    elements = [action_button(picture, action) for action in actions_offered]
    elements += review_buttons(picture, stands_out=Action.APPLY in actions_offered and may_lose(picture))
    elements += handing_on_buttons(picture)
    if is_web_address(picture.link):
        elements.append(link_button(ids.OPEN, "Open in Terraform", picture.link))
    elements += reason_menu(picture)
    return [actions(elements)] if elements else []


def offered(picture: RunPicture) -> tuple[Action, ...]:
    """Those of the picture, except at a status that nobody knows, and what a decision that stands has answered."""
    if picture.run.status is RunStatus.UNKNOWN or picture.run.is_final:
        return ()
    decision = picture.decision
    if decision is None or not picture.decision_stands:
        return picture.buttons
    is_unsure = picture.intent is not None and picture.intent.state is IntentState.UNSURE
    answered = {Action.APPLY, Action.OVERRIDE, Action.DISCARD} | ({decision.action} if not is_unsure else set(Action))
    if decision.action is Action.CANCEL:
        answered -= {Action.FORCE_CANCEL}
    return tuple(action for action in picture.buttons if action not in answered)


def action_button(picture: RunPicture, action: Action) -> Block:
    """What asks for words, destroys something or interrupts an apply opens a modal instead of a dialog."""
    value = ids.encode(address_of(picture))
    opens = (
        action in {Action.OVERRIDE, Action.DISCARD}
        or (action is Action.APPLY and (wants_words(picture) or not keeps_all(picture)))
        or (action in {Action.CANCEL, Action.FORCE_CANCEL} and picture.run.was_confirmed)
    )
    asked = None if opens else question(picture, action)
    return button(ids.BUTTON_FOR[action], label_of(action), value, style=style_of(picture, action), confirm=asked)


def reason_menu(picture: RunPicture) -> list[Block]:
    """Last, and no button, so that it takes no row of a phone: where nobody is asked why, but may say so."""
    if Action.APPLY not in offered(picture) or wants_words(picture):
        return []
    return [menu(ids.APPROVE_BECAUSE, {"Approve with a reason…": ids.encode(address_of(picture))})]


def address_of(picture: RunPicture) -> ids.Address:
    """With the digest of the plan as it was last judged: what the card says is of no other one."""
    return ids.Address(picture.run.id, picture.tally.digest if picture.tally is not None else "")


def keeps_all(picture: RunPicture) -> bool:
    """Whether the plan is known to destroy and replace nothing."""
    return picture.tally is not None and picture.tally.plan.keeps_all


def wants_words(picture: RunPicture) -> bool:
    return picture.tally is not None and picture.tally.wants_words


def label_of(action: Action) -> str:
    match action:
        case Action.APPLY:
            return "Approve & apply"
        case Action.OVERRIDE:
            return "Override…"
        case Action.DISCARD:
            return "Discard"
        case Action.CANCEL:
            return "Cancel run"
        case Action.FORCE_CANCEL:
            return "Cancel by force"
        case _:
            assert_never(action)


def style_of(picture: RunPicture, action: Action) -> str:
    """Approving is never red. Where something may be lost the review stands out instead."""
    if action in {Action.OVERRIDE, Action.FORCE_CANCEL}:
        return "danger"
    return "primary" if action is Action.APPLY and not may_lose(picture) else ""


def question(picture: RunPicture, action: Action) -> Block:
    """The dialog that names the workspace and what would happen to it."""
    name = cut(one_line(picture.workspace.name), 60)
    where = f"{cut(one_line(picture.workspace.organization), 60)}/{name}"
    match action:
        case Action.APPLY:
            warning = " This destroys everything that the workspace manages." if picture.run.is_destroy else ""
            text = f"{where}: {picture_counts(picture) or 'no resource changes'}.{warning}"
            return confirmation(f"Apply to {name}?", text, "Approve & apply", style=style_of(picture, action))
        case Action.CANCEL:
            text = f"{where}: the run is interrupted. Nothing has been changed yet."
            return confirmation(f"Cancel the run of {name}?", text, "Cancel run", style="danger")
        case Action.FORCE_CANCEL:
            text = f"{where}: Terraform is killed at once. What it was doing may be left half done, and its state may be lost."
            return confirmation(f"Cancel {name} by force?", text, "Cancel by force", style="danger")
        case Action.OVERRIDE | Action.DISCARD:
            raise ValueError("it asks in a modal")
        case _:
            assert_never(action)
