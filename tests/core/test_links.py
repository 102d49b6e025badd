from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.links import address_for_people, run_id_of, run_link, workspace_link

RUN = "run-CZcmD7eagjhyX0vN"


def test_links_are_those_of_the_servers_own_pages() -> None:
    assert workspace_link("https://tfe.example/", "acme", "dns") == "https://tfe.example/app/acme/workspaces/dns"
    assert run_link("https://tfe.example", "acme", "dns", RUN) == f"https://tfe.example/app/acme/workspaces/dns/runs/{RUN}"


@pytest.mark.parametrize(
    "link, run_id",
    [
        (f"https://app.terraform.io/app/acme/workspaces/dns/runs/{RUN}", RUN),
        (f"https://app.terraform.io/app/acme/dns/runs/{RUN}/", RUN),
        (f"https://app.terraform.io/app/acme/workspaces/dns/runs/{RUN}?tab=plan#top", RUN),
        ("https://terrakube.test/organizations/1/workspaces/2/runs/42", "42"),
        ("https://terrapod.test/workspaces/ws-1/runs/run-6f9619ff-8b86-d011-b42d-00c04fc964ff", "run-6f9619ff-8b86-d011-b42d-00c04fc964ff"),
        ("https://app.terraform.io/app/acme/workspaces/dns/runs", None),
        ("https://app.terraform.io/app/acme/workspaces/dns", None),
        (f"https://app.terraform.io/?next=/runs/{RUN}", None),
        (f"https://[not-an-address/runs/{RUN}", None),
        ("", None),
    ],
)
def test_a_link_names_its_run_or_none(link: str, run_id: str | None) -> None:
    assert run_id_of(link) == run_id


@given(st.text(), st.text(), st.from_regex(r"run-[A-Za-z0-9]{4,20}", fullmatch=True))
def test_a_link_that_was_made_is_read_back(organization: str, workspace: str, run_id: str) -> None:
    assert run_id_of(run_link("https://tfe.example", organization, workspace, run_id)) == run_id


@pytest.mark.parametrize(
    "address, shown",
    [
        ("https://app.terraform.io", "https://app.terraform.io"),
        ("http://127.0.0.1:8801", "http://localhost:8801"),
        ("http://[::1]:8801/", "http://localhost:8801/"),
        ("https://127.0.0.1", "https://localhost"),
        ("http://10.0.0.7:80", "http://10.0.0.7:80"),
    ],
)
def test_a_server_on_this_machine_is_written_by_its_name(address: str, shown: str) -> None:
    assert address_for_people(address) == shown
