"""The database as the use cases meet it: transactions that read, transactions that write, and its clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.roles import PRUNING
from bot.store.addresses import Address, parse_address
from bot.store.audits import AuditTable
from bot.store.authors import AuthorTable
from bot.store.clocks import Clock, DatabaseClock, Now, our_time
from bot.store.confirmations import ConfirmationTable
from bot.store.details import DetailTable
from bot.store.engines import Engines, engines
from bot.store.freezes import FreezeTable
from bot.store.gates import GateTable
from bot.store.intents import IntentTable
from bot.store.leases import LeaseTable
from bot.store.leavings import LeavingsTable
from bot.store.listings import ListingTable
from bot.store.locks import locked_file
from bot.store.looks import LookTable
from bot.store.messages import MessageTable
from bot.store.plans import PlanTable
from bot.store.preferences import PreferenceTable
from bot.store.projects import ProjectTable
from bot.store.refusals import DatabaseUnreachable, SchemaMissing, plainly, said_by
from bot.store.reminders import ReminderTable
from bot.store.repetitions import RepetitionTable
from bot.store.replicas import ReplicaTable
from bot.store.requests import RequestTable
from bot.store.rules import RuleTable
from bot.store.runs import RunTable
from bot.store.schemas import demand_current, migrate_file
from bot.store.seen import SeenTable
from bot.store.sending import SendTable
from bot.store.signals import Word, listen
from bot.store.uploads import UploadTable
from bot.store.votes import VoteTable
from bot.store.watches import WatchTable
from bot.store.workspaces import WorkspaceTable

WAIT_SECONDS = 5.0
"""How long anybody waits for a lock or a connection before it is StoreBusy."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """The rows of every noun, inside one transaction."""

    workspaces: WorkspaceTable
    runs: RunTable
    plans: PlanTable
    details: DetailTable
    watches: WatchTable
    messages: MessageTable
    gates: GateTable
    votes: VoteTable
    intents: IntentTable
    looks: LookTable
    seen: SeenTable
    leases: LeaseTable
    replicas: ReplicaTable
    leavings: LeavingsTable
    rules: RuleTable
    freezes: FreezeTable
    reminders: ReminderTable
    audit: AuditTable
    listings: ListingTable
    preferences: PreferenceTable
    uploads: UploadTable
    authors: AuthorTable
    projects: ProjectTable
    sending: SendTable
    repetitions: RepetitionTable
    requests: RequestTable
    confirmations: ConfirmationTable


def transaction_on(connection: AsyncConnection, clock: Clock, word: Word) -> Transaction:
    return Transaction(
        workspaces=WorkspaceTable(connection),
        runs=RunTable(connection),
        plans=PlanTable(connection),
        details=DetailTable(connection),
        watches=WatchTable(connection),
        messages=MessageTable(connection, clock.now, word.note),
        gates=GateTable(connection),
        votes=VoteTable(connection),
        intents=IntentTable(connection),
        looks=LookTable(connection),
        seen=SeenTable(connection),
        leases=LeaseTable(connection, clock.now),
        replicas=ReplicaTable(connection, clock.now),
        leavings=LeavingsTable(connection),
        rules=RuleTable(connection),
        freezes=FreezeTable(connection),
        reminders=ReminderTable(connection),
        audit=AuditTable(connection),
        listings=ListingTable(connection),
        preferences=PreferenceTable(connection),
        uploads=UploadTable(connection),
        authors=AuthorTable(connection),
        projects=ProjectTable(connection),
        sending=SendTable(connection),
        repetitions=RepetitionTable(connection),
        requests=RequestTable(connection, clock.now),
        confirmations=ConfirmationTable(connection),
    )


class Database:
    """Made by `open_database`. Every transaction may raise StoreBusy: at its begin, in the middle, or when it commits."""

    def __init__(self, address: Address, ways: Engines, clock: Clock | None = None, own: Now = our_time) -> None:
        self.address = address
        self._engines = ways
        self._measured = DatabaseClock(own)
        self.clock: Clock = clock or self._measured

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """A transaction that only reads, and sees one moment of the database."""
        with plainly():
            async with self._engines.reading.begin() as connection:
                yield transaction_on(connection, self.clock, Word())

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """A transaction that writes: commits at the end, rolls back on an error. StoreBusy where the database stays locked.

        On SQLite it is the only one from its begin on; on PostgreSQL rows are locked as they are written, or by `gates.lock`.
        """
        with plainly():
            async with self._engines.writing.begin() as connection:
                word = Word()
                yield transaction_on(connection, self.clock, word)
                await word.send(connection)

    async def measure_clock(self) -> None:
        """Learn how far the server's clock is from ours: the best of three questions. On SQLite there is nothing to learn."""
        if self.address.path is not None:
            return
        with plainly():
            async with self._engines.writing.connect() as connection:
                answers = [await ask_time(connection, self._measured.own) for _ in range(3)]
        before, theirs, after = min(answers, key=lambda answer: answer[2] - answer[0])
        self._measured.learn(before, theirs, after)

    async def listen(self, heard: Callable[[], None], again_seconds: float) -> None:
        """Call `heard` whenever a message is wanted that another process may have raised. On SQLite there is no other."""
        if self.address.path is None:
            await listen(self.address, heard, again_seconds)

    @property
    def connections_in_use(self) -> int:
        return self._engines.checked_out


async def ask_time(connection: AsyncConnection, own: Now) -> tuple[datetime, datetime, datetime]:
    before = own()
    theirs = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return before, theirs, own()


@asynccontextmanager
async def open_database(
    url: str, *, clock: Clock | None = None, own: Now = our_time, wait_seconds: float = WAIT_SECONDS
) -> AsyncIterator[Database]:
    """Open the database at DATABASE_URL for as long as the block lasts. `own` is this machine's clock, which may be wrong.

    SQLite: takes the file's lock and brings the tables up to date. PostgreSQL: the tables must be up to date, and the clock is measured.
    Raises ValueError for an address that is none, and DatabaseRefused, with a sentence, for a database that cannot be used.
    """
    address = parse_address(url)
    async with AsyncExitStack() as stack:
        if address.path is not None:
            stack.enter_context(locked_file(address.path))
            await migrate_file(address)
        ways = engines(address, wait_seconds)
        stack.push_async_callback(ways.dispose)
        database = Database(address, ways, clock, own)
        await first_contact(database)
        if address.path is not None:
            await free_roles(database)
        yield database


@asynccontextmanager
async def looking_into(url: str) -> AsyncIterator[Database]:
    """A database without its file's lock, so that a bot may go on using it; only to be read from. As above where it cannot be used."""
    address = parse_address(url)
    if address.path is not None and not address.path.exists():
        raise SchemaMissing(address.shown)
    ways = engines(address, WAIT_SECONDS)
    try:
        database = Database(address, ways)
        await first_contact(database)
        yield database
    finally:
        await ways.dispose()


async def first_contact(database: Database) -> None:
    try:
        async with database._engines.reading.connect() as connection:  # noqa: SLF001 - its own module
            await demand_current(connection, database.address)
    except DBAPIError as error:
        raise DatabaseUnreachable(database.address.shown, said_by(error)) from error
    await database.measure_clock()


async def free_roles(database: Database) -> None:
    """The file is ours alone, so nobody who held a role or was at a request is left."""
    async with database.write() as transaction:
        await transaction.requests.free_all()
        await transaction.leases.free_all_but(PRUNING)
        await transaction.replicas.forget(0)
