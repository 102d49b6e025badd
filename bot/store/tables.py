"""The tables, as the newest revision in migrations/ makes them. What a row means is said in bot/core/."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKeyConstraint, Index, Integer, MetaData, Table, UniqueConstraint, false, text

from bot.store.columns import BigNumber, Moment, Words

REVISION = "0017"
"""The newest revision: kept here so that a start need not load Alembic to know that nothing is to be done."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def words(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Words, primary_key=key, nullable=False)


def perhaps_words(name: str) -> Column[str]:
    return Column(name, Words, nullable=True)


def number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def perhaps_number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=True)


def flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def moment(name: str) -> Column[object]:
    return Column(name, Moment, nullable=False)


def perhaps_moment(name: str) -> Column[object]:
    return Column(name, Moment, nullable=True)


def later_words(name: str) -> Column[str]:
    """A column that came with a later revision: rows that were there before, and those of the release before, have ""."""
    return Column(name, Words, nullable=False, server_default=text("''"))


def later_flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=false())


def row_number() -> Column[int]:
    return Column("id", BigNumber, primary_key=True, autoincrement=True)


def index_where(name: str, column: str, condition: str) -> Index:
    """An index of the few rows that are asked for all the time."""
    return Index(name, column, sqlite_where=text(condition), postgresql_where=text(condition))


workspaces = Table(
    "workspaces",
    metadata,
    words("id", key=True),
    words("organization"),
    words("name"),
    perhaps_words("project_id"),
    Column("tags", JSON, nullable=False),
    flag("auto_apply"),
    flag("allow_destroy_plan"),
    flag("locked"),
    words("execution_mode"),
    perhaps_words("current_run_id"),
    moment("first_seen_at"),
    moment("seen_at"),
    Index(None, "organization", "name"),
)
"""`first_seen_at`: under the name it bears now. `seen_at`: the look that last changed the row. `tags`: a sorted list."""

projects = Table(
    "projects",
    metadata,
    words("id", key=True),
    words("organization"),
    words("name"),
)
"""As the newest look at all workspaces found them. Where the token may not see them there are none."""

runs = Table(
    "runs",
    metadata,
    words("id", key=True),
    words("workspace_id"),
    words("status"),
    perhaps_moment("created_at"),
    flag("is_final"),
    moment("asked_at"),
    number("version"),
    Column("snapshot", JSON, nullable=False),
    perhaps_words("commit_sha"),
    perhaps_words("configuration_version_id"),
    perhaps_words("created_by"),
    perhaps_moment("waiting_since"),
    Index(None, "workspace_id", "created_at"),
    Index(None, "is_final", "asked_at"),
    index_where("ix_runs_commit_sha", "commit_sha", "commit_sha IS NOT NULL"),
    index_where("ix_runs_configuration", "configuration_version_id", "configuration_version_id IS NOT NULL"),
    index_where("ix_runs_created_by", "created_by", "created_by IS NOT NULL"),
    index_where("ix_runs_waiting", "waiting_since", "waiting_since IS NOT NULL"),
    Index(None, "created_at", "id"),
)
"""`snapshot` has the shape said in snapshots.py and is JSON as text in both databases: JSONB cannot hold every message there is.
The columns beside it repeat what is searched for: `created_by` in small letters, and `created_at` is 1970 where the server does not say."""

plans = Table(
    "plans",
    metadata,
    words("id", key=True),
    words("status"),
    perhaps_number("additions"),
    perhaps_number("changes"),
    perhaps_number("destructions"),
    perhaps_number("imports"),
    Column("has_changes", Boolean, nullable=True),
    perhaps_moment("finished_at"),
    Column("comparison", JSON, nullable=True),
)
"""`comparison`: how the plan of a promoted run differs from that of the stage before, as core/comparisons.py writes it."""

details = Table(
    "details",
    metadata,
    words("run_id", key=True),
    words("mark"),
    words("body"),
)

watches = Table(
    "watches",
    metadata,
    row_number(),
    words("channel"),
    words("pattern"),
    words("pattern_digest"),
    words("measure"),
    words("owner"),
    perhaps_moment("created_at"),
    later_words("tag"),
    later_words("project"),
    later_words("project_id"),
    later_flag("in_thread"),
    later_flag("mentions"),
    later_words("source"),
    perhaps_moment("paused_at"),
    later_words("paused_why"),
    later_flag("is_partial"),
    UniqueConstraint("channel", "pattern_digest"),
    sqlite_autoincrement=True,
)
"""`pattern_digest`: sha256, hex, of all that tells a watch from the channel's others; an index of PostgreSQL holds no pattern of
thousands of letters. `project_id`: of one project in each organization that has it, parted by spaces, which no id has."""

