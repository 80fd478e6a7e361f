"""POST …/offers/stocks (CONTRACT §2): what the answer holds and its filters, C18 to C26."""

from tests.contract.case import StockdCase, body_of, one, stocks_path
from tests.contract.registry import (C, D, DBS, EXPRESS, F, FOREIGN, MARKET_WAREHOUSE, STOCK_VIEWER,
                                     UNKNOWN, VIEWER, WAREHOUSE)


class Answer(StockdCase):

    def test_the_whole_answer(self):
        """C22, C23, C24, C25: field by field."""
        self.put_count("A-1", 18, "2023-11-21T00:42:42+03:00")
        answer = self.post({})
        self.assertEqual(200, answer.status, answer)
        self.assertEqual({"status", "result"}, set(answer.json))
        self.assertEqual("OK", answer.json["status"])
        self.assertEqual({"paging", "warehouses"}, set(answer.json["result"]))
        self.assertEqual({}, answer.json["result"]["paging"])
        warehouse, = answer.json["result"]["warehouses"]
        self.assertEqual({"warehouseId", "offers"}, set(warehouse))
        self.assertEqual(WAREHOUSE[self.campaign], warehouse["warehouseId"])
        offer, = warehouse["offers"]
        self.assertEqual({"offerId", "stocks", "updatedAt"}, set(offer))
        self.assertEqual("A-1", offer["offerId"])
        self.assertRegex(offer["updatedAt"], r"^2023-11-20T21:42:42(\.000)?Z$")
        self.assertCountEqual([{"type": "FIT", "count": 18}, {"type": "FREEZE", "count": 0},
                               {"type": "AVAILABLE", "count": 18}], offer["stocks"])

    def test_a_campaign_without_stock_has_no_warehouses(self):
        """C22, C23: `warehouses` is empty, `paging` is there."""
        answer = self.post({})
        self.assertEqual(200, answer.status, answer)
        self.assertEqual({"status": "OK", "result": {"paging": {}, "warehouses": []}}, answer.json)

    def test_a_sku_with_zero_is_returned_with_zeros(self):
        """C22."""
        self.put_count("A", 0)
        stocks = {stock["type"]: stock["count"] for stock in self.offer("A")["stocks"]}
        self.assertEqual({"FIT": 0, "FREEZE": 0, "AVAILABLE": 0}, stocks)

    def test_all_models_may_ask(self):
        for campaign in (C, DBS, EXPRESS, F):
            with self.subTest(campaign=campaign):
                self.assertEqual(200, self.post({}, campaign).status)

    def test_fby_without_stock_is_an_empty_answer(self):
        self.assertEqual([], self.post(None, F).json["result"]["warehouses"])

    def test_all_reading_scopes_may_ask(self):
        for token in (VIEWER, STOCK_VIEWER):
            with self.subTest(token=token):
                self.assertEqual(200, self.post({}, token=token).status)

    def test_all_four_forms_of_the_path_are_one_method(self):
        self.put_count("A", 1)
        for version in ("/v2", ""):
            for suffix in ("", ".json"):
                with self.subTest(version=version, suffix=suffix):
                    path = stocks_path(self.campaign, version, suffix)
                    self.assertEqual(self.post({}).json, self.send("POST", path, {}).json)

    def test_no_body_is_an_empty_object(self):
        """§2: with and without Content-Type, with and without Content-Length."""
        self.put_count("A", 1)
        expected = self.post({}).json
        for headers in ({}, {"Content-Type": "application/json"}, {"Content-Length": "0"},
                        {"Content-Type": "application/json", "Content-Length": "0"}):
            with self.subTest(headers=headers):
                self.assertEqual(expected, self.post(None, headers=headers).json)

    def test_unknown_fields_and_parameters_are_ignored(self):
        """C55: among them `stocksOnWarehouse`, the documentation's slip."""
        self.put_count("A", 1)
        answer = self.post({"stocksOnWarehouse": 1, "x": [{}]}, query={"x": 1, "y": ""})
        self.assertEqual(self.post({}).json, answer.json)

    def test_an_unknown_campaign_is_404_somebody_elses_403(self):
        """C26: though 404 is not listed for this method."""
        self.assert_refused(self.post({}, UNKNOWN), 404, "Campaign not found: '1'")
        self.assert_refused(self.post({}, FOREIGN), 403, "Access denied")


