"""`decide`: whether a run may be applied now, by the rules, the votes and the people as they are at this moment. No input or output.

All rules that match apply together, and so does the right to decide, as one vote of those who have it. A vote counts for every demand
that it meets, one person once. Neither the order of rules nor that of votes matters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.core.chains import stages_before
from bot.core.claims import Claim, ballots_of, barred, claims_of, judge, votes_missing
from bot.core.contents import PlanContents, PlanRisk
from bot.core.matching import is_project_unread
from bot.core.people import NOBODY, Circle, Membership
from bot.core.questions import Question
from bot.core.rules import Rule, highest
from bot.core.runs import Action, RunStatus
from bot.core.verdicts import Fallen, Lack, Missing, Outcome, Verdict
from bot.core.votes import Vote, Why
from bot.core.windows import first_opening, is_any_open

NO_PLAN = PlanContents("")

UNRULED = frozenset({Action.DISCARD, Action.CANCEL, Action.FORCE_CANCEL})
"""What stops a run needs the right to decide and no more: no rule and no freeze holds it up."""


def decide(question: Question) -> Verdict:
    """Judge. Everything is worked out whatever the outcome, so that it can be told."""
    rules = applying(question)
    claims = claims_of(question, rules)
    ballots, fallen = ballots_of(question)
    judged = [(claim, *judge(claim, ballots, question)) for claim in claims]
    lacking = tuple(one for claim, counted, _ in judged if (one := votes_missing(claim, counted, question)) is not None)
    counting = frozenset(vote.person for _, counted, _ in judged for vote in counted)
    fallen += [objection for _, _, objections in judged for objection in objections]
    fallen += idle(ballots, counting, fallen)
    missing = (*lacking, *missing_besides(question, rules))
    outcome = outcome_of(rules, claims, missing)
    return Verdict(
        outcome=outcome,
        rules=tuple(rule.name for rule in rules),
        denials=tuple(rule.deny for rule in rules if rule.deny),
        missing=missing,
        nobody=not claims,
        voters=union(one.circle for one in lacking) if outcome in {Outcome.MISSING, Outcome.GRANTED} else NOBODY,
        counting=tuple(sorted(counting)),
        fallen=tuple(sorted(fallen, key=lambda one: (one.person, one.rule, one.why, one.role or ""))),
        risk=highest(*(rule.demand.risk for rule in rules)),
        wants_reason=question.action is Action.OVERRIDE or any(rule.demand.wants_reason for rule in rules),
        wants_typed_name=any(rule.demand.wants_typed_name for rule in rules),
        plan_unread=any(is_unread(rule, plan_of(question)) for rule in rules),
        project_unread=any(is_project_unread(rule, question.workspace) for rule in rules),
        unread_groups=unread(lacking, question.membership),
        source=question.policy.source,
        action=question.action,
        digest=question.digest,
    )


def applying(question: Question) -> tuple[Rule, ...]:
    """The rules that apply, by their place in the file."""
    if question.action in UNRULED:
        return ()
    found = question.policy.rulebook.matching(question.run, question.workspace, plan_of(question))
    return tuple(sorted(found, key=lambda rule: (rule.line, rule.name)))


def plan_of(question: Question) -> PlanRisk:
    """What is judged of the plan. Where there is none yet, and whoever overrides now will be asked again, rules about plans wait for it."""
    is_before = question.run.status is RunStatus.PRE_PLAN_AWAITING_DECISION
    if question.action is not Action.OVERRIDE or not is_before or is_apply(question):
        return question.plan
    return replace(question.plan, contents=NO_PLAN, cost_rise=Decimal(0))


def outcome_of(rules: Sequence[Rule], claims: Sequence[Claim], missing: Sequence[Missing]) -> Outcome:
    if any(rule.deny for rule in rules):
        return Outcome.DENIED
    if any(rule.leads_outside for rule in rules):
        return Outcome.OUTSIDE
    if not claims:
        return Outcome.DENIED
    return Outcome.MISSING if missing else Outcome.GRANTED


def is_unread(rule: Rule, plan: PlanRisk) -> bool:
    """Whether a rule may apply only because something of the plan is not known."""
    match = rule.match
    return (
        (match.asks_resources and plan.contents is None)
        or (match.cost_above is not None and plan.cost_rise is None)
        or (match.failed_policy and plan.failed_policies is None)
    )


def idle(ballots: Iterable[Vote], counting: frozenset[str], fallen: Iterable[Fallen]) -> list[Fallen]:
    """Votes that nothing speaks against and nothing asks for."""
    told = {one.person for one in fallen} | counting
    return [Fallen(person=vote.person, why=Why.NOT_ASKED) for vote in ballots if vote.person not in told]


def union(circles: Iterable[Circle]) -> Circle:
    whole = Circle()
    for circle in circles:
        whole |= circle
    return whole


def unread(lacking: Iterable[Missing], membership: Membership) -> tuple[str, ...]:
    """Groups whose people could make a difference and could not be read."""
    wanted = frozenset().union(*(one.circle.groups for one in lacking))
    return tuple(sorted(wanted - membership.keys()))


# Everything else


def missing_besides(question: Question, rules: Iterable[Rule]) -> list[Missing]:
    """What votes cannot bring: windows, stages, and the end of freezes. They bind the moment at which something is applied."""
    if not is_apply(question):
        return []
    found: list[Missing] = []
    for rule in rules:
        found += missing_window(question, rule) + missing_stages(question, rule)
    return found + [
        Missing(lack=Lack.FREEZE, freeze=one, circle=question.policy.break_glass.circle)
        for one in sorted(question.freezes, key=lambda one: (one.scope, one.reason))
    ]


def is_apply(question: Question) -> bool:
    """Whether what is asked for applies the run: an override does where nobody is asked any more after it."""
    return question.action is Action.APPLY or (question.action is Action.OVERRIDE and question.run.override_applies)


def missing_window(question: Question, rule: Rule) -> list[Missing]:
    windows = rule.demand.windows
    if not windows or is_any_open(windows, question.now):
        return []
    return [Missing(lack=Lack.WINDOW, rule=rule.name, opens_at=first_opening(windows, question.now))]


def missing_stages(question: Question, rule: Rule) -> list[Missing]:
    if not rule.demand.after_stage:
        return []
    before = stages_before(question.workspace, question.policy.chains)
    if before is None:
        return [Missing(lack=Lack.STAGE, rule=rule.name)]
    return [Missing(lack=Lack.STAGE, rule=rule.name, stage=stage) for stage in before if stage not in question.applied_in]


# Who could help


def candidates(question: Question) -> frozenset[str]:
    """The Slack ids of people whose vote would bring the run closer: those named, and those of groups that could be read.

    Nobody's would where a rule denies it, or leads out of Slack.
    """
    rules = applying(question)
    if any(rule.deny or rule.leads_outside for rule in rules):
        return frozenset()
    ballots, _ = ballots_of(question)
    found: frozenset[str] = frozenset()
    for claim in claims_of(question, rules):
        counted, _ = judge(claim, ballots, question)
        missing = votes_missing(claim, counted, question)
        if missing is not None:
            found |= helpful(claim, missing, {question.identities.human(vote.person) for vote in counted}, question)
    return found


def helpful(claim: Claim, missing: Missing, counted: Collection[str], question: Question) -> frozenset[str]:
    """Who is wanted and does not count yet; `counted` are humans."""
    asked = missing.circle.people.union(*(question.membership.get(group, frozenset()) for group in missing.circle.groups))
    return frozenset(
        person for person in asked if question.identities.human(person) not in counted and barred(person, claim, question) is None
    )
