"""Databases for the stockds under test: one PostgreSQL for the whole run, one database a server.

With STOCKD_STORE=pg in the environment, every stockd of the tests keeps its balances in a database
of its own (stockd.py). The PostgreSQL is started by whoever asks for it first; STOCKD_PG_SERVER
hands its address to the processes below, so that the runner of the tests (tap.py) starts it once. A
database is a copy of a template that `stockd migrate` made; what a stockd leaves is emptied for the
next one, as making a database takes 0.1 s and more, and the contract alone wants 150 of them.

With STOCKD_TEST_CITUS, the URL of a superuser with its password, nothing is started: databases are
made there, and where Citus is in the database that it names, on all of its nodes, each joined into
a cluster of its own. Nodes have to let in the roles stockd and reader with that password, also from
one another. Tests that end their PostgreSQL start one of their own all the same.
"""

import fcntl
import functools
import itertools
import os
import pathlib
import subprocess
import tempfile
from urllib.parse import unquote, urlsplit

from tests.harness import postgres

STORE = os.environ.get("STOCKD_STORE", "local")
ADDRESS = "STOCKD_PG_SERVER"  # A URL of its superuser.
GIVEN = os.environ.get("STOCKD_TEST_CITUS")
TEMPLATE = "stockd_template"

TAKE = """
DELETE FROM free_databases WHERE name =
  (SELECT name FROM free_databases LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING name;
"""
# A statement of a stockd that was killed may be under way yet: its end is waited for.
EMPTY = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$ BEGIN EXECUTE (SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables
  WHERE schemaname = 'public' AND tablename NOT IN ('stockd_schema', 'document_last')); END $$;
UPDATE document_last SET document_id = 0, summary_id = 0;
"""

_own = []  # The PostgreSQL that this process started.
_numbers = itertools.count(1)


def is_wanted():
    """Do stockds of this run keep their balances in a PostgreSQL?"""
    if STORE not in ("local", "pg"):
        raise SystemExit(f"STOCKD_STORE is local or pg, not {STORE}")
    return STORE == "pg"


def server():
    """Returns the address of the PostgreSQL of this run, as its superuser."""
    if ADDRESS not in os.environ and GIVEN:
        os.environ[ADDRESS] = GIVEN
        _make_roles()
    elif ADDRESS not in os.environ:
        _own.append(postgres.Postgres().start())
        os.environ[ADDRESS] = _own[0].url()
    return os.environ[ADDRESS]


def _make_roles():
    for name in postgres.USERS:
        postgres.run_sql(server(), f"""
            DO $$ BEGIN IF to_regrole('{name}') IS NULL THEN CREATE ROLE {name}; END IF; END $$;
            ALTER ROLE {name} LOGIN PASSWORD '{password()}';""")


def url(database, user=None, password=None, **parameters):
    """Returns the address of a database of it; without a user as its superuser."""
    at = urlsplit(server())
    return postgres.address(f"{at.hostname}:{at.port or 5432}", database, user or at.username,
                            password or unquote(at.password), **parameters)


def password():
    """Returns the password of all its users."""
    return unquote(urlsplit(server()).password)


def sql(text, database="postgres"):
    return postgres.run_sql(url(database), text)


@functools.lru_cache(None)
def is_citus():
    return bool(GIVEN) and postgres.run_sql(
        server(), "SELECT to_regclass('pg_dist_node') IS NOT NULL") == ["t"]


@functools.lru_cache(None)
def workers():
    """Returns HOST:PORT of each other node of a cluster that was given."""
    if not is_citus():
        return []
    return postgres.run_sql(server(), "SELECT nodename || ':' || nodeport FROM pg_dist_node "
                                      "WHERE groupid <> 0 ORDER BY nodeid")


def on_workers(text, database="postgres"):
    at = urlsplit(server())
    for worker in workers():
        postgres.run_sql(postgres.address(worker, database, at.username, password()), text)


def _create_in_cluster(name):
    """A database on each node, and these joined by Citus."""
    at = urlsplit(server())
    sql(f"CREATE DATABASE {name} OWNER stockd")
    on_workers(f"CREATE DATABASE {name} OWNER stockd")
    sql("CREATE EXTENSION citus", name)
    on_workers("CREATE EXTENSION citus", name)
    sql(f"SELECT citus_set_coordinator_host('{at.hostname}', {at.port or 5432})", name)
    for worker in workers():
        host, port = worker.rsplit(":", 1)
        sql(f"SELECT citus_add_node('{host}', {port})", name)


class Database:
    """One database, owned by the user stockd."""

    def __init__(self, migrated=True, used=False):
        """Without `migrated` it is empty; `used`: it may be one that was given back."""
        free = sql(TAKE) if used and template_name() else []
        self.name = free[0] if free else f"test_{os.getpid()}_{next(_numbers)}"
        self.url = url(self.name, "stockd")
        if not free and is_citus():
            _create_in_cluster(self.name)
            if migrated:
                migrate_well(self.url)
        elif not free:
            template = f" TEMPLATE {template_name()}" if migrated else ""
            sql(f"CREATE DATABASE {self.name} OWNER stockd{template}")

    def sql(self, text):
        """As the superuser."""
        return sql(text, self.name)

    def give_back(self):
        """Empties it for the next one. Its tables have to be as they were made."""
        self.sql(EMPTY + f"\\c postgres\nINSERT INTO free_databases VALUES ('{self.name}');")

    def drop(self):
        sql(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        on_workers(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


def migrate(address, *words, **environment):
    """Runs `stockd migrate`; returns the finished process."""
    from tests.harness import stockd  # It knows us, too.
    with tempfile.TemporaryDirectory(prefix="stockd-url-") as folder:
        path = pathlib.Path(folder) / "url"
        path.touch(mode=0o600)
        path.write_text(address, encoding="utf-8")
        return subprocess.run([stockd.binary(), "migrate", "--store-file", path, *words],
                              capture_output=True, text=True, check=False,
                              env={**os.environ, **environment})


def migrate_well(address):
    done = migrate(address)
    if done.returncode != 0:
        raise AssertionError(f"stockd migrate: exit {done.returncode}\n{done.stderr}")


@functools.lru_cache(None)
def template_name():
    """Returns the name of a database that `stockd migrate` made; the first who asks makes it."""
    with open(__file__, "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not sql(f"SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'"):
            sql("CREATE TABLE IF NOT EXISTS free_databases (name text);\n"
                f"DROP DATABASE IF EXISTS {TEMPLATE}_new;\n"
                f"CREATE DATABASE {TEMPLATE}_new OWNER stockd;")
            migrate_well(url(f"{TEMPLATE}_new", "stockd"))
            sql(f"ALTER DATABASE {TEMPLATE}_new RENAME TO {TEMPLATE}")
    return TEMPLATE
