"""PostgreSQL 15 as a server that bench/run measures: a cluster of its own in the bench's folder.

It runs as the user postgres where we are root, since it refuses to run as root, and listens on a
Unix socket in the abstract namespace alone, which only this user and we may connect to. What it
holds is one table of stocks, as bench/sql_load and bench/sql_front write it.
"""

import getpass
import os
import pathlib
import shutil
import signal
import subprocess
from urllib.parse import quote

from common import BUILD, Broken
from server import Server

BINARIES = pathlib.Path("/usr/lib/postgresql/15/bin")
SHELF = 10003
MEMORY_BYTES = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")

# What differs from the defaults, with the reason; durability is as it comes: fsync,
# synchronous_commit and full_page_writes are on.
SETTINGS = {
    "shared_buffers": (f"{MEMORY_BYTES // 4 >> 20}MB",
                       "a quarter of the memory, as the manual advises (20.4.1)"),
    "max_wal_size": ("16GB", "checkpoints come by time, not by volume (30.5)"),
    "checkpoint_timeout": ("15min", "fewer full pages in the log (30.5)"),
    "wal_compression": ("lz4", "full pages are smaller for little CPU (20.5.1)"),
    "wal_buffers": ("64MB", "many commits of large transactions (20.5.1)"),
    "jit": ("off", "no statement here is long enough to be worth compiling"),
    "max_connections": ("300", "one for each connection of the single-SKU load"),
}

# Columns in an order without padding; SKUs compare as bytes; room on each page keeps updates on
# the row's own page and off the index (HOT); autovacuum comes before pages are full.
TABLE = """
CREATE TABLE stock (
  updated_at bigint NOT NULL,
  shelf_id   int NOT NULL,
  available  int NOT NULL,
  sku        text COLLATE "C" NOT NULL,
  PRIMARY KEY (shelf_id, sku)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05,
        autovacuum_analyze_scale_factor = 0.02);
"""


