"""What is asked of a stockd while one of its calls fails: requests on both listeners that touch
every part of it, in one order, each with the statuses that are right and the facts that it changes.

`Script(facts)` holds registry and steps; `run(server, alive)` sends them. With a shop's address it
is another, shorter script: the shop is asked by push. An answer is 503 where it could not be done,
or there is none and the connection is gone; then the request is sent again, as a client would, and
must be done soon, for only one call fails.
"""

import datetime
import time

from tests.harness.client import Client, NoAnswer

FULL = "full-access-key"
LATE = "late-key"
BULK = [f"bulk-{index:03}-" + "x" * 60 for index in range(300)]
ATTEMPTS_MAX = 3
PUSH_S_MAX = 60
PUSH_LOOK_S = 0.01
CHECKPOINT_S_MAX = 60
CHECKPOINT_LOOK_S = 0.005
MS = datetime.timedelta(milliseconds=1)


def registry(shop_url):
    """The file that stockd starts with."""
    def campaign(number, placement="FBS", **more):
        return {"id": number, "businessId": 1, "domain": f"store {number}",
                "placementType": placement, **more}
    push = {"url": shop_url, "token": "shop-token", "periodSeconds": 3600}
    shop = {"push": push} if shop_url else {}
    return {
        "businesses": [{"id": 1, "name": "Trade"}],
        "campaigns": [campaign(11), campaign(12), campaign(13), campaign(14, "FBY"),
                      campaign(15, **shop)],
        "warehouseGroups": [{"id": 77, "businessId": 1, "name": "group"}],
        "warehouses": [warehouse(11, 77), warehouse(12, 77), warehouse(13), warehouse(15)],
        "marketWarehouses": [{"id": 147, "name": "market"}],
        "tokens": [{"name": "full", "businessId": 1, "scopes": ["all-methods"], "apiKey": FULL}],
    }


def warehouse(campaign, group=None):
    return {"id": 500 + campaign, "campaignId": campaign, "name": f"W{campaign}",
            **({"groupId": group} if group else {})}


def put_body(counts, moment):
    stamp = (datetime.datetime(2024, 1, 1) + moment * MS).isoformat(timespec="milliseconds") + "Z"
    return {"skus": [{"sku": sku, "items": [{"count": count, "updatedAt": stamp}]}
                     for sku, count in counts.items()]}


class Broken(AssertionError):
    """The server answered what it must not answer."""


class Server:
    """Both sides of one stockd, and how many of its answers were not the usual ones."""

    def __init__(self, address, operator_address, token_path):
        self.api = Client(address)
        self.operator = Client(operator_address)
        self.token_path = token_path
        self.unavailable = 0  # Answers 503.
        self.unanswered = 0  # Connections that ended instead of an answer.

    def close(self):
        self.api.close()
        self.operator.close()

    def send(self, method, path, body=None, key=FULL):
        """Returns the answer, or None: there was none."""
        headers = {} if body is None else {"Content-Type": "application/json"}
        client = self.operator if path.startswith(("/api/", "/metrics", "/readyz")) else self.api
        if client is self.operator:
            headers["Authorization"] = "Bearer " + self.token_path.read_text("ascii").strip()
        elif key is not None:
            headers["Api-Key"] = key
        try:
            return client.request(method, path, headers, body)
        except (OSError, NoAnswer):
            self.unanswered += 1
            return None

    def ask(self, statuses, method, path, body=None, key=FULL):
        """Sends once. Returns the answer when its status is one of these, None when there was no
        room or no answer; anything else raises."""
        answer = self.send(method, path, body, key)
        if answer is None:
            return None
        if answer.status == 503:
            self.unavailable += 1
            self._check_unavailable(answer)
            return None
        if answer.status not in statuses:
            raise Broken(f"{method} {path}: {answer}")
        if answer.status >= 400 and answer.body and answer.json["status"] != "ERROR":
            raise Broken(f"{method} {path}: not an error: {answer}")
        return answer

    @staticmethod
    def _check_unavailable(answer):
        """503 has a wait and words; without any memory it has no words."""
        if answer.body and answer.code != "SERVICE_UNAVAILABLE":
            raise Broken(f"503 without its code: {answer}")
        if answer.header("Retry-After") != "1":
            raise Broken(f"503 without Retry-After: {answer}")


