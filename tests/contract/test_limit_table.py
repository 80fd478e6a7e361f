"""The table of limits (CONTRACT §1…§8, §14): of each method how much in which window, and what one
request costs, in both editions and under both tariffs.

A cost is the difference of what remains after two equal requests in one window, so that it does not
matter whether `Remaining` is told before or after the charge. Each request names, or is answered
with, three offers.
"""

import collections
import email.utils
import functools

from tests.contract.case import body_of, one, stocks_path
from tests.contract.offers import (OffersCase, hidden_body, hidden_path, ids_body, mappings_path,
                                   offers_path)
from tests.contract.registry import SOLO, SOLO_FULL, SOLO_SPARE, WAREHOUSE

SKUS = ("A", "B", "C")
LIMIT, REMAINING, UNTIL = (f"X-RateLimit-Resource-{word}" for word in
                           ("Limit", "Remaining", "Until"))

Amount = collections.namedtuple("Amount", "number period counted")


def requests(number, period="minute"):
    return Amount(number, period, 1)


def items(number):
    return Amount(number, "minute", len(SKUS))


answered = items  # Three are named, and three are answered.


def always(amount):
    return amount, amount, amount


# What the columns are: edition 2025, edition 2026, edition 2026 with the tariff Medium.
COLUMNS = {"2025": 0, "2026": 1, "medium": 2}
TABLE = {
    "updateStocks": always(items(100000)),
    "getStocks": always(answered(100000)),
    "addHiddenOffers": (items(10000), items(5000), items(10000)),
    "getHiddenOffers": (answered(10000), requests(100), requests(10000)),
    "deleteHiddenOffers": (items(10000), items(5000), items(10000)),
    "getCampaigns": always(requests(1000, "hour")),
    "getCampaign": (requests(1000, "hour"), requests(5000, "hour"), requests(5000, "hour")),
    "getFulfillmentWarehouses": (requests(100), requests(100, "hour"), requests(100, "hour")),
    "getWarehouses": always(requests(100)),
    "getPagedWarehouses": (requests(1000, "hour"), requests(100, "hour"), requests(100, "hour")),
    "updateWarehouseStatus": always(requests(100, "hour")),
    "getAuthTokenInfo": always(requests(100, "hour")),
    "getCampaignOffers": (answered(10000), requests(1000), requests(10000)),
    "updateCampaignOffers": (items(10000), items(5000), items(10000)),
    "deleteCampaignOffers": (items(10000), items(5000), items(10000)),
    "addOffersToArchive": (items(10000), items(5000), items(10000)),
    "deleteOffersFromArchive": (items(10000), items(5000), items(10000)),
    "getOfferMappings": (requests(600), requests(100), requests(600)),
    "updateStocksOnPartnerWarehouses": always(requests(50)),
    "getStocksOnPartnerWarehouses": always(requests(500)),
    "getPartnerWarehouses": always(requests(100, "hour")),
    "updateWarehouseModelStatus": always(requests(100, "hour")),
}


def calls(campaign, business):
    """Returns verb, path and body of a good request of each method."""
    v2, v3 = f"/v2/businesses/{business}", f"/v3/businesses/{SOLO}"
    there = WAREHOUSE[SOLO_SPARE[0]]
    named, hidden = ids_body(*SKUS), hidden_body(*SKUS)
    return {
        "updateStocks": ("PUT", stocks_path(campaign), body_of(*(one(sku, 1) for sku in SKUS))),
        "getStocks": ("POST", stocks_path(campaign), named),
        "addHiddenOffers": ("POST", hidden_path(campaign), hidden),
        "getHiddenOffers": ("GET", hidden_path(campaign), None),
        "deleteHiddenOffers": ("POST", hidden_path(campaign, "/delete"), hidden),
        "getCampaigns": ("GET", "/v2/campaigns", None),
        "getCampaign": ("GET", f"/v2/campaigns/{campaign}", None),
        "getFulfillmentWarehouses": ("GET", "/v2/warehouses", None),
        "getWarehouses": ("GET", f"{v2}/warehouses", None),
        "getPagedWarehouses": ("POST", f"{v2}/warehouses", {}),
        "updateWarehouseStatus": ("POST", f"/v2/campaigns/{campaign}/warehouse/status",
                                  {"enabled": True}),
        "getAuthTokenInfo": ("POST", "/v2/auth/token", None),
        "getCampaignOffers": ("POST", offers_path(campaign), named),
        "updateCampaignOffers": ("POST", offers_path(campaign, "/update"), {
            "offers": [{"offerId": sku, "available": True} for sku in SKUS]}),
        "addOffersToArchive": ("POST", mappings_path(business, "/archive"), named),
        "deleteOffersFromArchive": ("POST", mappings_path(business, "/unarchive"), named),
        "getOfferMappings": ("POST", mappings_path(business), named),
        "deleteCampaignOffers": ("POST", offers_path(campaign, "/delete"), named),
        "updateStocksOnPartnerWarehouses": ("POST", f"{v3}/offers/stocks/update", {"skuItems": [
            {"sku": sku, "partnerWarehouseId": there, "count": 1} for sku in SKUS]}),
        "getStocksOnPartnerWarehouses": ("POST", f"{v3}/offers/stocks", {
            "partnerWarehouseId": there, **named}),
        "getPartnerWarehouses": ("POST", f"{v3}/warehouses", {}),
        "updateWarehouseModelStatus": ("POST", f"{v3}/warehouse/models/status", {
            "partnerWarehouseId": there, "model": "FBS", "enabled": True}),
    }


