"""Starting a run: with all that may be said about it, or by a form."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.commands.grammar import Command, Options, Row
from bot.core.commands.runs import StartRun
from bot.core.policy import Right
from bot.core.starts import FLAGS, Wanted, addresses, assignments, problems


def start(row: Row, words: Sequence[str], options: Options) -> Command:
    if not words and not options:
        return StartRun("")
    if not words:
        raise row.wrong("Which workspace shall run?")
    if one_dash := next((word for word in words if word.startswith("-") and word[1:].partition("=")[0] in row.options), ""):
        raise row.wrong(f"Options begin with two dashes: -{one_dash.partition('=')[0]}, not {one_dash.partition('=')[0]}.")
    wanted = Wanted(
        workspace=words[0],
        message=" ".join(words[1:]),
        flags=frozenset(options) & frozenset(FLAGS),
        targets=options.every("target"),
        replacements=options.every("replace"),
        variables=options.every("var"),
        version=options.get("version", ""),
    )
    if found := problems(wanted):
        raise row.wrong(next(iter(found.values())))
    return wish(wanted)


def wish(wanted: Wanted) -> StartRun:
    """Of what has no problems."""
    return StartRun(
        wanted.workspace,
        wanted.message,
        destroy="destroy" in wanted.flags,
        plan_only="plan-only" in wanted.flags,
        auto_apply="auto-apply" in wanted.flags,
        refresh_only="refresh-only" in wanted.flags,
        targets=addresses(wanted.targets),
        replacements=addresses(wanted.replacements),
        variables=assignments(wanted.variables),
        version=wanted.version,
        save_plan="save-plan" in wanted.flags,
        debugging="debug" in wanted.flags,
    )


GRAMMAR = (
    Row(
        word="run",
        usage=(
            "run <workspace> [message] [--plan-only] [--destroy] [--refresh-only] [--target <address>] [--replace <address>] "
            "[--var <key>=<value>] [--version <word>] [--auto-apply] [--save-plan] [--debug]"
        ),
        summary="Start a run; it reports here and waits for a decision before it applies.",
        example="run storefront-dev bump the image to 4.2.1 --var replicas=3",
        examples=(
            "run storefront-dev is anything out of step --plan-only",
            "run storefront-dev --target module.web --replace aws_instance.web[0]",
            "run storefront-prod the release --version 4f2a9c1 --auto-apply",
        ),
        right=Right.START,
        flags=FLAGS,
        values=("version",),
        repeats=("target", "replace", "var"),
        fields={"target": "targets", "replace": "replacements", "var": "variables", "debug": "debugging"},
        build=start,
        details=(
            "“run” alone opens a form. Without --version it takes the configuration that the workspace used last.",
            "--plan-only can never be applied; --destroy removes all that the workspace manages; --refresh-only changes the state alone.",
            "--target limits it to a resource or a module, --replace makes a resource anew; both may be given several times.",
            '--var sets a variable for this run: region=eu-west-1, replicas=3, zones="[\\"a\\", \\"b\\"]". Text is quoted for you.',
            "What variables are set to is neither kept nor shown.",
            "--version takes the configuration of a commit, a run or a configuration version.",
            "--auto-apply applies it as soon as the rules grant it. Your wish counts as your vote, if you may vote; else it waits.",
            "--save-plan keeps the plan until somebody confirms it, and lets other runs pass; --debug has Terraform log all it does.",
        ),
    ),
)
