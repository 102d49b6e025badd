"""The steps of Dockerfile and compose.yaml, proved without an engine: the same commands, in an empty folder."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
LOCKED = "--no-deps --require-hashes -r requirements.txt"


def steps(word: str) -> list[str]:
    """The arguments of every instruction of a kind, in order; a CMD of HEALTHCHECK is none."""
    return [line.removeprefix(word).strip() for line in DOCKERFILE.splitlines() if line.startswith(f"{word} ")]


def copied() -> list[str]:
    """What is copied out of the checkout, not out of the first stage."""
    return [source for step in steps("COPY") if not step.startswith("--from") for source in step.split()[:-1]]


def test_what_is_copied_is_there_and_no_path_is_left_out_of_the_context() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert [source for source in copied() if not (ROOT / source).exists()] == []
    assert set(copied()) & set(left_out) == set()


def test_the_requirements_are_installed_by_their_hashes() -> None:
    (first, *_) = steps("RUN")
    assert LOCKED in first
    assert (ROOT / "requirements.txt").read_text(encoding="utf-8").count("--hash=sha256:") > 100


def test_the_project_installs_from_what_is_copied_alone(tmp_path: Path) -> None:
    """The second pip of the Dockerfile, in a folder that holds what is copied, into a folder of its own."""
    source, target = tmp_path / "src", tmp_path / "target"
    source.mkdir()
    for name in copied():
        path = ROOT / name
        (shutil.copytree if path.is_dir() else shutil.copy)(path, source / name)
    (command,) = [step for step in steps("RUN") if "--no-build-isolation" in step]
    arguments = command.split()[1:]
    done = subprocess.run(  # noqa: S603 - the Dockerfile's own words
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments, "--target", str(target)],
        cwd=source,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (target / "bot" / "manifest.yml").exists()
    assert (target / "bin" / "runbell").exists()


def subcommands() -> set[str]:
    said = subprocess.run([sys.executable, "-m", "bot", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
    return set(re.findall(r"^  ([a-z]+) ", said, re.MULTILINE))


def test_what_containers_run_are_commands_of_ours() -> None:
    (entry,), (usual,) = steps("ENTRYPOINT"), steps("CMD")
    asked = [json.loads(usual)] + [service["command"] for service in COMPOSE["services"].values() if "command" in service]
    assert json.loads(entry) == ["/opt/runbell/bin/runbell"]
    assert {words[0] for words in asked} == {"serve", "migrate", "policy"}
    assert {words[0] for words in asked} <= subcommands()


@pytest.mark.parametrize("service, first", [("migrate", "database"), ("rules", "migrate"), ("bot", "migrate")])
def test_each_step_waits_for_the_one_before(service: str, first: str) -> None:
    wanted = "service_healthy" if first == "database" else "service_completed_successfully"
    assert COMPOSE["services"][service]["depends_on"][first]["condition"] == wanted


def test_a_start_activates_no_rules() -> None:
    """The service that does is in a profile, so it runs by name alone, and nothing that starts depends on it."""
    services = COMPOSE["services"]
    activating = {name for name, service in services.items() if "activate" in service.get("command", ())}
    assert activating == {"rules"}
    for name, service in services.items():
        assert ("profiles" in service) == (name in activating)
        assert not activating & set(service.get("depends_on", ()))


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_no_container_writes_its_root_has_capabilities_or_gains_privileges(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged", False)
    assert "tmp" in {Path(mount.partition(":")[0]).name for mount in service["tmpfs"]}
    assert all(mount.endswith(":ro") for mount in service.get("volumes", ()) if mount.startswith("./"))


def test_nobody_serves_as_root_and_health_is_asked_for() -> None:
    assert steps("USER") == ["runbell"]
    assert "/healthz" in DOCKERFILE