messages = Table(
    "messages",
    metadata,
    row_number(),
    words("subject"),
    words("channel"),
    words("kind"),
    words("gate"),
    number("wanted"),
    number("painted"),
    perhaps_words("ts"),
    words("text"),
    perhaps_words("thread_ts"),
    number("attempts"),
    perhaps_moment("not_before"),
    perhaps_moment("claimed_at"),
    perhaps_moment("doubt_until"),
    words("last_error"),
    moment("wanted_at"),
    perhaps_moment("painted_at"),
    later_words("parent"),
    later_flag("in_thread"),
    later_flag("mentions"),
    later_flag("is_frozen"),
    UniqueConstraint("subject", "channel", "kind", "gate"),
    index_where("ix_messages_due", "wanted_at", "wanted > painted"),
    index_where("ix_messages_doubtful", "doubt_until", "doubt_until IS NOT NULL"),
    index_where("ix_messages_parent", "parent", "parent <> ''"),
    index_where("ix_messages_unposted", "subject", "ts IS NULL"),
    sqlite_autoincrement=True,
)
"""`wanted_at` is since when the row waits to be painted; numbers of rows are never used twice, since a painter may hold an old one."""

gates = Table(
    "gates",
    metadata,
    words("run_id", key=True),
    words("gate", key=True),
    number("round"),
    Column("tally", JSON(none_as_null=True), nullable=True),
    perhaps_moment("judged_at"),
)
"""The row that is locked while people decide; rounds count from 1. `tally` is how it stood when it was last judged, in words."""

