"""Settings: defaults, every problem at once, wrong kinds of tokens, secrets that stay secret, and the README's table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import HOW, Settings, SettingsWrong, leave_to_libraries, read_settings

GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-1-canarybot",
    "SLACK_APP_TOKEN": "xapp-1-canaryapp",
    "TFE_TOKEN": "canary.atlasv1.token",
    "TF_CLOUD_ORGANIZATION": "acme",
}
README = Path(__file__).parent.parent / "README.md"


def reading(monkeypatch: pytest.MonkeyPatch, **changes: str) -> Settings:
    for name, value in (GOOD | changes).items():
        monkeypatch.setenv(name, value)
    return read_settings()


def problems(monkeypatch: pytest.MonkeyPatch, **changes: str) -> tuple[str, ...]:
    with pytest.raises(SettingsWrong) as caught:
        reading(monkeypatch, **changes)
    return caught.value.problems


def test_four_variables_are_enough_for_socket_mode(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = reading(monkeypatch)
    assert settings.uses_socket
    assert settings.organizations == ("acme",)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.rules_file is None
    assert (settings.command, settings.http_host, settings.health_host) == ("/tf", "127.0.0.1", "127.0.0.1")


def test_a_signing_secret_without_app_token_means_signed_http(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = reading(monkeypatch, SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET="8f742231b10e8888abcd")
    assert not settings.uses_socket


def test_with_neither_nothing_could_be_heard_from_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    (problem,) = problems(monkeypatch, SLACK_APP_TOKEN="")
    assert problem.startswith("Neither SLACK_APP_TOKEN (for Socket Mode) nor SLACK_SIGNING_SECRET (for signed HTTP) is set")


def test_the_secrets_are_every_token_and_of_addresses_the_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = reading(monkeypatch, DATABASE_URL="postgresql://bot:canarypass@h/d", HTTPS_PROXY="http://proxy:1")
    assert set(settings.secrets) - {""} == {"xoxb-1-canarybot", "xapp-1-canaryapp", "canary.atlasv1.token", "canarypass"}


def test_several_organizations_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reading(monkeypatch, TF_CLOUD_ORGANIZATION="acme, beta,acme").organizations == ("acme", "beta")


def test_every_missing_variable_is_reported_at_once_with_the_way_to_get_it() -> None:
    with pytest.raises(SettingsWrong) as caught:
        read_settings()
    text = str(caught.value)
    for name in GOOD:
        assert name in text
        assert HOW[name] in text
    assert len(caught.value.problems) == 4


def test_missing_and_malformed_are_reported_together(monkeypatch: pytest.MonkeyPatch) -> None:
    found = problems(monkeypatch, SLACK_BOT_TOKEN="", SLACK_APP_TOKEN="", RUNBELL_HTTP_PORT="seventy", RUNBELL_LOG_LEVEL="loud")
    assert [problem.split()[0].rstrip(":") for problem in found] == ["SLACK_BOT_TOKEN", "RUNBELL_HTTP_PORT", "RUNBELL_LOG_LEVEL", "Neither"]


@pytest.mark.parametrize(
    "name,value,said",
    [
        ("SLACK_BOT_TOKEN", "xapp-1-canary", "this is an app-level token; it belongs into SLACK_APP_TOKEN"),
        ("SLACK_BOT_TOKEN", "xoxp-1-canary", "this is a user token"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxb-1-canary", "this is a rotating token"),
        ("SLACK_BOT_TOKEN", "canary", "does not begin with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-ca nary", "holds spaces"),
        ("SLACK_APP_TOKEN", "xoxb-1-canary", "this is a bot token; it belongs into SLACK_BOT_TOKEN"),
        ("TFE_TOKEN", "xoxb-1-canary", "this is a bot token of Slack; it belongs into SLACK_BOT_TOKEN"),
        ("TFE_TOKEN", "canary.atlasv1.ü", "letters that no token holds"),
        ("SLACK_SIGNING_SECRET", "xapp-1-canary", "this is an app-level token of Slack"),
        ("TF_CLOUD_ORGANIZATION", "acme/canary", "is no name of an organization"),
        ("TF_CLOUD_ORGANIZATION", " , ", "names no organization"),
        ("TFE_ADDRESS", "http://tfe.example", "must begin with https://"),
        ("TFE_ADDRESS", "tfe.example", "is no address"),
        ("SLACK_API_URL", "https://u:canary@slack.example/api/", "holds no password"),
        ("DATABASE_URL", "mysql://u:canary@host/db", "begins neither with sqlite:/// nor with postgresql://"),
        ("RUNBELL_COMMAND", "tf", "a slash command is a slash"),
        ("RUNBELL_RULES", "/nowhere/runbell.toml", "there is no file"),
        ("RUNBELL_HTTP_PORT", "70000", "less than or equal to 65535"),
        ("RUNBELL_TEST_SPEED", "0", "greater than or equal to 1"),
    ],
)
def test_a_malformed_value_is_named_and_never_shown_where_it_may_be_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    (problem,) = problems(monkeypatch, **{name: value})
    assert problem.startswith(f"{name}: ")
    assert said in problem
    if "TOKEN" in name or "SECRET" in name or "URL" in name:
        assert "canary" not in problem


def test_no_secret_is_in_what_settings_print(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = reading(
        monkeypatch, SLACK_SIGNING_SECRET="canarysecret", DATABASE_URL="postgresql://u:canary@h/d", HTTPS_PROXY="http://u:canary@proxy:1"
    )
    for text in (repr(settings), str(settings), settings.model_dump_json()):
        assert "canary" not in text


def test_settings_do_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = reading(monkeypatch)
    with pytest.raises(ValueError, match="frozen"):
        settings.command = "/other"


def test_the_rules_of_the_folder_are_used_where_none_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runbell.toml").write_text("")
    assert reading(monkeypatch).rules_file == Path("runbell.toml")


def test_the_proxy_is_used_for_the_world_and_not_for_loopback_or_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = reading(monkeypatch, HTTPS_PROXY="http://proxy.example:3128", NO_PROXY="tfe.example,.inside.example")
    assert settings.proxy_for("https://slack.com/api/") == "http://proxy.example:3128"
    assert settings.proxy_for("https://tfe.example") is None
    assert settings.proxy_for("https://a.inside.example") is None
    assert settings.proxy_for("http://127.0.0.1:8800/api/") is None


def test_only_the_proxy_that_goes_for_slack_is_left_to_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {
        "SLACK_CLIENT_SECRET": "canary",
        "SLACK_BOT_TOKEN": "xoxb-1",
        "HTTPS_PROXY": "http://proxy:1",
        "http_proxy": "http://other:2",
        "HTTP_PROXY": "http://third:3",
        "HOME": "/",
    }
    leave_to_libraries(reading(monkeypatch, HTTPS_PROXY="http://proxy:1"), environ)
    assert environ == {"HTTPS_PROXY": "http://proxy:1", "HOME": "/"}
    leave_to_libraries(reading(monkeypatch, HTTPS_PROXY="http://proxy:1", NO_PROXY="slack.com"), environ)
    assert environ == {"HOME": "/"}


def test_hosts_of_blobs_are_names_without_scheme_or_port(monkeypatch: pytest.MonkeyPatch) -> None:
    found = reading(monkeypatch, RUNBELL_BLOB_HOSTS="archivist.tfe.example, blobs.example ,")
    assert found.hosts_of_blobs == ("archivist.tfe.example", "blobs.example")
    with pytest.raises(SettingsWrong, match="no name of a host"):
        reading(monkeypatch, RUNBELL_BLOB_HOSTS="https://blobs.example")


def names_and_defaults() -> dict[str, str]:
    found = {}
    for field in Settings.model_fields.values():
        alias = field.validation_alias
        name = alias if isinstance(alias, str) else str(alias.choices[0])  # type: ignore[union-attr]
        default = getattr(field.default, "get_secret_value", lambda value=field.default: value)()
        found[name] = "" if field.is_required() or default in {None, ""} else f"{default:g}" if isinstance(default, float) else str(default)
    return found


def test_each_setting_says_how_to_get_it() -> None:
    assert set(HOW) == set(names_and_defaults())


def test_the_table_of_the_readme_lists_every_setting_with_its_default() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| ([^|]*) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    told = {name: default.strip().strip("`") for name, default in rows}
    known = names_and_defaults()
    assert sorted(told) == sorted(known)
    wrong = {name: (told[name], default) for name, default in known.items() if default and default != told[name]}
    assert wrong == {}, "README says (left) what is not the default (right)"
