"""What an operator sets, read from the environment once and in one place; every problem is reported at the same time.

How a setting is got stands beside it in `HOW`; the table of the README lists the same names, and a test compares the two.
"""

from __future__ import annotations

import os
import re
import urllib.request
from collections.abc import MutableMapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.core.links import address_for_people

HOW = {
    "SLACK_BOT_TOKEN": "api.slack.com/apps, your app, OAuth & Permissions: the Bot User OAuth Token, which begins with xoxb-",
    "SLACK_APP_TOKEN": "api.slack.com/apps, your app, Basic Information: an App-Level Token with connections:write; it begins with xapp-",
    "SLACK_SIGNING_SECRET": "api.slack.com/apps, your app, Basic Information: the Signing Secret",
    "SLACK_API_URL": "leave it out, unless Slack is reached through something else; it ends with /api/",
    "TFE_TOKEN": "your Terraform organization, Settings, Teams: a team token (or your own user token), never the organization's",
    "TFE_ADDRESS": "the address of your server, such as https://app.terraform.io",
    "TFE_NOTIFICATION_TOKEN": "make one with openssl rand -hex 32; it is what the server signs its notifications with",
    "TF_CLOUD_ORGANIZATION": "the organization's name as it stands in the address of its pages; several are separated by commas",
    "DATABASE_URL": "sqlite:///runbell.db, or postgresql://user:password@host/name",
    "RUNBELL_RULES": "the path of a file of rights, see the README",
    "RUNBELL_OPERATOR": "the Slack id of a person, such as U0123ABCD (in Slack: the profile, three dots, Copy member ID)",
    "RUNBELL_COMMAND": "the slash command of your Slack app, with its slash",
    "RUNBELL_HTTP_HOST": "the address to listen on for signed requests of Slack and of the Terraform server",
    "RUNBELL_HTTP_PORT": "a number from 0 to 65535",
    "RUNBELL_PUBLIC_URL": "the address, as the Terraform server reaches it, of what listens on RUNBELL_HTTP_PORT, without a path of ours",
    "RUNBELL_HEALTH_HOST": "the address to listen on for /healthz and /readyz",
    "RUNBELL_HEALTH_PORT": "a number from 0 to 65535",
    "RUNBELL_LOG_LEVEL": "debug, info, warning or error",
    "RUNBELL_LOG_FORMAT": "json, or console for people",
    "RUNBELL_CA_BUNDLE": "the path of a PEM file: what your Terraform server is trusted by, and Slack besides the usual",
    "RUNBELL_KEEP_DAYS": "a number of days, from 1 to 36500",
    "RUNBELL_AUDIT_KEY": "make one with openssl rand -hex 32, and keep it apart from the database; it is what the audit is chained with",
    "RUNBELL_AUDIT_CHANNEL": "the Slack id of a channel, such as C0123ABCD (in Slack: the channel's details, at the very end)",
    "RUNBELL_BLOB_HOSTS": "the hosts where your Terraform server keeps logs, plans and uploads, separated by commas",
    "RUNBELL_UPLOAD_MEGABYTES": "a number from 1 to 500: the most that is taken of files in Slack that shall be run",
    "RUNBELL_TEST_SPEED": "a number from 1 on; leave it out, it is for tests",
    "RUNBELL_TEST_SERVER_SPEED": "a number from 1 on; leave it out, it is for tests",
    "HTTPS_PROXY": "the address of a proxy, such as http://proxy.example:3128",
    "NO_PROXY": "hosts that are reached without the proxy, separated by commas",
}

