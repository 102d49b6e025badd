"""The engine that runs terraform or tofu from the PATH: init, plan, show, apply. Counts and logs are terraform's own."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.sandbox.terraform.archives import BadArchive, unpack_archive
from bot.sandbox.terraform.engines import ApplyOutcome, Counts, Job, PlanOutcome
from bot.sandbox.terraform.processes import Processes, bare_environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from bot.sandbox.terraform.records import Run

PROGRAMS = ("terraform", "tofu")
AT_ONCE = 2
GRACE_SECONDS = 5.0
LARGEST_PLAN = 256 * 1024 * 1024
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
COMPLETE = re.compile(r"Resources: (?:(\d+) imported, )?(\d+) added, (\d+) changed, (\d+) destroyed")
STEPS = {
    "additions": re.compile(r": Creation complete after "),
    "changes": re.compile(r": Modifications complete after "),
    "destructions": re.compile(r": Destruction complete after "),
}
UNCHANGING = (["no-op"], ["read"])


class UnknownTerraform(Exception):
    """The program on the PATH does not say which version it is."""


def find_program() -> str | None:
    """The path of terraform, else of tofu, else None."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


class TerraformEngine:
    def __init__(self, program: str, folder: Path, *, grace_seconds: float = GRACE_SECONDS) -> None:
        """`folder` is the engine's own. Asks the program for its version, which takes a moment; UnknownTerraform if it tells none."""
        self._program = program
        self._folder = folder
        self._home = folder / "home"
        self._home.mkdir(parents=True)
        (self._home / "cli.tfrc").write_text("")
        self._processes = Processes(grace_seconds)
        self._slots = asyncio.Semaphore(AT_ONCE)
        self.terraform_version = _version(program, self._home)
        self.name = f"{Path(program).name} {self.terraform_version}"

    def slot(self) -> AbstractAsyncContextManager[None]:
        """At most two at once, so that a small machine keeps breathing."""
        return self._slots

    async def plan(self, job: Job) -> PlanOutcome:
        log = job.run.plan.log
        try:
            arguments = await asyncio.to_thread(self._lay_out, job)
        except BadArchive as error:
            log.write_line(f"Error: {error}")
            return PlanOutcome(succeeded=False)
        for command in (["init", "-no-color"], ["plan", "-no-color", "-lock=false", "-out=../plan.bin", *arguments]):
            if await self._run(job, command, log.write) != 0 or job.run.interrupted.is_set():
                return PlanOutcome(succeeded=False)
        shown = bytearray()
        if await self._run(job, ["show", "-json", "../plan.bin"], _bounded(shown)) != 0 or job.run.interrupted.is_set():
            log.write(bytes(shown[-2000:]))
            return PlanOutcome(succeeded=False)
        await asyncio.to_thread(self._keep_plan, job, bytes(shown))
        return await asyncio.to_thread(read_plan, bytes(shown))

    async def apply(self, job: Job) -> ApplyOutcome:
        log, written = job.run.apply.log, bytearray()

        def output(chunk: bytes) -> None:
            log.write(chunk)
            written.extend(chunk)

        status = await self._run(job, ["apply", "-no-color", "-lock=false", "../plan.bin"], output)
        resources = await asyncio.to_thread(self._keep_state, job)
        return ApplyOutcome(status == 0, read_counts(written.decode(errors="replace")), resources)

    async def plan_json(self, job: Job) -> bytes | None:
        path = self._plan_of(job)
        return await asyncio.to_thread(path.read_bytes) if path.exists() else None

    async def forget(self, job: Job) -> None:
        await asyncio.to_thread(shutil.rmtree, self._run_folder(job.run), ignore_errors=True)

    async def close(self) -> None:
        await self._processes.close()

    async def _run(self, job: Job, command: list[str], output: Callable[[bytes], None]) -> int:
        environment = bare_environment(self._home)
        if job.run.request.debugging_mode and command[0] != "show":  # what it shows is read, and a trace would stand in it
            environment["TF_LOG"] = "TRACE"
        return await self._processes.run(
            [self._program, *command],
            folder=self._run_folder(job.run) / "configuration",
            environment=environment,
            output=output,
            interrupted=job.run.interrupted,
            killed=job.run.killed,
        )

    def _run_folder(self, run: Run) -> Path:
        return self._folder / "runs" / run.id

    def _state_of(self, job: Job) -> Path:
        return self._folder / "states" / f"{job.workspace.id}.tfstate"

    def _plan_of(self, job: Job) -> Path:
        return self._folder / "plans" / f"{job.run.id}.json"

    def _keep_plan(self, job: Job, shown: bytes) -> None:
        self._plan_of(job).parent.mkdir(exist_ok=True)
        self._plan_of(job).write_bytes(shown)

    def _lay_out(self, job: Job) -> list[str]:
        """Unpack the configuration beside a copy of the workspace's state and its variables; the arguments for the plan."""
        folder = self._run_folder(job.run)
        configuration = folder / "configuration"
        configuration.mkdir(parents=True)
        unpack_archive(job.configuration.archive, configuration)
        state = folder / "terraform.tfstate"
        backend = f'terraform {{\n  backend "local" {{\n    path = {json.dumps(str(state))}\n  }}\n}}\n'
        (configuration / "zz_sandbox_backend_override.tf").write_text(backend)
        if self._state_of(job).exists():
            shutil.copyfile(self._state_of(job), state)
        (folder / "workspace.tfvars.json").write_text(json.dumps(job.workspace.variables))
        (folder / "run.tfvars").write_text(run_variables(job.run))
        return plan_arguments(job.run)

    def _keep_state(self, job: Job) -> int:
        """Make the run's state the workspace's, also after a failure; how many resource instances it holds."""
        state = self._run_folder(job.run) / "terraform.tfstate"
        try:
            resources = json.loads(state.read_bytes())["resources"]
        except (OSError, ValueError, KeyError):
            return job.workspace.resource_count
        self._state_of(job).parent.mkdir(exist_ok=True)
        state.replace(self._state_of(job))
        return sum(len(resource["instances"]) for resource in resources if resource["mode"] == "managed")


