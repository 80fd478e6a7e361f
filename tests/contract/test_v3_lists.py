"""Reading stock and warehouses by v3, and switching a model of a warehouse (CONTRACT §14)."""

from tests.contract.case import body_of, moment, one, stocks_path
from tests.contract.registry import (ADDRESS, BUSINESS, C, FOREIGN, NO_SCOPES, OTHER_BUSINESS,
                                     READ_SCOPES, SOLO, SOLO_DBS, SOLO_EXPRESS, SOLO_INACTIVE,
                                     SOLO_INVENTORY, SOLO_SPARE, SOLO_VIEWER, SOLO_WRITER,
                                     WAREHOUSE)
from tests.contract.v3 import (V3Case, not_ours, status_path, stocks_v3_path, warehouses_path)


class Read(V3Case):

    def offers(self, campaign, query="", **more):
        return [offer["offerId"]
                for offer in self.result(self.read(campaign, query, **more))["offers"]]

    def fill(self, how_many):
        self.assert_ok(self.put(body_of(*(one(f"S{n:03}", n) for n in range(how_many)))))
        return [f"S{n:03}" for n in range(how_many)]

    def test_an_answer_has_one_warehouse(self):
        stamp = moment(-60)
        self.put_count("A", 3, stamp)
        self.assertEqual({"partnerWarehouseId": WAREHOUSE[self.campaign], "paging": {}, "offers": [
            {"offerId": "A", "updatedAt": stamp,
             "stocks": [{"type": "FIT", "count": 3}, {"type": "FREEZE", "count": 0},
                        {"type": "AVAILABLE", "count": 3}]}]}, self.result(
                            self.read(self.campaign)))

    def test_an_empty_warehouse(self):
        self.assertEqual([], self.offers(self.campaign))

    def test_50_by_default_and_never_more_than_100(self):
        skus = self.fill(120)
        self.assertEqual(skus[:50], self.offers(self.campaign))
        for limit in (100, 101, 200, 2147483647):
            self.assertEqual(skus[:100], self.offers(self.campaign, f"?limit={limit}"))

    def test_the_pages_hold_every_sku_once(self):
        skus = self.fill(25)
        for spelling in ("pageToken", "page_token"):
            seen, query = [], "?limit=10"
            while True:
                result = self.result(self.read(self.campaign, query))
                seen += [offer["offerId"] for offer in result["offers"]]
                if not result["paging"]:
                    break
                self.assertEqual({"nextPageToken"}, set(result["paging"]))
                query = f"?limit=10&{spelling}={result['paging']['nextPageToken']}"
            self.assertEqual(skus, seen)

    def test_a_token_is_bound_to_its_list(self):
        self.fill(3)
        token = self.result(self.read(self.campaign, "?limit=1"))["paging"]["nextPageToken"]
        query = f"?page_token={token}"
        self.assertEqual(["S001", "S002"], self.offers(self.campaign, query))
        for answer in (self.read(self.new_campaign(), query),
                       self.read(self.campaign, query, archived=True),
                       self.send("POST", stocks_path(self.campaign) + query, {}),
                       self.read(self.campaign, "?pageToken=abc")):
            self.assert_refused(answer, 400, "Bad page token")

    def test_offer_ids_are_returned_in_one_piece(self):
        self.fill(120)
        wanted = [f"S{n:03}" for n in range(119, -1, -1)]
        result = self.result(self.read(self.campaign, "?limit=5", offerIds=wanted + ["unknown"]))
        self.assertEqual(wanted, [offer["offerId"] for offer in result["offers"]])
        self.assertEqual({}, result["paging"])

    def test_archived_offers_are_shown_when_they_are_asked_for(self):
        for sku in ("kept", "archived"):  # A name that no other test uses: it is the business's.
            self.put_count(sku, 1)
        path = f"/v2/businesses/{SOLO}/offer-mappings/archive"
        answer = self.send("POST", path, {"offerIds": ["archived"]})
        self.assertEqual(200, answer.status, answer)
        self.assertEqual(["kept"], self.offers(self.campaign))
        self.assertEqual(["archived"], self.offers(self.campaign, archived=True))
        self.assertEqual(["archived", "kept"],
                         self.offers(self.campaign, offerIds=["archived", "kept"]))

    def test_deleted_offers_are_not_shown(self):
        self.fill(3)
        path = f"/v2/campaigns/{self.campaign}/offers/delete"
        self.assertEqual(200, self.send("POST", path, {"offerIds": ["S001"]}).status)
        self.assertEqual(["S000", "S002"], self.offers(self.campaign))
        self.assertEqual(["S000"], self.offers(self.campaign, offerIds=["S001", "S000"]))

    def test_hidden_offers_are_shown(self):
        """C13."""
        self.fill(1)
        self.send("POST", f"/v2/campaigns/{self.campaign}/hidden-offers",
                  {"hiddenOffers": [{"offerId": "S000"}]})
        self.assertEqual(["S000"], self.offers(self.campaign))

    def test_bad_bodies(self):
        here = WAREHOUSE[self.campaign]
        for body, message in (
                (None, "Required request body is missing"), ("{", "Unexpected end of content"),
                ([], "Illegal input at '$'"),
                ({}, "partnerWarehouseId must not be null (rejected value: null)"),
                ({"stocksWarehouseId": here},
                 "partnerWarehouseId must not be null (rejected value: null)"),
                ({"partnerWarehouseId": 0}, "partnerWarehouseId must be greater than or equal to 1"
                                            " (rejected value: 0)"),
                ({"partnerWarehouseId": here, "archived": "no"}, "Illegal input at 'archived'"),
                ({"partnerWarehouseId": here, "offerIds": []},
                 "offerIds size must be between 1 and 500 (rejected size: 0)"),
                ({"partnerWarehouseId": here, "offerIds": [f"S{n}" for n in range(501)]},
                 "offerIds size must be between 1 and 500 (rejected size: 501)"),
                ({"partnerWarehouseId": here, "offerIds": ["A", "A "]},
                 "offerIds elements must be unique (rejected value: A)")):
            with self.subTest(body=body):
                self.assert_refused(self.send("POST", stocks_v3_path(), body), 400, message)
        for limit, message in ((0, "Parameter limit must be greater than or equal to 1"
                                   " (rejected value: 0)"), ("x", "Type mismatch: 'x'")):
            self.assert_refused(self.read(self.campaign, f"?limit={limit}"), 400, message)

    def test_bad_warehouses(self):
        for warehouse in (WAREHOUSE[FOREIGN], 999999999):
            answer = self.send("POST", stocks_v3_path(), {"partnerWarehouseId": warehouse})
            self.assert_refused(answer, 400, not_ours(warehouse), code="INVALID_WAREHOUSE_ID")
        self.assert_refused(
            self.read(SOLO_INACTIVE), 403,
            f"Access denied for campaign '{SOLO_INACTIVE}' because it is not active")

    def test_scopes(self):
        body = {"partnerWarehouseId": WAREHOUSE[self.campaign]}
        self.assert_scopes(self.send("POST", stocks_v3_path(), body, token=SOLO_INVENTORY),
                           READ_SCOPES)
        for token in (SOLO_VIEWER, SOLO_WRITER):
            self.assertEqual(200, self.send("POST", stocks_v3_path(), body, token=token).status)
        self.assert_refused(self.send("POST", stocks_v3_path(BUSINESS), body), 403,
                            "Access denied")