class Filters(StockdCase):

    def test_listed_skus_are_found_after_trimming(self):
        """C2, C18."""
        self.assert_ok(self.put(body_of(one("A", 1), one("B", 2))))
        self.assertEqual(["A"], self.skus(body={"offerIds": [" A\t"]}))

    def test_listed_skus_are_all_returned_whatever_the_limit(self):
        """C18: paging is ignored with `offerIds`."""
        self.assert_ok(self.put(body_of(*(one(f"S{n}", n) for n in range(500)))))
        listed = [f"S{n}" for n in range(500)]
        for query in (None, {"limit": 1}, {"limit": 200}):
            with self.subTest(query=query):
                result = self.post({"offerIds": listed}, query=query).json["result"]
                found = [offer["offerId"] for offer in result["warehouses"][0]["offers"]]
                self.assertEqual(sorted(listed), sorted(found))
                self.assertEqual({}, result["paging"])

    def test_paging_with_listed_skus_is_still_range_checked(self):
        """C18."""
        for limit in (0, 201):
            with self.subTest(limit=limit):
                answer = self.post({"offerIds": ["A"]}, query={"limit": limit})
                self.assert_refused(answer, 400, starts="Parameter limit must be")

    def test_archived_is_ignored_with_listed_skus(self):
        """C18."""
        self.put_count("A", 1)
        for archived in (True, False):
            with self.subTest(archived=archived):
                self.assertEqual(["A"], self.skus(body={"offerIds": ["A"], "archived": archived}))

    def test_only_archived_are_none_when_nothing_is_archived(self):
        self.put_count("A", 1)
        self.assertEqual([], self.skus(body={"archived": True}))
        self.assertEqual(["A"], self.skus(body={"archived": False}))

    def test_null_offer_ids_are_absent(self):
        """C18."""
        self.put_count("A", 1)
        self.assertEqual(["A"], self.skus(body={"offerIds": None}))

    def test_duplicate_offer_ids_after_trimming_are_refused(self):
        """C18."""
        answer = self.post({"offerIds": ["B", "A", " A "]})
        self.assert_refused(answer, 400, "offerIds elements must be unique (rejected value: A)")

    def test_a_listed_sku_the_campaign_does_not_know_is_missing(self):
        """C19."""
        self.put_count("A", 1)
        self.assertEqual(["A"], self.skus(body={"offerIds": ["unknown", "A"]}))
        self.assertEqual([], self.skus(body={"offerIds": ["unknown"]}))

    def test_the_own_warehouse_may_be_asked_for(self):
        self.put_count("A", 1)
        own = {"stocksWarehouseId": WAREHOUSE[self.campaign]}
        self.assertEqual(["A"], self.skus(body=own))
        self.assertEqual(["A"], self.skus(body={**own, "offerIds": ["A"]}))

    def test_a_warehouse_of_another_campaign_gives_no_warehouses(self):
        """C20: 200, whether it exists or not."""
        self.put_count("A", 1)
        for warehouse in (WAREHOUSE[DBS], WAREHOUSE[FOREIGN], MARKET_WAREHOUSE, 9 * 10 ** 18):
            with self.subTest(warehouse=warehouse):
                answer = self.post({"stocksWarehouseId": warehouse})
                self.assertEqual(200, answer.status, answer)
                self.assertEqual([], answer.json["result"]["warehouses"])

    def test_has_stocks_splits_present_from_absent(self):
        """C20: on a campaign that is not FBY as well."""
        self.assert_ok(self.put(body_of(one("some", 5), one("none", 0))))
        own = {"stocksWarehouseId": WAREHOUSE[self.campaign]}
        self.assertEqual(["some"], self.skus(body={**own, "hasStocks": True}))
        self.assertEqual(["none"], self.skus(body={**own, "hasStocks": False}))

    def test_has_stocks_alone_is_refused_and_both_fields_are_named(self):
        """C20."""
        for value in (True, False):
            with self.subTest(value=value):
                answer = self.post({"hasStocks": value})
                self.assert_refused(answer, 400)
                self.assertIn("hasStocks", answer.message)
                self.assertIn("stocksWarehouseId", answer.message)

    def test_turnover_is_accepted_and_absent(self):
        """C21: on a campaign that is not FBY."""
        self.put_count("A", 1)
        offer, = self.offers(body={"withTurnover": True})
        self.assertNotIn("turnoverSummary", offer)

    def test_a_group_member_shows_only_its_own_warehouse(self):
        """C58."""
        sku = self.new_sku()
        self.put_count(sku, 1, campaign=C)
        for campaign in (C, D):
            with self.subTest(campaign=campaign):
                found = self.post({"offerIds": [sku]}, campaign).json["result"]["warehouses"]
                self.assertEqual([WAREHOUSE[campaign]],
                                 [warehouse["warehouseId"] for warehouse in found])
