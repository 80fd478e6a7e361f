"""Clients that change the registry: names, stores, groups, tokens, and switches."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.crash.actor import Actor, Fact, good, whole
from tests.crash.stocks import count_of, put

TOKENS_LIVE_MAX = 12
LOOKED_AT_AGAIN = 20
PATIENCE_S = 60  # Off is told once it is kept, which takes room on the disk.
PAUSE_S = 0.005


class Registrar(Actor):
    """Upserts: many entries get a new name at once; stores come and go."""

    def prepare(self):
        self.stores = [self.place.store() for _ in range(6)]
        self.extra = [800000000 + 1000 * self.place.business + index for index in range(4)]
        self.name = Fact(f"names of business {self.place.business}", 0)
        self.there = [Fact(f"store {store}", False) for store in self.extra]
        self.count = 0

    def settle_in(self):
        assert self._rename(), "no room for the first names"

    def step(self):
        if self.random.random() < 0.5:
            self._rename()
            return
        number = self.random.randrange(len(self.extra))
        store, there = self.extra[number], self.there[number]
        campaign, warehouse = self.place.entries(store)
        if there.value:
            document = {"remove": {"campaigns": [store],
                                   "warehouses": [self.place.warehouse(store)]}}
            self.change(lambda: self.operator.update(document), (there, False))
            return
        document = {"campaigns": [campaign], "warehouses": warehouse}
        # A store may be kept, and its marks not be carried: then it is there, and closed.
        self.change(lambda: self.operator.update(document), (there, True), whole=False)

    def _rename(self):
        self.count += 1
        name = f"Name {self.count}"
        entries = [self.place.entries(store) for store in self.stores]
        document = {
            "businesses": [{"id": self.place.business, "name": name}],
            "campaigns": [{**campaign, "domain": name} for campaign, _ in entries],
            "warehouses": [{**row, "name": name} for _, rows in entries for row in rows]}
        return self.change(lambda: self.operator.update(document), (self.name, self.count))

    def audit(self):
        known = good(self.operator.registry())
        names = [row["name"] for row in known["businesses"] if row["id"] == self.place.business]
        names += [row["domain"] for row in known["campaigns"] if row["id"] in self.stores]
        names += [row["name"] for row in known["warehouses"] if row["campaignId"] in self.stores]
        wrong = self.name.settle(whole(self.name.name, (int(name.split()[1]) for name in names)))
        campaigns = {row["id"] for row in known["campaigns"]}
        warehouses = {row["campaignId"] for row in known["warehouses"]}
        for store, there in zip(self.extra, self.there):
            wrong += there.settle(whole(there.name, (store in campaigns, store in warehouses)))
        return wrong


class Grouper(Actor):
    """Two stores join a group and leave it, with their goods (C60).

    Apart they have numbers of their own, together the newest ones; who leaves keeps a copy. A
    change that was cut short, or found the disk full, is carried on by the next start: then the
    stores are closed until it is done, and never half there.
    """

    refusals_allowed = True  # What is open of a change closes these stores.
    SKUS = 60

    def prepare(self):
        self.group = self.place.group()
        self.stores = [self.place.store(), self.place.store()]
        self.skus = [f"moved-{index}" for index in range(self.SKUS)]
        self.count = 0
        self.fact = Fact(f"group {self.group}", (False, None, None))

    def step(self):
        joined, first, second = self.fact.value
        if self.fact.open:
            self._change(self.fact.open.pop())  # Sending it again ends it.
        elif first is None or second is None or self.random.random() < 0.6:
            self._put(0 if first is None else 1 if second is None else self.random.randrange(2))
        elif joined:
            self._change((False, first, second))
        else:
            newest = max(first, second)
            self._change((True, newest, newest))

    def _put(self, which):
        self.count += 1
        value = [self.fact.value[0], *(2 * [self.count])]
        if not value[0]:
            value[2 - which] = self.fact.value[2 - which]
        self.change(lambda: put(self, self.stores[which], self.skus, self.count),
                    (self.fact, tuple(value)))

    def _change(self, value):
        group = self.group if value[0] else None
        rows = [row for store in self.stores for row in self.place.entries(store, group)[1]]
        self.change(lambda: self.operator.update({"warehouses": rows}), (self.fact, value),
                    whole=False)

    def audit(self):
        if self.fact.open and not self.has_room:
            return []  # It is neither done nor undone: these stores are closed until there is.
        known = good(self.operator.registry())
        joined = whole("membership", (
            row.get("groupId") == self.group for row in known["warehouses"]
            if row["campaignId"] in self.stores))
        found = (joined, *(count_of(self, store, self.skus) for store in self.stores))
        return self.fact.settle(found)


class Issuer(Actor):
    """Tokens: made, revoked, forgotten. A key opens exactly as long as its token lives."""

    looks_at_a_part = True

    def prepare(self):
        self.tokens = []
        self.number = 0

    def step(self):
        live = [token for token in self.tokens if token.value == "live"]
        revoked = [token for token in self.tokens if token.value == "revoked"]
        if not live or (len(live) < TOKENS_LIVE_MAX and self.random.random() < 0.5):
            self._make()
        elif revoked and self.random.random() < 0.2:
            token = self.random.choice(revoked)
            document = {"remove": {"tokens": [{"businessId": self.place.business,
                                               "name": token.name}]}}
            self.change(lambda: self.operator.update(document), (token, None))
        else:
            token = self.random.choice(live)
            self.change(lambda: self.operator.revoke_token(token.name, self.place.business),
                        (token, "revoked"))

    def _make(self):
        self.number += 1
        token = Fact(f"token {self.number}")
        token.key = None  # Who gets no answer never learns it.
        self.tokens.append(token)

        def make():
            answer = self.operator.make_token(token.name, self.place.business, "all-methods")
            if answer.status == 200:
                token.key = answer.json["result"]["apiKey"]
            return answer

        self.change(make, (token, "live"))

    def audit(self, everything=False):
        listed = good(self.operator.get("/tokens", businessId=self.place.business))
        states = {row["name"]: "revoked" if row["revoked"] else "live"
                  for row in listed["result"]["tokens"]}
        wrong = []
        for token in self.tokens:
            wrong += token.settle(states.get(token.name))
        keys = [token for token in self.tokens if token.key is not None]
        old = keys[:-LOOKED_AT_AGAIN]
        if not everything:
            keys = keys[-LOOKED_AT_AGAIN:] + self.random.sample(
                old, min(LOOKED_AT_AGAIN, len(old)))
        return wrong + [line for token in keys for line in self._try(token)]

    def _try(self, token):
        opened = self.send("POST", "/v2/auth/token", token=token.key).status
        if opened == (200 if token.value == "live" else 401):
            return []
        return [f"{token.name} is {token.value}, and its key gets {opened}"]


class Switcher(Actor):
    """A warehouse is switched off and on by its seller."""

    def prepare(self):
        self.stores = [self.place.store() for _ in range(3)]
        self.facts = [Fact(f"warehouse of {store} is off", False) for store in self.stores]

    def step(self):
        number = self.random.randrange(len(self.stores))
        fact = self.facts[number]
        path = f"/v2/campaigns/{self.stores[number]}/warehouse/status"
        self.change(lambda: self.send("POST", path, {"enabled": fact.value}),
                    (fact, not fact.value))

    def audit(self):
        path = f"/v2/businesses/{self.place.business}/warehouses"
        answer = self.read("POST", path, {"components": ["STATUS"]})
        off = {row["campaignId"]: row["status"]["status"] == "DISABLED_MANUALLY"
               for row in answer["result"]["warehouses"]}
        return [line for store, fact in zip(self.stores, self.facts)
                for line in fact.settle(off[store])]


class Shop:
    """The shop of a store, which stockd asks. It answers well, or badly when it is told to."""

    def __init__(self, token):
        self.bad = False
        shop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if shop.bad:
                    self.answer(500, {})
                elif self.headers["Authorization"] != token:
                    self.answer(403, {})
                else:
                    item = {"type": "FIT", "count": 7, "updatedAt": "2023-01-01T00:00:00Z"}
                    self.answer(200, {"skus": [{"sku": sku, "items": [item],
                                                "warehouseId": asked["warehouseId"]}
                                               for sku in asked["skus"]]})

            def answer(self, status, value):
                data = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # Who asks is killed now and then.
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Pusher(Actor):
    """Asking a shop is switched off by its failures, and on by the operator."""

    def prepare(self):
        token = "the shop's own token"
        self.shop = Shop(token)
        self.store = self.place.store(push={"url": self.shop.url, "token": token,
                                            "periodSeconds": 604800})
        self.off = Fact(f"push of {self.store} is off", False)

    def settle_in(self):
        good(put(self, self.store, ["asked"], 1))

    def step(self):
        if self.off.value:
            self.change(lambda: self.operator.send(
                "POST", f"/campaigns/{self.store}/push/enable"), (self.off, False))
            return
        self.shop.bad = True
        self.off.open.append(True)
        answer = self.operator.send("POST", f"/campaigns/{self.store}/push/ask")
        if answer.code != "PUSH_OFF":  # The round of a start may have met the bad shop already.
            good(answer)
        until = time.monotonic() + PATIENCE_S
        while not self._is_off():
            if time.monotonic() > until:
                raise AssertionError("a bad shop is still asked")
            time.sleep(PAUSE_S)
        self.acknowledged += 1
        self.off.value = True
        self.off.open.clear()
        self.shop.bad = False

    def _is_off(self):
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            for row in good(self.operator.get("/push"))["result"]["shops"]:
                if row["campaignId"] == self.store:
                    return row["state"] == "OFF"
            time.sleep(PAUSE_S)
        raise AssertionError(f"push does not know {self.store}")

    def before_start(self):
        super().before_start()
        self.shop.bad = False  # What was cut short: from the start on all is well.

    def end(self):
        self.shop.close()

    def audit(self):
        if not self.has_room:
            self.off.open.append(False)  # "push_off_not_kept": a start asks the shop again.
        return self.off.settle(self._is_off())
