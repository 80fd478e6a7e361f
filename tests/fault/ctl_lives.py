"""Lives of a stockctl in which one call fails: a push, a pull, offers that are hidden, lists that
are shown, a shop that is asked.

Whatever fails, a run says 0 only when all is done: every row sent is in the store, the file that
was pulled is whole, a shop that answers answers right. Else it says why, with its own exit code.
"""

import itertools
import json
import pathlib
import select
import shutil
import signal
import tempfile

from tests.e2e.ctl import binary
from tests.fault.program import Program
from tests.fault.script import FULL, stocks_in
from tests.harness.client import Client, NoAnswer
from tests.harness.stockd import SANITIZER

END_S_MAX = 60
CAMPAIGN = 13
ROWS = 2100  # More than a request takes.
SHOP_TOKEN = "shop-token"
EXITS = {"push": {0, 1, 3, 5, 2}, "pull": {0, 1, 3, 5, 2}, "serve": {0, 2, 5}}

_numbers = itertools.count(1)


class CtlLife:
    """One run of a subcommand. `address` is that of a stockd without faults."""

    def __init__(self, fault, address):
        self.fault = fault
        self.address = address
        self.wrong = []
        self.ended = "?"
        self.hit = None
        self.calls = {}
        self.unavailable = self.unanswered = 0
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="stockctl-fault-"))

    def run(self):
        try:
            self.live()
        except AssertionError as problem:
            self.wrong.append(str(problem))
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
        return self

    def live(self):
        raise NotImplementedError

    def describe(self):
        stack = "\n    ".join(self.hit or ["(no stack)"])
        return (f"{type(self).__name__} FAULT={self.fault}: {self.ended}\n  "
                + "\n  ".join(self.wrong) + f"\n    {stack}")

    def start(self, *words):
        host, port = self.address
        return Program([binary(), *words], self.fault, self.folder,
                       {"STOCKCTL_TOKEN": FULL, "STOCKCTL_URL": f"http://{host}:{port}",
                        "STOCKCTL_BOOK": str(self.folder / "book.sqlite")})

    def end(self, program, allowed):
        """Waits for its end, and looks whether it is one of a good order. Returns the status."""
        output = b"" if program.process.stdout.closed else program.process.stdout.read()
        status = program.wait(END_S_MAX)
        self.hit = program.hit
        self.calls = program.calls
        said = program.stderr()
        self.ended = f"exit {status}"
        if status not in allowed:
            self.wrong.append(f"exit {status}: {said[-1500:]!r}")
        if status not in (0, None) and not said.strip():
            self.wrong.append(f"exit {status} without a word")
        if SANITIZER.search(said) or "assert" in said:
            self.wrong.append(said[-1500:])
        self.output = output.decode("utf-8", errors="replace")
        return status


class Push(CtlLife):
    """And a second push without a fault, which goes on where the first one ended."""

    def live(self):
        number = next(_numbers)
        rows = {f"push-{number}-{index}": index % 7 for index in range(ROWS)}
        file = self.folder / "leftovers.csv"
        file.write_text("sku,count\n" + "".join(f"{sku},{n}\n" for sku, n in rows.items()))
        words = ["push", file, "--campaign", CAMPAIGN, "--retries", "2", "--quiet"]
        status = self.end(self.start(*words), EXITS["push"])
        if status == 0 and f"sent={ROWS} " not in self.output:
            # What was sent it could not say: it must not say that it did.
            self.wrong.append(f"exit 0, and {self.output!r}")
        if status == 5 and self.fault.kind == "sync" and self.found(rows):
            self.wrong.append("numbers left before the book was synced")
        hit, calls, ended = self.hit, self.calls, self.ended
        self.fault = None
        self.end(self.start(*words), {0})
        self.hit, self.calls, self.ended = hit, calls, f"{ended}, then {self.ended}"
        if status == 0 and "sent=0 " not in self.output:
            self.wrong.append(f"after exit 0 once more: {self.output!r}")
        found = self.found(rows)
        missing = [sku for sku, count in rows.items() if found.get(sku, (None,))[0] != count]
        if missing:
            self.wrong.append(f"{len(missing)} rows are missing: {missing[:3]}")

    def found(self, rows):
        """What the server has of these SKUs."""
        found = {}
        client = Client(self.address)
        for start in range(0, ROWS, 500):
            answer = client.request(
                "POST", f"/v2/campaigns/{CAMPAIGN}/offers/stocks",
                {"Api-Key": FULL, "Content-Type": "application/json"},
                {"offerIds": list(rows)[start:start + 500]})
            found.update(stocks_in(answer))
        client.close()
        return found