class Warehouses(V3Case):

    def page(self, body=None, query=""):
        result = self.result(self.send("POST", warehouses_path() + query, body))
        return result["warehouses"], result["paging"]

    def test_a_warehouse_has_these_fields(self):
        ids = [WAREHOUSE[campaign] for campaign in (SOLO_DBS, SOLO_EXPRESS, SOLO_INACTIVE)]
        found, _ = self.page({"warehouseIds": ids})
        self.assertEqual([
            {"id": WAREHOUSE[campaign], "name": f"Warehouse of {campaign}",
             "models": [{"placementType": model, "apiAvailability": availability}]}
            for campaign, model, availability in (
                (SOLO_DBS, "DBS", "AVAILABLE"), (SOLO_EXPRESS, "EXPRESS", "AVAILABLE"),
                (SOLO_INACTIVE, "FBS", "MANUALLY_DISABLED"))], found)

    def test_the_address_is_shown_when_it_is_asked_for(self):
        found, _ = self.page({"warehouseIds": [WAREHOUSE[SOLO_DBS]], "components": ["ADDRESS"]})
        self.assertEqual(ADDRESS, found[0]["address"])

    def test_15_by_default_and_30_at_most(self):
        first = [WAREHOUSE[campaign] for campaign in SOLO_SPARE]
        for body in (None, {}, {"warehouseIds": None, "components": None}):
            self.assertEqual(first[:15], [one["id"] for one in self.page(body)[0]])
        self.assertEqual(first[:30], [one["id"] for one in self.page({}, "?limit=30")[0]])
        self.assert_refused(
            self.send("POST", warehouses_path() + "?limit=31", {}), 400,
            "Parameter limit must be less than or equal to 30 (rejected value: 31)")

    def test_the_pages_hold_every_warehouse_once(self):
        everything = sorted(WAREHOUSE[campaign] for campaign in
                            (*SOLO_SPARE, SOLO_DBS, SOLO_EXPRESS, SOLO_INACTIVE))
        for body, wanted in (({}, everything),
                             ({"warehouseIds": everything[40:1:-1]}, everything[2:41])):
            seen, query = [], "?limit=9"
            while True:
                found, paging = self.page(body, query)
                seen += [one["id"] for one in found]
                if not paging:
                    break
                query = f"?limit=9&pageToken={paging['nextPageToken']}"
            self.assertEqual(wanted, seen)

    def test_warehouses_of_others_are_left_out(self):
        ids = [WAREHOUSE[FOREIGN], WAREHOUSE[SOLO_DBS], 999999999, WAREHOUSE[C]]
        found, paging = self.page({"warehouseIds": ids})
        self.assertEqual(([WAREHOUSE[SOLO_DBS]], {}), ([one["id"] for one in found], paging))

    def test_bad_bodies(self):
        for body, message in (
                ("{", "Unexpected end of content"), ([], "Illegal input at '$'"),
                ({"warehouseIds": []}, "warehouseIds size must be between 1 and 500"
                                       " (rejected size: 0)"),
                ({"warehouseIds": list(range(1, 502))},
                 "warehouseIds size must be between 1 and 500 (rejected size: 501)"),
                ({"warehouseIds": [5, 0]}, "warehouseIds[1] must be greater than or equal to 1"
                                           " (rejected value: 0)"),
                ({"warehouseIds": [5, 5]}, "warehouseIds elements must be unique"
                                           " (rejected value: 5)"),
                ({"components": []}, "components must not be empty (rejected value: [])"),
                ({"components": ["STATUS"]}, "Illegal input at 'components[0]'")):
            with self.subTest(body=body):
                self.assert_refused(self.send("POST", warehouses_path(), body), 400, message)
        self.assert_refused(self.send("POST", warehouses_path() + "?pageToken=x", {}), 400,
                            "Bad page token")

    def test_scopes(self):
        """The scope trap is here, too."""
        wanted = {"inventory-and-order-processing", "inventory-and-order-processing:read-only",
                  "all-methods", "all-methods:read-only"}
        self.assert_scopes(self.send("POST", warehouses_path(), {}, token=SOLO_WRITER), wanted)
        for token in (SOLO_VIEWER, SOLO_INVENTORY):
            self.assertEqual(200, self.send("POST", warehouses_path(), {}, token=token).status)
        self.assert_refused(self.send("POST", warehouses_path(OTHER_BUSINESS), {}), 403,
                            "Access denied")


