"""What an uploaded configuration may hold: names that lead nowhere else, no state, no two files in one place, and a .tf where it counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.archives import (
    RATIO_FROM,
    Bounds,
    Budget,
    demand_apart,
    demand_no_credentials,
    demand_no_state,
    demand_taken,
    home_of,
    is_allowed,
    is_left_out,
    safe_path,
    shown,
    top_folder,
)
from bot.core.errors import ArchiveRefused, FileNotTaken


@pytest.mark.parametrize("names", [["main.tf"], ["main.tf", "dev.auto.tfvars"], ["MAIN.TF.JSON"], ["a.tf", "b.tf", "c.tfvars.json"]])
def test_several_files_of_terraform_are_taken_as_they_are(names: list[str]) -> None:
    assert demand_taken(names) is False


@pytest.mark.parametrize("name", ["site.tar.gz", "site.tgz", "Site.ZIP"])
def test_an_archive_is_taken_alone(name: str) -> None:
    assert demand_taken([name]) is True


@pytest.mark.parametrize(
    "names, why",
    [
        (["photo.png"], "another kind"),
        (["main.tf", "terraform.tfstate"], "another kind"),
        (["site.tar"], "another kind"),
        (["site.zip", "main.tf"], "alone"),
        (["a.zip", "b.zip"], "alone"),
        (["dev.tfvars"], "no .tf file"),
        ([], "no .tf file"),
        ([f"{number}.tf" for number in range(21)], "21 files"),
    ],
)
def test_anything_else_is_refused_with_the_reason(names: list[str], why: str) -> None:
    with pytest.raises(FileNotTaken, match=why):
        demand_taken(names)


@pytest.mark.parametrize(
    "name, path", [("main.tf", "main.tf"), ("./main.tf", "main.tf"), ("a//b/./c.tf", "a/b/c.tf"), ("./", ""), ("ünï/ß.tf", "ünï/ß.tf")]
)
def test_a_path_is_tidied(name: str, path: str) -> None:
    assert safe_path(name) == path


HOSTILE = [
    ("../main.tf", "leads out"),
    ("modules/../../main.tf", "leads out"),
    ("..", "leads out"),
    ("/etc/passwd", "root of a machine"),
    ("//etc/passwd", "root of a machine"),
    ("C:main.tf", "Windows"),
    ("c:/main.tf", "Windows"),
    ("..\\main.tf", "Windows"),
    ("./C:/main.tf", "Windows"),
    ("main.tf\n", "nobody sees"),
    ("main\x00.tf", "nobody sees"),
    ("ma\u202efit.niam", "nobody sees"),
    ("main\u200b.tf", "nobody sees"),
    ("main\udc80.tf", "nobody sees"),
    ("main\u2028.tf", "nobody sees"),
    ("\ufeffmain.tf", "nobody sees"),
    ("a" * 201, "too long"),
    ("/".join(["a" * 100] * 5), "too long"),
    ("/".join(["a"] * 41), "too long"),
]


@pytest.mark.parametrize("name, why", HOSTILE)
def test_a_name_that_leads_elsewhere_or_hides_something_is_refused(name: str, why: str) -> None:
    with pytest.raises(ArchiveRefused, match=why) as caught:
        safe_path(name)
    assert "\n" not in caught.value.sentence
    assert "\u202e" not in caught.value.sentence


@given(st.text() | st.lists(st.sampled_from(["..", ".", "", "a", "main.tf", "C:", "..."])).map("/".join))
def test_whatever_is_written_a_path_that_is_taken_stays_inside(name: str) -> None:
    try:
        path = safe_path(name)
    except ArchiveRefused:
        return
    assert not path.startswith("/")
    assert not {"", ".", ".."} & set(path.split("/")) or path == ""
    assert safe_path(path) == path


@pytest.mark.parametrize("path", [".terraform/providers/x", "a/.git/config", "__MACOSX/._main.tf", "a/.DS_Store"])
def test_caches_and_traces_are_left_out(path: str) -> None:
    assert is_left_out(path)
    assert not is_left_out(path.replace(".terraform/", "terraform/").replace(".git", "git").replace("__MACOSX", "x").replace(".DS", "DS"))


def test_the_lock_file_of_the_providers_stays() -> None:
    assert not is_left_out(".terraform.lock.hcl")


@pytest.mark.parametrize("path", ["terraform.tfstate", "a/terraform.tfstate.backup", "terraform.tfstate.d/dev/x", "PROD.TFSTATE"])
def test_state_is_refused_since_it_holds_secrets(path: str) -> None:
    with pytest.raises(ArchiveRefused, match="secrets"):
        demand_no_state(path)


def test_a_file_that_only_speaks_of_state_is_none() -> None:
    demand_no_state("modules/tfstate/main.tf")


@pytest.mark.parametrize(
    "paths, why",
    [
        (["a.tf", "a.tf"], "there twice"),
        (["a.tf", "A.tf"], "one file on some systems"),
        (["stra\u00dfe.tf", "strasse.tf"], "one file on some systems"),
        (["\u00e9.tf", "e\u0301.tf"], "one file on some systems"),
        (["a", "a/main.tf"], "is a file, and a folder"),
        (["x/A/b/c.tf", "x/a"], "is a file, and a folder"),
    ],
)
def test_two_files_in_one_place_are_refused(paths: list[str], why: str) -> None:
    with pytest.raises(ArchiveRefused, match=why):
        demand_apart(paths)


def test_files_apart_are_taken() -> None:
    demand_apart(["a/main.tf", "b/main.tf", "main.tf", "a.tf"])


@pytest.mark.parametrize(
    "path",
    [
        *(".terraformrc", "home/.terraformrc", "terraform.rc", "Terraform.RC", "dev.tfrc", "x/credentials.tfrc.json"),
        *(".env", "app/.env", ".ENV", ".env.production", ".env.example.local", ".env/bin/python"),
    ],
)
def test_files_that_are_there_to_hold_secrets_are_refused(path: str) -> None:
    with pytest.raises(ArchiveRefused, match="leave it out"):
        demand_no_credentials(path)


@pytest.mark.parametrize("path", [".env.example", "app/.Env.Example", "env", "my.env", ".environment", "terraformrc.tf", "terraform.rc.md"])
def test_files_that_are_only_called_alike_are_taken(path: str) -> None:
    demand_no_credentials(path)


@pytest.mark.parametrize(
    "path", ["a.tfstate", "x/terraform.tfstate.d/dev/main.tf", ".tfstate", "a.TFSTATE-old", "a.tfstate~", "b.tfstate1"]
)
def test_whatever_has_tfstate_in_its_name_is_a_state(path: str) -> None:
    with pytest.raises(ArchiveRefused, match="state file"):
        demand_no_state(path)


def test_an_exception_matches_the_end_of_a_path() -> None:
    globs = ("testdata/*.tfstate", ".env.ci")
    allowed = [is_allowed(path, globs) for path in ("a/testdata/x.tfstate", "testdata/x.tfstate", "x.tfstate", "b/.env.ci", "b/.env")]
    assert allowed == [True, True, False, True, False]
    assert not is_allowed("x.tfstate", ())


@pytest.mark.parametrize(
    "paths, home, top",
    [
        (["main.tf"], "", ""),
        (["main.tf.json", "modules/a/main.tf"], "", ""),
        (["site-main/main.tf", "site-main/README.md"], "", "site-main"),
        (["infra/prod/main.tf"], "infra/prod", ""),
        (["site-main/infra/prod/main.tf", "site-main/x"], "infra/prod", "site-main"),
    ],
)
def test_the_configuration_is_found_where_the_workspace_runs(paths: list[str], home: str, top: str) -> None:
    assert top_folder(paths, home) == top


@pytest.mark.parametrize(
    "paths, home, why",
    [
        ([], "", "no files"),
        (["README.md"], "", "no .tf file at its root"),
        (["a/main.tf", "b/main.tf"], "", "no .tf file at its root"),
        (["a/b/main.tf"], "", "no .tf file at its root"),
        (["main.tf"], "infra", "no .tf file in “infra”"),
        (["main.TF"], "", "no .tf file at its root"),
    ],
)
def test_without_a_configuration_there_it_is_refused(paths: list[str], home: str, why: str) -> None:
    with pytest.raises(ArchiveRefused, match=why):
        top_folder(paths, home)


def test_a_working_directory_is_a_path_within() -> None:
    assert [home_of(one) for one in ("", "/", "./infra/", "infra//prod")] == ["", "", "infra", "infra/prod"]


def test_what_comes_out_is_counted_against_every_bound() -> None:
    budget = Budget(Bounds(unpacked=RATIO_FROM, files=1, entries=2), packed=1000)
    budget.take(RATIO_FROM)
    budget.enter()
    budget.keep()
    budget.enter()
    with pytest.raises(ArchiveRefused, match="4 MB"):
        budget.take(1)
    with pytest.raises(ArchiveRefused, match="over 2 entries"):
        budget.enter()
    with pytest.raises(ArchiveRefused, match="over 1 files"):
        budget.keep()


def test_a_ratio_that_no_configuration_has_is_refused() -> None:
    with pytest.raises(ArchiveRefused, match="200 times"):
        Budget(Bounds(), packed=1000).take(RATIO_FROM + 1)
    Budget(Bounds(), packed=1_000_000).take(RATIO_FROM + 1)


def test_a_name_in_a_sentence_is_short_and_shows_what_it_hides() -> None:
    assert shown("a\u202eb") == "“a�b”"
    assert len(shown("x" * 500)) == 62