DEAF = (
    "Neither SLACK_APP_TOKEN (for Socket Mode) nor SLACK_SIGNING_SECRET (for signed HTTP) is set, so nothing could be heard from Slack. "
    f"Where to get one: {HOW['SLACK_APP_TOKEN']}; or {HOW['SLACK_SIGNING_SECRET']}."
)
SLACK_TOKENS = {
    "xoxb-": ("a bot token", "SLACK_BOT_TOKEN"),
    "xapp-": ("an app-level token", "SLACK_APP_TOKEN"),
    "xoxp-": ("a user token", ""),
    "xoxe": ("a rotating token", ""),
}
KEEP_DAYS = 90
KEEP_MOST = 36_500
COMMAND = re.compile(r"/[\w-]{1,31}")
SHORTEST_SECRET = 16
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
PROXY_NAMES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingsWrong(Exception):
    """`problems` are whole sentences, one a setting that is missing or malformed; none holds a value that may be secret."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class Settings(BaseSettings):
    """Everything an operator sets. Socket Mode where there is an app token, else signed HTTP."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", case_sensitive=True, env_ignore_empty=True, hide_input_in_errors=True, populate_by_name=False
    )

    slack_bot_token: SecretStr = Field(validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr | None = Field(None, validation_alias="SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr | None = Field(None, validation_alias="SLACK_SIGNING_SECRET")
    slack_api_url: str = Field("https://slack.com/api/", validation_alias="SLACK_API_URL")
    terraform_address: str = Field("https://app.terraform.io", validation_alias="TFE_ADDRESS")
    terraform_token: SecretStr = Field(validation_alias="TFE_TOKEN")
    notification_token: SecretStr | None = Field(None, validation_alias="TFE_NOTIFICATION_TOKEN")
    organizations: Annotated[tuple[str, ...], NoDecode] = Field(validation_alias="TF_CLOUD_ORGANIZATION")
    database_url: SecretStr = Field(SecretStr("sqlite:///runbell.db"), validation_alias="DATABASE_URL")
    rules_path: Path | None = Field(None, validation_alias="RUNBELL_RULES")
    operator: str = Field("", validation_alias="RUNBELL_OPERATOR", pattern=r"^([UW][A-Z0-9]{2,})?$")
    command: str = Field("/tf", validation_alias="RUNBELL_COMMAND")
    http_host: str = Field("127.0.0.1", validation_alias="RUNBELL_HTTP_HOST")
    http_port: int = Field(3000, ge=0, le=65535, validation_alias="RUNBELL_HTTP_PORT")
    public_url: str | None = Field(None, validation_alias="RUNBELL_PUBLIC_URL")
    health_host: str = Field("127.0.0.1", validation_alias="RUNBELL_HEALTH_HOST")
    health_port: int = Field(8081, ge=0, le=65535, validation_alias="RUNBELL_HEALTH_PORT")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", validation_alias="RUNBELL_LOG_LEVEL")
    log_format: Literal["json", "console"] = Field("json", validation_alias="RUNBELL_LOG_FORMAT")
    ca_bundle: Path | None = Field(None, validation_alias="RUNBELL_CA_BUNDLE")
    https_proxy: SecretStr | None = Field(None, validation_alias=AliasChoices("HTTPS_PROXY", "https_proxy"))
    no_proxy: str = Field("", validation_alias=AliasChoices("NO_PROXY", "no_proxy"))
    keep_days: int = Field(KEEP_DAYS, ge=1, le=KEEP_MOST, validation_alias="RUNBELL_KEEP_DAYS")
    audit_key: SecretStr | None = Field(None, validation_alias="RUNBELL_AUDIT_KEY")
    audit_channel: str = Field("", validation_alias="RUNBELL_AUDIT_CHANNEL", pattern=r"^([CG][A-Z0-9]{2,})?$")
    blob_hosts: str = Field("archivist.terraform.io", validation_alias="RUNBELL_BLOB_HOSTS")
    upload_megabytes: int = Field(20, ge=1, le=500, validation_alias="RUNBELL_UPLOAD_MEGABYTES")
    test_speed: float = Field(1.0, ge=1, le=10_000, validation_alias="RUNBELL_TEST_SPEED")
    test_server_speed: float = Field(1.0, ge=1, le=10_000, validation_alias="RUNBELL_TEST_SERVER_SPEED")

    @field_validator("slack_bot_token")
    @classmethod
    def _is_bot_token(cls, value: SecretStr) -> SecretStr:
        return demand_kind(value, "xoxb-")

    @field_validator("slack_app_token")
    @classmethod
    def _is_app_token(cls, value: SecretStr | None) -> SecretStr | None:
        return value and demand_kind(value, "xapp-")

    @field_validator("slack_signing_secret", "terraform_token")
    @classmethod
    def _is_no_slack_token(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value else ""
        for prefix, (kind, name) in SLACK_TOKENS.items():
            if text.startswith(prefix):
                raise ValueError(f"this is {kind} of Slack{f'; it belongs into {name}' if name else ''}")
        return value and SecretStr(plain(text))

    @field_validator("notification_token", "audit_key")
    @classmethod
    def _is_hard_to_guess(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(plain(value.get_secret_value())) < SHORTEST_SECRET:
            raise ValueError(f"it has fewer than {SHORTEST_SECRET} letters, so it can be guessed")
        return value

    @field_validator("organizations", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(name.strip() for name in value.split(",") if name.strip()) if isinstance(value, str) else value

    @field_validator("organizations")
    @classmethod
    def _are_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [name for name in value if not all(letter.isalnum() or letter in "-_" for letter in name)]
        if wrong or not value:
            raise ValueError(f"“{', '.join(wrong)}” is no name of an organization" if wrong else "it names no organization")
        return tuple(dict.fromkeys(value))

    @field_validator("blob_hosts")
    @classmethod
    def _are_hosts(cls, value: str) -> str:
        wrong = [host for host in split_hosts(value) if not HOST.fullmatch(host)]
        if wrong:
            raise ValueError(f"“{', '.join(wrong)}” is no name of a host; it has neither scheme nor port")
        return value

    @field_validator("slack_api_url", "terraform_address", "public_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("it is no address; one begins with https://")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("an address holds no password, query or fragment here")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ValueError("it must begin with https://, since what goes there is not for everybody")
        return value.rstrip("/")

    @field_validator("slack_api_url")
    @classmethod
    def _ends_with_slash(cls, value: str) -> str:
        return value + "/"

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("sqlite:///", "postgresql://", "postgres://", "sqlite+", "postgresql+")):
            raise ValueError("it begins neither with sqlite:/// nor with postgresql://")
        return value

    @field_validator("command")
    @classmethod
    def _is_command(cls, value: str) -> str:
        if not COMMAND.fullmatch(value):
            raise ValueError("a slash command is a slash and up to 31 letters, digits, - and _")
        return value

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _in_small_letters(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("rules_path", "ca_bundle")
    @classmethod
    def _is_there(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file {value}")
        return value

    @model_validator(mode="after")
    def _hears_slack(self) -> Self:
        if self.slack_app_token is None and self.slack_signing_secret is None:
            raise ValueError(DEAF)
        return self

    @property
    def web_address(self) -> str:
        """The server as it is written in links."""
        return address_for_people(self.terraform_address)

    @property
    def hosts_of_blobs(self) -> tuple[str, ...]:
        return split_hosts(self.blob_hosts)

    @property
    def upload_bytes(self) -> int:
        return self.upload_megabytes * 1_000_000

    @property
    def uses_socket(self) -> bool:
        return self.slack_app_token is not None

    @property
    def rules_file(self) -> Path | None:
        """The file of rights in force: the one named, else `runbell.toml` of the folder we run in where it is there."""
        usual = Path("runbell.toml")
        return self.rules_path or (usual if usual.is_file() else None)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must not be seen anywhere; of an address, its password."""
        values = [getattr(self, name) for name in type(self).model_fields]
        texts = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        return tuple(urlsplit(text).password or "" if "://" in text else text for text in texts)

    def proxy_for(self, url: str) -> str | None:
        """The proxy on the way to an address. Loopback and the hosts of NO_PROXY are reached without one."""
        host = urlsplit(url).hostname or ""
        if self.https_proxy is None or host in LOOPBACK or urllib.request.proxy_bypass_environment(host, {"no": self.no_proxy}):  # type: ignore[attr-defined]
            return None
        return self.https_proxy.get_secret_value()


def split_hosts(text: str) -> tuple[str, ...]:
    return tuple(host.strip() for host in text.split(",") if host.strip())


def plain(text: str) -> str:
    if not text.isascii() or any(letter.isspace() for letter in text):
        raise ValueError("it holds spaces or letters that no token holds; was it copied whole?")
    return text


def demand_kind(value: SecretStr, wanted: str) -> SecretStr:
    """The token, if it is of the kind that begins so; ValueError with what it is instead, and never with the token."""
    text = plain(value.get_secret_value().strip())
    if text.startswith(wanted):
        return SecretStr(text)
    for prefix, (kind, name) in SLACK_TOKENS.items():
        if text.startswith(prefix):
            raise ValueError(f"this is {kind}{f'; it belongs into {name}' if name else ''}")
    raise ValueError(f"it does not begin with {wanted}")


def read_settings() -> Settings:
    """The settings of this process; SettingsWrong with a sentence for each problem."""
    try:
        return Settings()  # type: ignore[call-arg]  # its values come from the environment
    except ValidationError as error:
        raise SettingsWrong(tuple(sentences(error))) from None


def sentences(error: ValidationError) -> list[str]:
    """One sentence a problem, and the one about how Slack is heard also where other settings lack."""
    problems = error.errors(include_url=False, include_input=False)
    found = [sentence(problem["loc"], problem["type"], problem["msg"]) for problem in problems]
    if DEAF not in found and not os.environ.get("SLACK_APP_TOKEN") and not os.environ.get("SLACK_SIGNING_SECRET"):
        found.append(DEAF)
    return found


def sentence(where: tuple[int | str, ...], kind: str, message: str) -> str:
    said = message.removeprefix("Value error, ")
    if not where:
        return said
    name = str(where[0])
    if kind == "missing":
        return f"{name} is not set. Where to get it: {HOW[name]}."
    return f"{name}: {said[:1].lower()}{said[1:]}. What it should be: {HOW[name]}."


def read_database_url() -> str:
    """DATABASE_URL alone, for what needs nothing else; SettingsWrong with its one sentence."""
    text = os.environ.get("DATABASE_URL") or "sqlite:///runbell.db"
    try:
        return Settings._is_known_database(SecretStr(text)).get_secret_value()  # noqa: SLF001 - its own module
    except ValueError as error:
        raise SettingsWrong((sentence(("DATABASE_URL",), "value_error", str(error)),)) from None


def read_rules_file() -> Path | None:
    """The file of rules alone: the one named, else `runbell.toml` of the folder we run in; None where there is none."""
    usual = Path("runbell.toml")
    if named := os.environ.get("RUNBELL_RULES"):
        return Path(named)
    return usual if usual.is_file() else None


def read_keep_days() -> int:
    """RUNBELL_KEEP_DAYS alone; as above."""
    text = os.environ.get("RUNBELL_KEEP_DAYS") or str(KEEP_DAYS)
    if not text.strip().isdecimal() or not 1 <= int(text) <= KEEP_MOST:
        raise SettingsWrong((sentence(("RUNBELL_KEEP_DAYS",), "value_error", f"“{text}” is no such number"),))
    return int(text)


def read_audit_key() -> str | None:
    """RUNBELL_AUDIT_KEY alone; as above, and None where it is not set."""
    text = os.environ.get("RUNBELL_AUDIT_KEY")
    try:
        return Settings._is_hard_to_guess(SecretStr(text)).get_secret_value() if text else None  # type: ignore[union-attr]  # noqa: SLF001 - as above
    except ValueError as error:
        raise SettingsWrong((sentence(("RUNBELL_AUDIT_KEY",), "value_error", str(error)),)) from None


def leave_to_libraries(settings: Settings, environ: MutableMapping[str, str]) -> None:
    """Leave in the environment nothing that Bolt or slack_sdk would read by themselves, but for the proxy that goes for Slack.

    Bolt turns to OAuth where it finds a client's secret; slack_sdk takes a proxy for each copy of its client from there, HTTP_PROXY
    too, and knows no NO_PROXY.
    """
    for name in (*PROXY_NAMES, *(name for name in environ if name.startswith("SLACK_"))):
        environ.pop(name, None)
    if (proxy := settings.proxy_for(settings.slack_api_url)) is not None:
        environ["HTTPS_PROXY"] = proxy