class Postgres(Server):
    """One cluster in `folder`/`name`; what is there already is started again."""

    stop_signal = signal.SIGINT  # Open sessions are ended, a checkpoint is written.
    clusters = 0

    def __init__(self, folder, name="postgres", table=TABLE, settings=None):
        """`table` and `settings` (name: (value, reason)) are for trying others."""
        if not (BINARIES / "postgres").exists():
            raise Broken("PostgreSQL is missing: apt-get install postgresql-15 libpq-dev")
        Postgres.clusters += 1
        self.settings = {**SETTINGS, **(settings or {})}
        self.socket = f"@stockd-bench-{os.getpid()}-{Postgres.clusters}"
        self.conninfo = f"host={self.socket} dbname=postgres user=postgres"
        self.data = pathlib.Path(folder) / name
        self.popen = {"env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}}
        if os.getuid() == 0:
            self.popen |= {"user": "postgres", "group": "postgres", "extra_groups": []}
        fresh = not self.data.exists()
        if fresh:
            self._create()
        self.version = self._run("postgres", "--version").strip()
        values = {"listen_addresses": "", "unix_socket_directories": self.socket,
                  **{key: value for key, (value, _) in self.settings.items()}}
        super().__init__(name, [BINARIES / "postgres", "-D", self.data,
                                *(f"--{key}={value}" for key, value in values.items())],
                         folder, **self.popen, cwd=self.data)
        if fresh:
            self.sql(table)

    @property
    def configuration(self):
        lines = [f"{key} = {value}: {reason}" for key, (value, reason) in self.settings.items()]
        return "\n".join(["everything else as initdb leaves it: fsync, synchronous_commit and "
                          "full_page_writes are on", *lines, TABLE.strip()])

    def ready(self):
        """The cluster's own note of its state, with the number of the process that wrote it."""
        try:
            note = (self.data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return None
        if note[0] != str(self.process.pid) or len(note) < 8 or note[7].strip() != "ready":
            return None
        return {"conninfo": self.conninfo}

    def sql(self, text):
        """Runs statements, each in a transaction of its own; returns what psql prints."""
        done = subprocess.run(self._psql(), input=text, capture_output=True, text=True)
        if done.returncode != 0:
            raise Broken(f"{self.name}: psql said\n{done.stderr}")
        return done.stdout

    def settle(self):
        """After filling: what would otherwise come at some moment of the rounds is done now."""
        self.sql("VACUUM (ANALYZE) stock;\nCHECKPOINT;\n")

    def state(self):
        """Lines for the oracle."""
        return self.copy("SELECT sku, available, updated_at FROM stock")

    def copy(self, query):
        """Yields its rows as lines."""
        copy = f"COPY ({query}) TO STDOUT (DELIMITER ' ')"
        with subprocess.Popen([*self._psql(), "-c", copy], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True) as process:
            yield from process.stdout
        if process.returncode != 0:
            raise Broken(f"{self.name}: the table cannot be read")

    def cpu_seconds(self):
        """A process that ended between two looks is in neither account of the first one."""
        return max(super().cpu_seconds(), super().cpu_seconds())

    def kill(self):
        """The few bytes of shared memory that the system keeps of a killed cluster go, too."""
        super().kill()
        try:
            note = (self.data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return
        if len(note) > 6 and note[6].split():
            subprocess.run(["ipcrm", "-m", note[6].split()[-1]], capture_output=True, check=False)

    def _psql(self):
        return [BINARIES / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.conninfo]

    def _run(self, program, *words):
        done = subprocess.run([BINARIES / program, *words], capture_output=True, text=True,
                              cwd="/", **self.popen)
        if done.returncode != 0:
            raise Broken(f"{program} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def _create(self):
        """Makes an empty cluster that we may log in to by our name of the system."""
        self.data.mkdir(mode=0o700, parents=True)
        if os.getuid() == 0:
            shutil.chown(self.data, "postgres", "postgres")
            self.data.parent.chmod(0o711)
        self._run("initdb", "-D", self.data, "-U", "postgres", "--auth=peer", "--encoding=UTF8")
        (self.data / "pg_hba.conf").write_text("local all all peer map=bench\n")
        (self.data / "pg_ident.conf").write_text(f"bench {getpass.getuser()} postgres\n")


class StockdTables(Postgres):
    """A cluster with the tables that `stockd migrate` makes; `url` is its address for stockd."""

    def __init__(self, folder):
        super().__init__(folder, "stockd_postgres", table="")
        self.url = f"postgresql://postgres@{quote(self.socket, safe='')}/postgres"
        done = subprocess.run([BUILD / "stockd", "migrate", "--store", self.url],
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise Broken(f"stockd migrate failed:\n{done.stderr}")

    def shelf(self):
        """The number of the only shelf that somebody wrote to."""
        return int(self.sql("SELECT shelf_id FROM shelf").strip())

    def state(self):
        return self.copy("SELECT sku, available, updated_ms FROM stock")


class Before:
    """Of a server that keeps its stocks in a cluster that runs: both are one server, which speaks
    HTTP. The cluster is stopped by whoever started it."""

    database = None

    def cpu_seconds(self):
        return super().cpu_seconds() + self.database.cpu_seconds()

    def resident_bytes(self):
        return super().resident_bytes() + self.database.resident_bytes()

    def freeze(self):
        super().freeze()
        self.database.freeze()

    def thaw(self):
        self.database.thaw()
        super().thaw()

    def state(self):
        return self.database.state()


class Front(Before, Server):
    """bench/sql_front before a cluster."""

    def __init__(self, database, connections=4, name="postgres_front"):
        """`connections` of the database."""
        self.database = database
        self.version = database.version
        self.configuration = f"{connections} connections of the database"
        super().__init__(name, [BUILD / "bench/sql_front", "--conninfo", database.conninfo,
                                "--connections", connections], database.folder)


def load_command(server, *words):
    """What loads a cluster without HTTP; bench/load's options for the work go behind it."""
    whose = (["--statement", "stockd", "--shelf", server.shelf()]
             if isinstance(server, StockdTables) else ["--shelf", SHELF])
    return [BUILD / "bench/sql_load", "--conninfo", server.conninfo, *whose, *words]