def plan_arguments(run: Run) -> list[str]:
    request = run.request
    arguments = ["-var-file=../workspace.tfvars.json", "-var-file=../run.tfvars"]
    arguments += ["-destroy"] * request.is_destroy + ["-refresh-only"] * request.refresh_only
    arguments += ["-refresh=false"] * (not request.refresh)
    arguments += [f"-target={address}" for address in request.target_addrs or []]
    arguments += [f"-replace={address}" for address in request.replace_addrs or []]
    if request.allow_config_generation:
        arguments.append("-generate-config-out=generated.tf")
    return arguments


def run_variables(run: Run) -> str:
    """The run's own variables as a tfvars file: their values are HCL literals already."""
    return "".join(f"{each['key']} = {each['value']}\n" for each in run.request.variables if IDENTIFIER.fullmatch(each["key"]))


def read_plan(shown: bytes) -> PlanOutcome:
    """Counts from the JSON of `terraform show`, whose shape is HashiCorp's "JSON Output Format" page. A replacement is an addition
    and a destruction; changed outputs alone make changes too.
    """
    plan: dict[str, Any] = json.loads(shown)
    resources = [each["change"] for each in plan.get("resource_changes", [])]
    actions = [each["actions"] for each in resources]
    outputs = [each["actions"] for each in plan.get("output_changes", {}).values()]
    counts = Counts(
        additions=sum("create" in each for each in actions),
        changes=actions.count(["update"]),
        destructions=sum("delete" in each for each in actions),
        imports=sum("importing" in each for each in resources),
    )
    changes = any(each not in UNCHANGING for each in actions + outputs) or counts.imports > 0
    return PlanOutcome(succeeded=True, counts=counts, has_changes=bool(plan.get("applyable", changes)))


def read_counts(text: str) -> Counts:
    """What an apply did: from its last line, or where it failed from the steps that it completed."""
    if found := COMPLETE.findall(text):
        imports, additions, changes, destructions = (int(each or 0) for each in found[-1])
        return Counts(additions, changes, destructions, imports)
    return Counts(**{name: len(pattern.findall(text)) for name, pattern in STEPS.items()})


def _bounded(kept: bytearray) -> Callable[[bytes], None]:
    def keep(chunk: bytes) -> None:
        if len(kept) < LARGEST_PLAN:
            kept.extend(chunk)

    return keep


def _version(program: str, home: Path) -> str:
    asked = subprocess.run(  # noqa: S603 - the program is the one found on the PATH
        [program, "version", "-json"], env=bare_environment(home), cwd=home, capture_output=True, timeout=30, check=False
    )
    try:
        return str(json.loads(asked.stdout)["terraform_version"])
    except (ValueError, KeyError) as error:
        raise UnknownTerraform(f"{program} version -json says nothing of a version") from error
