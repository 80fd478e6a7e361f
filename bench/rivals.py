"""What one would use instead of stockd, as contenders of the cases of bulk PUT.

Each gets the writes that stockd gets, in the form that suits it best, and answers when they are
durable. PostgreSQL is one cluster for all its contenders: what they write is one sequence.
"""

import postgres
import redis
from rounds import Contender
from session import LoadPut

RAW = "PostgreSQL, libpq"
FRONT = "PostgreSQL behind HTTP"
SCRIPT = "Redis, script"
HSET = "Redis, HSET"
RAW_CONNECTIONS = (1, 2, 4)


class SqlPut:
    """PUT without HTTP: a run of sql_load a call, one after the other in the sequence."""

    def __init__(self, bench, server, sequence, connections):
        self.bench, self.sequence = bench, sequence
        self.command = postgres.load_command(server, "--connections", connections)

    def fill(self):
        """Puts each SKU once, before anything else."""
        return self.bench.generate(*self.command, *self.sequence.fill_words())

    def __call__(self, seconds):
        figures = self.bench.generate(*self.command, "--seconds", seconds,
                                      *self.sequence.words())
        self.sequence.took(figures["distinct_requests"])
        return figures


def postgres_contenders(bench, sequence):
    server = bench.adopt(postgres.Postgres(bench.folder))
    drives = {count: SqlPut(bench, server, sequence, count) for count in RAW_CONNECTIONS}
    drives[max(RAW_CONNECTIONS)].fill()
    server.settle()
    front = bench.adopt(postgres.Front(server))
    return [*(Contender(f"{RAW}, {count} connection{'s'[:count - 1]}", server, drive)
              for count, drive in drives.items()),
            Contender(FRONT, front, LoadPut(bench, front, sequence, skus_per_s=500_000))]


def redis_contender(bench, name, work, sequence):
    server = bench.adopt(redis.Redis(bench, f"redis-{work}"))
    drive = redis.RedisPut(bench, server, sequence, work)
    drive.fill()
    return Contender(name, server, drive)


def bulk_contenders(bench, sequence):
    """Contenders of bulk PUT, and the states to compare: (server, its sequences).

    `sequence()` makes one more sequence of the case's writes. HSET does not know which of two
    writes is newer: where some are stale it would do something else, and is left out.
    """
    of_postgres = sequence()
    contenders = postgres_contenders(bench, of_postgres)
    states = [(contenders[0].server, [of_postgres])]
    works = [(SCRIPT, "script")]
    if of_postgres.change != "half-stale":
        works.append((HSET, "hset"))
    for name, work in works:
        writes = sequence()
        contenders.append(redis_contender(bench, name, work, writes))
        states.append((contenders[-1].server, [writes]))
    return contenders, states
