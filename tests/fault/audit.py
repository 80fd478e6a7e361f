"""Reads back, from a stockd without faults, everything that tests/fault/script.py may have changed,
and says what of it cannot be: acknowledged and gone, half there, or never sent.
"""

from tests.fault.script import BULK, LATE, stocks_in

# Units of each order, and what of them is no longer on the shelf or only reserved, by its state.
ORDERS = {"o1": ("a", 2), "o2": ("b", 1), "o4": ("b", 3)}
LEFT = {"RESERVED": (1, 1), "PACKED": (1, 1), "SHIPPED": (1, 0), "CANCELLED": (0, 0), None: (0, 0)}


def audit(server, facts):
    """Returns what is wrong, a line each."""
    wrong = []
    for part in (_stocks, _offers, _registry, _market, _orders):
        wrong += part(server, facts)
    return wrong


def _read(server, statuses, *request):
    answer = server.ask(statuses, *request)
    if answer is None:
        raise AssertionError(f"reading back, without a fault: no answer to {request}")
    return answer


def _counts(server, campaign, skus, key):
    answer = _read(server, {200, 401, 403, 404}, "POST",
                   f"/v2/campaigns/{campaign}/offers/stocks", {"offerIds": skus}, key)
    return stocks_in(answer) if answer.status == 200 else {}


def _stocks(server, facts):
    found = {}
    for campaign, sku, key in ((15, "p", "full-access-key"), (16, "n", LATE)):
        numbers = _counts(server, campaign, [sku], key).get(sku)
        found["stock", campaign, sku] = numbers and numbers[0]
    bulk = _counts(server, 13, BULK, "full-access-key")
    counts = {bulk.get(sku, (None,))[0] for sku in BULK}
    if len(counts) > 1:
        return [f"a part of a bulk PUT: {sorted(counts, key=str)}"]
    found["bulk", 13] = counts.pop()
    return facts.check(found)


def _offers(server, facts):
    hidden = _read(server, {200}, "GET", "/v2/campaigns/13/hidden-offers")
    offers = hidden.json["result"]["hiddenOffers"]
    archived = _read(server, {200}, "POST", "/v2/businesses/1/offer-mappings", {"archived": True})
    mappings = archived.json["result"]["offerMappings"]
    return facts.check({
        ("hidden", 13): offers[0]["offerId"] if offers else None,
        ("archived", 13): mappings[0]["offer"]["offerId"] if mappings else None})


def _registry(server, facts):
    registry = _read(server, {200}, "GET", "/api/v1/registry").json
    groups = {row["id"]: row.get("groupId") for row in registry["warehouses"]}
    tokens = {row["name"] for row in registry["tokens"]}
    return facts.check({
        ("campaign", 16): any(row["id"] == 16 for row in registry["campaigns"]) or None,
        ("group", 513): groups[513],
        ("token", "made"): "made" in tokens or None})


def _market(server, facts):
    numbers = _counts(server, 14, ["m"], "full-access-key").get("m")
    return facts.check({("market", "m"): numbers and numbers[0]})


def _orders(server, facts):
    """States are as acknowledged, and the units agree with the states."""
    states = {}
    for order_id in ORDERS:
        answer = _read(server, {200, 404}, "GET", f"/api/v1/campaigns/11/orders/{order_id}")
        states[order_id] = (answer.json["result"]["order"]["state"]
                            if answer.status == 200 else None)
    wrong = facts.check({("order", order_id): state for order_id, state in states.items()})
    numbers = _counts(server, 11, ["a", "b"], "full-access-key")
    for sku, count in (("a", 5), ("b", 7)):
        found = numbers.get(sku)
        if found is None:
            wrong += facts.check({("stock", 11, sku): None})
            continue
        taken = sum(units * LEFT[states[order_id]][0]
                    for order_id, (ordered, units) in ORDERS.items() if ordered == sku)
        reserved = sum(units * LEFT[states[order_id]][1]
                       for order_id, (ordered, units) in ORDERS.items() if ordered == sku)
        if found != (count - taken, reserved):
            wrong.append(f"{sku}: {found}, orders say {(count - taken, reserved)}")
    return wrong