votes = Table(
    "votes",
    metadata,
    words("run_id", key=True),
    words("gate", key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    words("person", key=True),
    words("person_name"),
    words("channel"),
    moment("at"),
    words("plan_digest"),
    words("rules_hash"),
    words("reason"),
    words("typed_name"),
    ForeignKeyConstraint(["run_id", "gate"], ["gates.run_id", "gates.gate"]),
)
"""One of each person in a round; a round that follows another takes its votes along."""

decisions = Table(
    "decisions",
    metadata,
    row_number(),
    words("run_id"),
    words("gate"),
    number("round"),
    words("action"),
    words("person"),
    words("person_name"),
    words("channel"),
    words("comment"),
    words("plan_digest"),
    moment("decided_at"),
    words("intent_id"),
    later_flag("broke_glass"),
    UniqueConstraint("run_id", "gate", "round"),
    ForeignKeyConstraint(["run_id", "gate"], ["gates.run_id", "gates.gate"]),
    sqlite_autoincrement=True,
)

intents = Table(
    "intents",
    metadata,
    words("id", key=True),
    words("deed"),
    words("state"),
    perhaps_words("run_id"),
    words("workspace_id"),
    words("person"),
    words("person_name"),
    words("channel"),
    moment("created_at"),
    Column("payload", JSON, nullable=False),
    words("gate"),
    number("round"),
    words("owner"),
    perhaps_moment("lease_until"),
    perhaps_moment("not_before"),
    perhaps_moment("sent_at"),
    perhaps_moment("unchanged_at"),
    perhaps_moment("settled_at"),
    words("outcome"),
    Index(None, "state", "created_at"),
    Index(None, "run_id"),
    Index(None, "person", "created_at"),
)

looks = Table(
    "looks",
    metadata,
    words("organization", key=True),
    words("recipe", key=True),
    perhaps_moment("next_at"),
    perhaps_moment("watermark"),
    flag("supported"),
    number("failures"),
    words("last_error"),
)

seen = Table("seen", metadata, words("payload_id", key=True), moment("seen_at"), Index(None, "seen_at"))

confirmations = Table(
    "confirmations",
    metadata,
    words("id", key=True),
    words("person"),
    words("team_id"),
    words("channel"),
    words("thread_ts"),
    words("command"),
    words("run_id"),
    words("plan_digest"),
    moment("created_at"),
    moment("expires_at"),
    perhaps_moment("used_at"),
    words("used_by"),
    Index(None, "expires_at"),
)
"""Commands that somebody was shown and that a click confirms, once; `command` is written as it would be typed.

`used_by`: the request of that click.
"""

leases = Table("leases", metadata, words("role", key=True), words("owner"), moment("until"), moment("taken_at"), number("token"))
"""Nobody holds a role after `until`. `token` rises whenever a role changes hands, so that a holder of old can be told."""

replicas = Table("replicas", metadata, words("id", key=True), moment("started_at"), moment("beat_at"), words("version"), words("mode"))
"""Processes that serve; `mode` is socket or http."""

freezes = Table(
    "freezes",
    metadata,
    row_number(),
    words("pattern"),
    words("reason"),
    words("by"),
    words("by_name"),
    words("channel"),
    moment("at"),
    perhaps_moment("until"),
    sqlite_autoincrement=True,
)
"""Those that people have declared; those of the file of rules are in no table."""

reminders = Table(
    "reminders",
    metadata,
    words("run_id", key=True),
    words("gate", key=True),
    number("round"),
    moment("began_at"),
    perhaps_moment("next_at"),
    number("step"),
    perhaps_moment("told_at"),
    perhaps_moment("warned_at"),
    perhaps_moment("snoozed_until"),
    words("snoozed_by"),
    number("behind"),
)
"""The clock of each gate that waits; a row ends with its gate."""

preferences = Table("preferences", metadata, words("person", key=True), flag("own_runs"), moment("changed_at"))
"""`own_runs`: whether somebody is written to about the runs that they started. Nobody is who has no row."""

uploads = Table(
    "uploads",
    metadata,
    words("id", key=True),
    words("workspace_id"),
    words("workspace"),
    words("person"),
    words("person_name"),
    words("channel"),
    Column("names", JSON, nullable=False),
    words("message"),
    flag("plan_only"),
    moment("at"),
    moment("until"),
    words("step"),
    words("ended_in"),
    words("outcome"),
    words("configuration_id"),
    words("run_id"),
    words("digest"),
    number("size"),
    number("files"),
    words("remarks"),
    Index(None, "step", "until"),
)
"""Files of Slack's on their way to a run. `names`: a list. Where `until` is past nobody is at it any more."""

configuration_authors = Table(
    "configuration_authors",
    metadata,
    words("configuration_version_id", key=True),
    words("by", key=True),
    moment("at"),
    words("slack"),
    words("terraform"),
    words("vcs"),
    words("run_id"),
    index_where("ix_configuration_authors_pushed", "at", "vcs <> ''"),
)
"""Who made a configuration version, as core/authors.py says. Pruning leaves these rows alone."""

requests = Table(
    "requests",
    metadata,
    words("id", key=True),
    words("kind"),
    words("listener"),
    words("person"),
    words("person_name"),
    words("team"),
    words("channel"),
    words("channel_name"),
    words("ts"),
    words("permalink"),
    words("action"),
    words("run_id"),
    words("digest"),
    Column("payload", JSON, nullable=False),
    flag("has_values"),
    words("state"),
    words("owner"),
    moment("lease_until"),
    moment("received_at"),
    Index(None, "state", "received_at"),
)
"""What people asked for. `id`: sha256, hex, of the trigger. `payload` is versioned; it is {} once judged, or where it must not be kept."""

rules = Table(
    "rules",
    metadata,
    row_number(),
    words("hash"),
    words("source"),
    words("text"),
    words("by"),
    moment("activated_at"),
    sqlite_autoincrement=True,
)
"""The newest row is in force; the others were."""

repetitions = Table(
    "repetitions",
    metadata,
    words("digest", key=True),
    words("kind"),
    words("person"),
    words("channel"),
    moment("began_at"),
    moment("last_at"),
    number("times"),
    words("entry"),
    Index(None, "began_at"),
    Index(None, "person", "channel"),
)
"""What one person repeats in one channel within a window that `began_at` opens: refusals that fold into one audit row, and snoozes.

`digest`: sha256, hex, of all that makes two of them the same. `entry`: the audit row of a refusal, as JSON; "" for anything else."""

audit = Table(
    "audit",
    metadata,
    row_number(),
    moment("at"),
    words("kind"),
    words("person"),
    words("person_name"),
    words("channel"),
    words("run_id"),
    words("workspace"),
    words("action"),
    words("plan_digest"),
    words("rules_hash"),
    words("reason"),
    words("outcome"),
    words("permalink"),
    words("details"),
    Column("number", BigNumber, nullable=True),
    perhaps_moment("chained_at"),
    words("link"),
    UniqueConstraint("number"),
    Index(None, "run_id"),
    Index(None, "workspace"),
    sqlite_autoincrement=True,
)
"""Rows are only ever added. `number`, `chained_at` and `link` are written once, by whoever seals."""
