"""The PostgreSQL store as a helper of tests: commands in Python, sent by the statements.

It does what store_pg does in C, and no more: it sorts items by the bytes of their SKUs, sends one
statement, and reads its rows. Verdicts are the codes of pg_statement.h, by their names.
"""

from tests.store_pg import client, driver

NEVER = -2 ** 63
CODES = ["OK", "UNKNOWN_SKU", "BELOW_RESERVED", "SHORTAGE", "ORDER_EXISTS", "ORDER_UNKNOWN",
         "ORDER_STATE", "BEHIND", "FENCED", "CLAIMED"]
CREATE, IGNORE, REJECT = range(3)
FIT, FREEZE, AVAILABLE, QUARANTINE, DEFECT, EXPIRED, UTILIZATION = range(7)
ANY, PRESENT, ABSENT = range(3)
RESERVED, PACKED, SHIPPED, CANCELLED, OVER = range(5)
READ = -1
HIDDEN, DELETED, ARCHIVED, FREE_STORAGE, PLACED = 1, 2, 4, 8, 16
API, OPERATOR, PUSH, EXPIRY, MOVE = range(1, 6)
WRITE, COUNT, MARK, RESERVE, PACK, SHIP, CANCEL, EXPIRE = range(8)
MARKET = 1 << 32  # The shelf of campaign 1 in warehouse 1 of the Market is MARKET + 1.


def in_order(items):
    """Indexes of items, (SKU, …), by the bytes of their SKUs; equal ones stay as they are."""
    return sorted(range(len(items)), key=lambda index: items[index][0].encode())