class ModelStatus(V3Case):

    def switch(self, campaign, model, enabled, **how):
        return self.send("POST", status_path(), {"partnerWarehouseId": WAREHOUSE[campaign],
                                                 "model": model, "enabled": enabled}, **how)

    def status(self, campaign):
        """As v2 tells it."""
        answer = self.send("POST", f"/v2/businesses/{SOLO}/warehouses",
                           {"campaignIds": [campaign], "components": ["STATUS"]})
        return self.result(answer)["warehouses"][0]["status"]["status"]

    def test_every_model_is_switched_off_and_on(self):
        for campaign, model in ((self.campaign, "FBS"), (SOLO_DBS, "DBS"),
                                (SOLO_EXPRESS, "EXPRESS")):
            with self.subTest(model=model):
                self.assert_ok(self.switch(campaign, model, False))
                self.assertEqual("DISABLED_MANUALLY", self.status(campaign))
                self.assert_ok(self.switch(campaign, model, True))
                self.assertEqual("OTHER", self.status(campaign))

    def test_it_survives_a_power_cut(self):
        self.assert_ok(self.switch(self.campaign, "FBS", False))
        self.server.kill()
        self.server.start()
        self.api.close()
        self.api.address = self.server.address
        self.assertEqual("DISABLED_MANUALLY", self.status(self.campaign))

    def test_another_model_than_the_warehouse_has(self):
        for campaign, model, other in ((self.campaign, "FBS", "DBS"),
                                       (self.campaign, "FBS", "EXPRESS"),
                                       (SOLO_EXPRESS, "EXPRESS", "FBS")):
            answer = self.switch(campaign, other, False)
            self.assert_refused(answer, 400, f"model must be {model} for warehouse"
                                             f" '{WAREHOUSE[campaign]}' (rejected value: {other})")
            self.assertEqual("OTHER", self.status(campaign))

    def test_bad_bodies(self):
        good = {"partnerWarehouseId": WAREHOUSE[self.campaign], "model": "FBS", "enabled": False}
        for more, message in (
                ({"partnerWarehouseId": None},
                 "partnerWarehouseId must not be null (rejected value: null)"),
                ({"partnerWarehouseId": "1"}, "Illegal input at 'partnerWarehouseId'"),
                ({"model": None}, "model must not be null (rejected value: null)"),
                ({"model": "FBY"}, "Illegal input at 'model'"),
                ({"enabled": None}, "enabled must not be null (rejected value: null)"),
                ({"enabled": "no"}, "Illegal input at 'enabled'")):
            with self.subTest(more=more):
                self.assert_refused(self.send("POST", status_path(), {**good, **more}), 400,
                                    message)
        answer = self.send("POST", status_path(), {})
        self.assertEqual(3, len(answer.errors))
        self.assert_refused(self.send("POST", status_path()), 400,
                            "Required request body is missing")
        self.assertEqual("OTHER", self.status(self.campaign))

    def test_bad_warehouses(self):
        for warehouse in (WAREHOUSE[FOREIGN], 999999999):
            answer = self.send("POST", status_path(), {"partnerWarehouseId": warehouse,
                                                       "model": "FBS", "enabled": False})
            self.assert_refused(answer, 400, not_ours(warehouse), code="INVALID_WAREHOUSE_ID")
        self.assert_refused(
            self.switch(SOLO_INACTIVE, "FBS", False), 403,
            f"Access denied for campaign '{SOLO_INACTIVE}' because it is not active")

    def test_scopes(self):
        for token in (SOLO_WRITER, SOLO_VIEWER):
            self.assert_scopes(self.switch(self.campaign, "FBS", False, token=token),
                               {"inventory-and-order-processing", "all-methods"})
        self.assertEqual("OTHER", self.status(self.campaign))
        self.assert_ok(self.switch(self.campaign, "FBS", False, token=SOLO_INVENTORY))
        self.assert_refused(self.switch(self.campaign, "FBS", False, token=NO_SCOPES), 403)