class Script:
    """The steps, in order. `alive` tells whether the server still runs."""

    def __init__(self, facts, shop_url=None):
        self.facts = facts
        self.registry = registry(shop_url)
        self.steps = (self._push, self._pages)
        if shop_url is None:
            self.steps = (self._write, self._offers, self._registry, self._orders, self._counts,
                          self._checkpoint, self._pages)

    def steps_again(self):
        """For a server that has done all steps before: what it knows, and one write more."""
        return self._again, self._checkpoint, self._pages

    def steps_few(self):
        return self._write, self._pages

    def run(self, server, alive):
        """Returns when all is done, or the server is gone. Raises Broken."""
        for step in self.steps:
            for action in step():
                if not self._do(server, alive, *action):
                    return
            server.close()  # The next step comes on connections of its own.

    def _do(self, server, alive, effects, statuses, *request):
        """False: the server is gone."""
        for _ in range(ATTEMPTS_MAX):
            answer = server.ask(statuses, *request)
            if answer is not None:
                self._take(effects, answer)
                return True
            if isinstance(effects, dict):
                self.facts.note_sent(effects)
            if not alive():
                return False
        raise Broken(f"{request[:2]}: not done after {ATTEMPTS_MAX} attempts")

    def _take(self, effects, answer):
        if isinstance(effects, dict):
            if answer.status < 300:
                self.facts.note_done(effects)
            return
        wrong = effects(answer) or []
        if wrong:
            raise Broken(f"a wrong answer: {wrong}")

    # Each step yields (facts that it changes, or a check of the answer; statuses; the request).

    def _write(self):
        yield ({("stock", 11, "a"): 5, ("stock", 11, "b"): 7}, {200}, "PUT",
               "/v2/campaigns/11/offers/stocks", put_body({"a": 5, "b": 7}, 1))
        for count in (1, 2):
            yield ({("bulk", 13): count}, {200}, "PUT", "/v2/campaigns/13/offers/stocks",
                   put_body(dict.fromkeys(BULK, count), count))
        yield (self.check_stock(11), {200}, "POST", "/v2/campaigns/12/offers/stocks",
               {"offerIds": ["a", "b"]})
        yield {}, {400}, "PUT", "/v2/campaigns/11/offers/stocks", b'{"skus": [{"sku": "a", '
        yield {}, {401, 403}, "POST", "/v2/campaigns/11/offers/stocks", {}, None

    def _again(self):
        yield (self.check_stock(15), {200}, "POST", "/v2/campaigns/15/offers/stocks",
               {"offerIds": ["p"]})
        yield self.check_hidden, {200}, "GET", "/v2/campaigns/13/hidden-offers"
        yield ({("bulk", 13): 3}, {200}, "PUT", "/v2/campaigns/13/offers/stocks",
               put_body(dict.fromkeys(BULK, 3), 3))
        yield (lambda answer: None), {200}, "GET", "/api/v1/campaigns/11/orders/o1"

    def _offers(self):
        yield ({("hidden", 13): BULK[0]}, {200}, "POST", "/v2/campaigns/13/hidden-offers",
               {"hiddenOffers": [{"offerId": BULK[0]}]})
        yield self.check_hidden, {200}, "GET", "/v2/campaigns/13/hidden-offers"
        yield ({("archived", 13): BULK[1]}, {200}, "POST",
               "/v2/businesses/1/offer-mappings/archive", {"offerIds": [BULK[1]]})
        yield (lambda answer: None), {200}, "POST", "/v2/campaigns/13/offers?limit=50", {}
        yield (lambda answer: None), {200}, "GET", "/v2/campaigns"
        yield (lambda answer: None), {200}, "GET", "/v2/businesses/1/warehouses"

    def _registry(self):
        late = {"campaigns": [{"id": 16, "businessId": 1, "domain": "late",
                               "placementType": "FBS"}], "warehouses": [warehouse(16)],
                "tokens": [{"name": "late", "businessId": 1, "scopes": ["all-methods"],
                            "apiKey": LATE}]}
        yield {("campaign", 16): True}, {200}, "POST", "/api/v1/registry", late
        yield ({("stock", 16, "n"): 3}, {200}, "PUT", "/v2/campaigns/16/offers/stocks",
               put_body({"n": 3}, 1), LATE)
        yield ({("group", 513): 77}, {200}, "POST", "/api/v1/registry",
               {"warehouses": [warehouse(13, 77)]})
        # Sent again after no answer, it is known by then.
        yield ({("token", "made"): True}, {200, 409}, "POST", "/api/v1/tokens",
               {"name": "made", "businessId": 1, "scopes": ["pricing"]})
        yield (lambda answer: None), {200}, "GET", "/api/v1/tokens?businessId=1"

    def _orders(self):
        orders = "/api/v1/campaigns/11/orders"
        yield ({("order", "o1"): "RESERVED"}, {200}, "POST", orders,
               {"orderId": "o1", "items": [{"sku": "a", "count": 2}]})
        yield {("order", "o1"): "PACKED"}, {200}, "POST", orders + "/o1/pack"
        yield {("order", "o1"): "SHIPPED"}, {200}, "POST", orders + "/o1/ship"
        yield ({("order", "o2"): "RESERVED"}, {200}, "POST", orders,
               {"orderId": "o2", "items": [{"sku": "b", "count": 1}],
                "expiresAt": "2199-01-01T00:00:00Z"})
        yield {("order", "o2"): "CANCELLED"}, {200}, "POST", orders + "/o2/cancel"
        yield {}, {409}, "POST", orders, {"orderId": "o3", "items": [{"sku": "b", "count": 900}]}
        yield ({("order", "o4"): "RESERVED"}, {200}, "POST", orders,
               {"orderId": "o4", "items": [{"sku": "b", "count": 3}]})

    def _counts(self):
        yield ({("market", "m"): 40}, {200}, "PUT", "/api/v1/campaigns/14/warehouses/147/stocks",
               {"items": [{"sku": "m", "type": "FIT", "count": 40},
                          {"sku": "m", "type": "DEFECT", "count": 2}]})
        yield ((lambda answer: None), {200}, "POST", "/v2/campaigns/14/offers/stocks",
               {"withTurnover": True})

    def _checkpoint(self):
        """One is made in the end, and something is written behind it."""
        ends = []
        end = time.monotonic() + CHECKPOINT_S_MAX

        def look(answer):
            result = answer.json["result"]
            if result["state"] == "IDLE":
                ends.append(result["done"])

        while not (ends and ends[-1]):
            if time.monotonic() > end:
                raise Broken("no checkpoint was made")
            ends.clear()
            yield {}, {200}, "POST", "/api/v1/checkpoint"
            while not ends:
                yield look, {200}, "GET", "/api/v1/checkpoint"
                time.sleep(CHECKPOINT_LOOK_S)
        yield ({("stock", 15, "p"): 2}, {200}, "PUT", "/v2/campaigns/15/offers/stocks",
               put_body({"p": 2}, 2))

    def _push(self):
        yield ({("stock", 15, "p"): 1}, {200}, "PUT", "/v2/campaigns/15/offers/stocks",
               put_body({"p": 1}, 1))
        self.facts.note_sent({("stock", 15, "p"): 9})  # The shop says so, sooner or later.
        # 404: push had no memory to take up its shops, and does so half a second later.
        yield {}, {200, 404}, "POST", "/api/v1/campaigns/15/push/ask"
        yield from self._until_asked()

    def _until_asked(self):
        """A round of the shop's ends well, however often a request of it failed."""
        seen = []

        def look(answer):
            shops = answer.json["result"]["shops"]
            seen.append(any("lastSuccessAt" in shop or shop["state"] == "OFF" for shop in shops))

        end = time.monotonic() + PUSH_S_MAX
        while not (seen and seen[-1]):
            if time.monotonic() > end:
                raise Broken("push never came to an end with its shop")
            yield look, {200}, "GET", "/api/v1/push"
            time.sleep(PUSH_LOOK_S)

    def _pages(self):
        yield self._check_metrics, {200}, "GET", "/metrics"
        yield (lambda answer: None), {200}, "GET", "/readyz"
        yield (lambda answer: answer.json and None), {200}, "GET", "/api/v1/requests"
        yield (lambda answer: answer.json and None), {200}, "GET", "/api/v1/registry"

    # Checks of answers: what is wrong with them.

    def check_stock(self, campaign):
        def check(answer):
            found = stocks_in(answer)
            return self.facts.check({("stock", campaign, sku): sum(numbers)
                                     for sku, numbers in found.items()})
        return check

    def check_hidden(self, answer):
        offers = answer.json["result"]["hiddenOffers"]
        return self.facts.check({("hidden", 13): offers[0]["offerId"] if offers else None})

    @staticmethod
    def _check_metrics(answer):
        text = answer.body.decode("utf-8")
        return [] if text.endswith('"} 1\n') and "stockd_cells " in text else ["a part of a page"]


def stocks_in(answer):
    """{SKU: (AVAILABLE, FREEZE)} of an answer."""
    found = {}
    for place in answer.json["result"]["warehouses"]:
        for offer in place["offers"]:
            stocks = {stock["type"]: stock["count"] for stock in offer["stocks"]}
            found[offer["offerId"]] = (stocks.get("AVAILABLE", 0), stocks.get("FREEZE", 0))
    return found
