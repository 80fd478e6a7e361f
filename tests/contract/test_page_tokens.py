"""Page tokens that nobody was given: readable as they are, anybody can make one. Whatever stands in
it, a listing answers, and the service lives on."""

import base64
import json

from tests.contract.case import stocks_path
from tests.contract.offers import OffersCase
from tests.contract.registry import BUSINESS
from tests.contract.upload_case import UploadCase

POSITIONS = ("", "-", "-1", "0", "1", "00", "+1", " 1", "1.", ".1", "1.1", "1.-1", "-1.1", "1.1.1",
             "1.1.-1", "1.1.-2", "1.0.2000000001", "1.65536.0", "1.4294967296.0", "1/1", "/", "//",
             "-/-", "-/-/-", "2147483648", "4294967295", "4294967296", "9223372036854775807",
             "9223372036854775808", "-9223372036854775808", "18446744073709551615", "1e3", "NaN",
             "9223372036854775807.9223372036854775807", "9223372036854775807.o",
             "9223372036854775807.9223372036854775807.9223372036854775807", "\0", "a\0b", "\n",
             "\u044f" * 127, "x" * 255, "x" * 256, "x" * 257, "x" * 4000, "\U0001f600" * 64)


def forged(token, member, position):
    """The token with another position in it, and the checksum that it had."""
    text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    made = {member: position, "filter": json.loads(text)["filter"]}
    return base64.urlsafe_b64encode(json.dumps(made).encode()).decode().rstrip("=")


def query_of(**query):
    return "?" + "&".join(f"{name}={value}" for name, value in query.items())


class PageTokens(UploadCase, OffersCase):

    def listings(self):
        """Returns what lists in pages: name, a function that asks for a page of one."""
        sku = "page-a"
        self.put_counts({sku: 1, "page-b": 2})
        self.put_count(sku, 3)
        hidden = {"hiddenOffers": [{"offerId": "page-a"}, {"offerId": "page-b"}]}
        campaign = f"/v2/campaigns/{self.campaign}"
        business = f"/v2/businesses/{BUSINESS}"
        self.assert_ok(self.send("POST", f"{campaign}/hidden-offers", hidden))
        for _ in range(2):
            self.operator.order(self.campaign, self.new_order(), {sku: 1})
        upload = self.check({"page-a": 8, "page-b": 9})

        def public(method, path, body=None):
            return lambda **token: self.send(method, path + query_of(limit=1, **token), body)

        def operator(path, **query):
            return lambda **token: self.operator.get(path, limit=1, **token, **query)

        mine = f"/campaigns/{self.campaign}"
        return {
            "stocks": public("POST", stocks_path(self.campaign), {}),
            "offers": public("POST", f"{campaign}/offers", {}),
            "hidden": public("GET", f"{campaign}/hidden-offers"),
            "mappings": public("POST", f"{business}/offer-mappings", {}),
            "campaigns": public("GET", "/v2/campaigns"),
            "warehouses": public("POST", f"{business}/warehouses", {}),
            "stores": operator("/stores"),
            "search": operator(f"{mine}/stocks"),
            "orders": operator(f"{mine}/orders"),
            "requests": operator("/requests"),
            "history": operator(f"{mine}/history", sku=sku),
            "changes": operator(f"{mine}/uploads/{upload['uploadId']}/changes"),
        }

    def first_token(self, ask):
        answer = ask()
        self.assertEqual(200, answer.status, answer)
        return answer.json.get("result", answer.json)["paging"]["nextPageToken"]

    def test_whatever_stands_in_one_a_listing_answers(self):
        for name, ask in self.listings().items():
            token = self.first_token(ask)
            for member in ("nextId", "prevId"):
                for position in POSITIONS:
                    with self.subTest(listing=name, member=member, position=position):
                        answer = ask(page_token=forged(token, member, position))
                        self.assertIn(answer.status, (200, 400), answer)
                        if answer.status == 400:
                            self.assertEqual("Bad page token", answer.message)
            self.assertEqual(200, ask(page_token=token).status)
