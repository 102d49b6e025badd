from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.links import Linked, address_for_people, host_for_slack, read_link, run_id_of, run_link, workspace_link

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


DNS = Linked("acme", "dns")
DNS_RUN = Linked("acme", "dns", RUN)


@pytest.mark.parametrize(
    "link, address, linked",
    [
        (f"https://app.terraform.io/app/acme/workspaces/dns/runs/{RUN}", "https://app.terraform.io", DNS_RUN),
        (f"https://APP.terraform.io:443/app/acme/workspaces/dns/runs/{RUN}/plan?a=b#c", "https://app.terraform.io/", DNS_RUN),
        (f"https://app.terraform.io/app/acme/dns/runs/{RUN}", "https://app.terraform.io", DNS_RUN),
        ("https://app.terraform.io/app/acme/workspaces/dns", "https://app.terraform.io", DNS),
        ("https://app.terraform.io/app/acme/workspaces/dns/runs/", "https://app.terraform.io", DNS),
        ("https://tfe.test/base/app/acme/workspaces/dns/", "https://tfe.test/base", DNS),
        ("http://localhost:8801/app/acme/workspaces/a%2Fb", "http://127.0.0.1:8801", Linked("acme", "a/b")),
        ("https://app.terraform.io/app/acme/workspaces/dns/settings/general", "https://app.terraform.io", None),
        ("https://app.terraform.io/app/acme/workspaces", "https://app.terraform.io", None),
        ("https://app.terraform.io/app/acme/projects", "https://app.terraform.io", None),
        ("https://app.terraform.io/app/settings/profile", "https://app.terraform.io", None),
        ("https://app.terraform.io/", "https://app.terraform.io", None),
        (f"https://evil.test/app/acme/workspaces/dns/runs/{RUN}", "https://app.terraform.io", None),
        (f"https://app.terraform.io:8443/app/acme/workspaces/dns/runs/{RUN}", "https://app.terraform.io", None),
        (f"https://tfe.test/app/acme/workspaces/dns/runs/{RUN}", "https://tfe.test/base", None),
        (f"http://localhost:x/app/acme/workspaces/dns/runs/{RUN}", "http://localhost", None),
        ("https://[", "https://app.terraform.io", None),
    ],
)
def test_a_link_to_the_server_is_read(link: str, address: str, linked: Linked | None) -> None:
    assert read_link(link, address) == linked


@given(st.text(), st.sampled_from(["https://app.terraform.io", "http://127.0.0.1:8801"]))
def test_no_text_is_too_odd_to_be_no_link(text: str, address: str) -> None:
    assert read_link(text, address) is None
    read_link(f"{address}/app/{text}", address)


@given(st.from_regex(r"[A-Za-z0-9_-]{1,90}", fullmatch=True), st.from_regex(r"run-[A-Za-z0-9]{4,20}", fullmatch=True))
def test_a_link_that_we_make_is_one_that_we_read(name: str, run_id: str) -> None:
    assert read_link(run_link("https://tfe.test", name, name, run_id), "https://tfe.test") == Linked(name, name, run_id)
    assert read_link(workspace_link("https://tfe.test", name, name), "https://tfe.test") == Linked(name, name)


@pytest.mark.parametrize(
    "address, host",
    [
        ("https://app.terraform.io", "app.terraform.io"),
        ("TFE.example.com:8443", "tfe.example.com"),
        ("http://127.0.0.1:8801", "localhost"),
        ("https://10.0.0.7", None),
        ("https://[2001:db8::1]", None),
        ("https://tfe_1.example", None),
        ("https://[", None),
        ("", None),
    ],
)
def test_slack_knows_links_by_the_name_of_the_server(address: str, host: str | None) -> None:
    assert host_for_slack(address) == host