class Store:
    """One connection with everything prepared. `epoch` and `cause` go with whatever it writes; the
    cause is (source, ms, name, request), and with source 0 nothing of it is kept."""

    def __init__(self, url):
        self.epoch = 0
        self.cause = (0, 0, "", 0)
        self.client = client.Client(url)
        known = driver.statements()
        self.client.query(known["SESSION"].text)
        for name, statement in known.items():
            if name.islower():
                self.client.prepare(name, statement.text, statement.types)

    def close(self):
        self.client.close()

    def why(self):
        return self.epoch, *self.cause

    def run(self, name, *values):
        """Returns (rows with numbers as int, tag)."""
        rows, tag = self.client.execute(name, values)
        columns = driver.statements()[name].columns
        return [[_value(letter, cell) for letter, cell in zip(columns, row, strict=True)]
                for row in rows], tag

    def put(self, shelf, *items, policy=CREATE):
        """Items are (SKU, count, ms). Returns (code, applied, stale, the first unknown SKU)."""
        order = in_order(items)
        arrays = [[items[index][part] for index in order] for part in range(3)]
        if policy == CREATE and shelf < MARKET:
            [[code, applied]], _ = self.run("put", shelf, *arrays, *self.why())
            return CODES[code], applied, len(items) - applied, None
        [[code, place, applied, stale]], _ = self.run("put_each", shelf, *arrays, order, policy,
                                                      *self.why())
        return CODES[code], applied, stale, None if place is None else items[place][0]

    def mark(self, shelf, *skus, add=0, clear=0, create=False):
        """Returns how many changed, or a code."""
        [[code, changed]], _ = self.run("mark", shelf, sorted(skus, key=str.encode), add, clear,
                                        create, *self.why())
        return changed if code == 0 else CODES[code]

    def count(self, shelf, *items, least=False):
        """Items are (SKU, type, count, ms). Returns (code, SKU, what orders hold)."""
        order = in_order(items)
        arrays = [[items[index][part] for index in order] for part in range(4)]
        [[code, place, held]], _ = self.run("count", shelf, *arrays, order, least, *self.why())
        return CODES[code], None if place is None else items[place][0], held

    def reserve(self, shelf, campaign, name, *items, now=1000, expires=0, claim=(0, 0)):
        """Items are (SKU, count). Returns what order() does."""
        order = in_order(items)
        arrays = [[items[index][part] for index in order] for part in range(2)]
        return self._order(self.run("reserve", shelf, campaign, name, *arrays, order, now, expires,
                                    *claim, *self.why()))

    def claim(self, shelf, campaign, name, *claim):
        """Returns what order() does."""
        return self._order(self.run("order_claim", shelf, campaign, name, *claim, *self.why()))

    def order(self, shelf, campaign, name, to=READ, now=1000):
        """Returns (code, (state, created, changed, expires), items, shortages)."""
        return self._order(self.run("order", shelf, campaign, name, to, now, *self.why()))

    @staticmethod
    def _order(answer):
        head, *rest = answer[0]
        items = [(row[1], row[2]) for row in rest if row[0] == 104]
        shortages = [(row[1], row[2], row[3]) for row in rest if row[0] == 105]
        assert len(items) + len(shortages) == len(rest), rest
        return CODES[head[0]], tuple(head[4:]), items, shortages

    def page(self, shelf, position="", limit=100, backward=False, presence=ANY, mask=0, wanted=0,
             never=True, at=0):
        """Returns the rows of a page by their kinds: {100: cells, 101: …}."""
        name = ("marked_" if wanted else "page_") + ("prev" if backward else "next")
        rows, _ = self.run(name, shelf, position, limit, presence, mask, wanted, never, at)
        kinds = {kind: [] for kind in (100, 101, 102, 103)}
        for row in rows:
            kinds[row[0]].append(row[1:])
        return kinds

    def search(self, shelf, text="", position="", end=chr(0x10FFFF) * 256, limit=100, mask=0,
               wanted=0, never=True, available=ANY, before=0):
        """Returns SKUs of a search and where it ended early, if it did; `text` is folded."""
        rows, _ = self.run("search_marked" if wanted else "search", shelf, position, limit, ANY,
                           mask, wanted, never, 0, end, text, available, before)
        return ([row[1] for row in rows if row[0] == 100],
                [row[1] for row in rows if row[0] == 102])

    def list(self, shelf, *skus, at=0):
        return [row[1:] for row in self.run("list", shelf, skus, at)[0]]

    def cell(self, shelf, sku, at=0):
        """Returns {column: value} of one cell, or None."""
        found = self.list(shelf, sku, at=at)
        names = ["sku", "available", "reserved", "updated", "marks", "quarantine", "defect",
                 "expired", "utilization", "turnover"]
        return dict(zip(names, found[0], strict=True)) if found else None

    def totals(self, shelf, campaign=0):
        return self.run("totals", shelf, campaign)[0][0]

    def history(self, shelf, sku, since=0, until=2 ** 51, limit=100, looked=1000,
                place=(2 ** 62, 2 ** 31 - 1, 2 ** 31 - 1)):
        """Returns (events, where a page behind them starts or None); each is {column: value}. What
        came before `since`, or not before `until`, is left out (ms)."""
        names = ["kind", "source", "place", "at", "writer", "by", "request", "campaign", "order",
                 "available", "reserved", "count", "updated", "type", "index", "set", "clear"]
        rows, _ = self.run("history", shelf, sku, 0, place[0] + 1, *place[:2], looked, limit + 1,
                           place[2], since, until)
        events = [dict(zip(names, row[1:], strict=True)) for row in rows if row[0] == 106]
        ends = events[limit:] + [dict(zip(names, row[1:], strict=True)) for row in rows
                                 if row[0] == 107]
        after = [(end["place"], end["writer"], end["index"]) for end in ends]
        return events[:limit], after[0] if after else None

    def keep_days(self, days):
        """Makes and removes days until there is nothing to do; returns how many."""
        done = 0
        while self.run("history_days", days)[0][0][0]:
            done += 1
        return done

    def fence(self, shelf, number):
        self.run("fence", shelf, number)

    def drain(self, shelf):
        self.run("drain", shelf)

    def expire(self, shelf, now, limit=64):
        return self.run("expire", shelf, now, limit, EXPIRY if self.cause[0] else 0)[0][0][0]

    def expiring(self, until):
        return [tuple(row) for row in self.run("expiring", until)[0]]

    def add_document(self, name, content, key, expected=-1):
        [[code, number]], _ = self.run("document_add", name, content, key, expected)
        return CODES[code], number

    def summarize(self, number, *documents):
        """Documents are (name, content)."""
        columns = [list(column) for column in zip(*documents, strict=True)]
        return CODES[self.run("summarize", number, *columns)[0][0][0]]

    def summary(self):
        return [tuple(row[:3]) for row in self.run("summary")[0]]

    def documents(self, after=0, limit=100, key=0):
        """Returns (number, name, content) of those behind the one of that number and key."""
        return [tuple(row[:3]) for row in self.run("documents", after, limit, key)[0]]


def _value(letter, cell):
    if cell is None:
        return None
    if letter in "ni":
        return int(cell)
    if letter == "o":
        return cell == "t"
    if letter == "b":
        return bytes.fromhex(cell[2:])
    return cell