class Pull(CtlLife):
    """`expected` is what a pull without faults writes, set before the first life."""

    campaign = 15
    expected = None

    def live(self):
        file = self.folder / "pulled.csv"
        program = self.start("pull", "--campaign", self.campaign, "--retries", "2", "--quiet",
                             "--output-file", file)
        status = self.end(program, EXITS["pull"])
        text = file.read_text(encoding="utf-8") if file.exists() else None
        if self.fault is None and Pull.expected is None:
            Pull.expected = text
        if status == 0 and text != Pull.expected:
            self.wrong.append(f"exit 0, and the file is not whole: {text and text[:200]!r}")
        if status != 0 and text not in (None, Pull.expected):
            self.wrong.append("a part of a file has appeared")


class Hide(CtlLife):

    def live(self):
        number = next(_numbers)
        skus = [f"hide-{number}-{index}" for index in range(501)]  # More than a request takes.
        file = self.folder / "skus"
        file.write_text("".join(f"{sku}\n" for sku in skus))
        program = self.start("hide", "--file", file, "--campaign", CAMPAIGN, "--retries", "2",
                             "--quiet")
        if self.end(program, EXITS["push"]) != 0:
            return
        if f"sent={len(skus)} " not in self.output:
            self.wrong.append(f"exit 0, and {self.output!r}")
        client = Client(self.address)
        for start in range(0, len(skus), 500):
            wanted = skus[start:start + 500]
            query = "&".join(f"offer_id={sku}" for sku in wanted)
            answer = client.request(
                "GET", f"/v2/campaigns/{CAMPAIGN}/hidden-offers?limit=500&{query}",
                {"Api-Key": FULL})
            if len(answer.json["result"]["hiddenOffers"]) != len(wanted):
                self.wrong.append("exit 0, and not all are hidden")
        client.close()


class Shown(CtlLife):
    """A subcommand that changes nothing: `words`. It shows all, or says that it does not."""

    words = ("campaigns",)

    def live(self):
        program = self.start(*self.words, "--retries", "2", "--quiet")
        status = self.end(program, EXITS["pull"])
        if self.fault is None and "expected" not in vars(type(self)):
            type(self).expected = self.output
        if status == 0 and self.output != self.expected:
            self.wrong.append(f"exit 0, and {self.output[:300]!r}")


class ShownHidden(Shown):
    words = ("hidden", "--campaign", 15, "--output", "csv")


class ShownToken(Shown):
    words = ("token", "--output", "json")


class Serve(CtlLife):

    def live(self):
        file = self.folder / "leftovers.csv"
        file.write_text("sku;count\n" + "".join(f"s{index};{index}\n" for index in range(300)))
        token = self.folder / "token"
        token.write_text(SHOP_TOKEN)
        program = self.start("serve", "--leftovers", file, "--token-file", token,
                             "--listen", "127.0.0.1:0")
        line = program.process.stdout.readline().decode()
        fields = dict(word.split("=", 1) for word in line.split() if "=" in word)
        if "listen" in fields:
            host, port = fields["listen"].rsplit(":", 1)
            self.ask((host, int(port)))
        program.process.send_signal(signal.SIGTERM)
        if not select.select([program.process.stdout], [], [], END_S_MAX)[0]:
            self.wrong.append("it neither ends nor says anything")
            program.process.kill()
        status = self.end(program, EXITS["serve"])
        if status == 0 and "listen" in fields and "answered=" not in self.output:
            self.wrong.append(f"exit 0 without its last line: {self.output!r}")

    def ask(self, address):
        """Asks until it is answered well: only one call fails."""
        body = {"warehouseId": 1, "skus": ["s7", "s299", "unknown"]}
        for _ in range(3):
            client = Client(address)
            try:
                answer = client.request("POST", "/stocks", {"Authorization": SHOP_TOKEN}, body)
            except (OSError, NoAnswer):
                self.unanswered += 1
                continue
            finally:
                client.close()
            if answer.status >= 500:
                self.unavailable += 1
                continue
            counts = {row["sku"]: row["items"][0]["count"]
                      for row in json.loads(answer.body)["skus"]} if answer.status == 200 else None
            if counts != {"s7": 7, "s299": 299, "unknown": 0}:
                self.wrong.append(f"a wrong answer: {answer}")
            return
        self.wrong.append("it never answered")