def moment_of(answer, header):
    return email.utils.parsedate_to_datetime(answer.header(header))


class Table(OffersCase):
    """Edition 2025."""

    options = ()
    column = "2025"

    def each_call(self):
        """Yields a method's name, its amount in this column, and a function that calls it."""
        small = self.new_business()
        for name, (verb, path, body) in calls(small.alone, small.business).items():
            token = SOLO_FULL if path.startswith("/v3") else small.token
            yield name, TABLE[name][COLUMNS[self.column]], functools.partial(
                self.send, verb, path, body, token)

    def twice(self, call):
        """Returns two answers from one window."""
        for _ in range(4):
            first, second = call(), call()
            self.assertEqual((200, 200), (first.status, second.status), (first, second))
            if first.header(UNTIL) == second.header(UNTIL):
                return first, second
        self.fail("four times in a row a window ended in between")

    def test_every_method_is_in_the_table(self):
        self.assertEqual(set(TABLE), {name for name, _, _ in self.each_call()})

    def test_limit_and_window(self):
        for name, amount, call in self.each_call():
            with self.subTest(method=name):
                answer = call()
                self.assertEqual(200, answer.status, answer)
                self.assertEqual(str(amount.number), answer.header(LIMIT))
                self.assert_window(answer, amount.period)

    def assert_window(self, answer, period):
        """§10: windows end with the clock's minute, or hour."""
        until, now = moment_of(answer, UNTIL), moment_of(answer, "Date")
        self.assertEqual(0, until.second)
        if period == "hour":
            self.assertEqual(0, until.minute)
        else:
            self.assertLessEqual((until - now).total_seconds(), 60)

    def test_cost(self):
        for name, amount, call in self.each_call():
            with self.subTest(method=name):
                first, second = self.twice(call)
                self.assertEqual(amount.counted, int(first.header(REMAINING)) -
                                 int(second.header(REMAINING)))


class TableOf2026(Table):
    """Edition 2026, without a subscription."""

    options = ("--edition", "2026")
    column = "2026"


class TableOfMedium(Table):
    """Edition 2026, with the tariff Medium."""

    options = ("--edition", "2026", "--tariff", "medium")
    column = "medium"


class UsedUp(OffersCase):
    """C51: the words, by hour and for a business."""

    options = ()

    def use_up(self, send, how_many):
        """Sends until 420; returns that answer. A window that ends in between starts it anew."""
        for _ in range(2):
            answers = [send() for _ in range(how_many + 1)]
            if len({answer.header(UNTIL) for answer in answers}) == 1:
                self.assertEqual([200] * how_many, [answer.status for answer in answers[:-1]])
                return answers[-1]
        self.fail("twice in a row a window ended in between")

    def test_a_campaign_by_the_hour(self):
        def switch(campaign):
            return self.send("POST", f"/v2/campaigns/{campaign}/warehouse/status",
                             {"enabled": True})

        answer = self.use_up(lambda: switch(self.campaign), 100)
        self.assert_refused(answer, 420, "Hit rate limit of 100 requests per 1 hour for resource"
                                         " campaigns/{campaignId}/warehouse/status for campaignId"
                                         f" {self.campaign}")
        self.assertEqual("0", answer.header(REMAINING))
        self.assertEqual(200, switch(self.new_campaign()).status)

    def test_a_business_by_the_hour(self):
        small, other = self.new_business(), self.new_business()
        answer = self.use_up(lambda: self.send("POST", "/v2/auth/token", token=small.token), 100)
        self.assert_refused(answer, 420, "Hit rate limit of 100 requests per 1 hour for resource"
                                         f" auth/token for businessId {small.business}")
        self.assertEqual(200, self.send("POST", "/v2/auth/token", token=other.token).status)

    def test_a_bad_request_costs_one_too(self):
        """C50."""
        def ask():
            return self.send("POST", f"/v3/businesses/{SOLO}/offers/stocks/update", {},
                             token=SOLO_FULL)

        for _ in range(4):
            first, second = ask(), ask()
            if first.header(UNTIL) == second.header(UNTIL):
                break
        self.assertEqual((400, 400), (first.status, second.status))
        self.assertEqual(1, int(first.header(REMAINING)) - int(second.header(REMAINING)))
