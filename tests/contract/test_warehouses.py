"""Warehouses (CONTRACT §6): the Market's, a seller's at once and paged, switching one. C38."""

from tests.contract import registry
from tests.contract.case import StockdCase
from tests.contract.registry import (ADDRESS, BUSINESS, C, D, DBS, EXPRESS, F, FOREIGN, FULL,
                                     INACTIVE, INVENTORY, INVENTORY_VIEWER, MARKET_WAREHOUSE,
                                     NO_SCOPES, OAUTH, OTHER, OTHER_BUSINESS, PRICES,
                                     RETURNS_WAREHOUSE, STOCK_VIEWER, UNKNOWN, VIEWER, WAREHOUSE,
                                     WRITER)

MARKET = "/v2/warehouses"
READ_SCOPES = {"inventory-and-order-processing", "inventory-and-order-processing:read-only",
               "all-methods", "all-methods:read-only"}
WRITE_SCOPES = {"inventory-and-order-processing", "all-methods"}


def seller_path(business=BUSINESS):
    return f"/v2/businesses/{business}/warehouses"


def status_path(campaign):
    return f"/v2/campaigns/{campaign}/warehouse/status"


def own_warehouses():
    """Returns the ids of all warehouses of BUSINESS in order, as the registry has them."""
    document = registry.build()
    own = {campaign["id"] for campaign in document["campaigns"]
           if campaign["businessId"] == BUSINESS}
    return sorted(one["id"] for one in document["warehouses"] if one["campaignId"] in own)


class WarehousesCase(StockdCase):

    def warehouses(self, answer):
        self.assertEqual(200, answer.status, answer)
        self.assertEqual("OK", answer.json["status"])
        return answer.json["result"]["warehouses"]

    def page(self, body=None, query="", **how):
        answer = self.send("POST", seller_path() + query, body, **how)
        return self.warehouses(answer), answer.json["result"]["paging"]

    def assert_scopes(self, answer, scopes):
        self.assert_refused(answer, 403, starts=(
            "Token does not have any of the scopes to access the API method: "))
        self.assertEqual(scopes, set(answer.message.split(": ", 1)[1].split(", ")))


class MarketWarehouses(WarehousesCase):

    def test_without_a_campaign_all_are_listed(self):
        self.assertEqual([{"id": MARKET_WAREHOUSE, "name": "Sofyino"},
                          {"id": RETURNS_WAREHOUSE, "name": "Returns"}],
                         self.warehouses(self.send("GET", MARKET)))

    def test_of_a_campaign_those_that_its_goods_may_lie_in(self):
        for campaign, wanted in ((F, MARKET_WAREHOUSE), (C, RETURNS_WAREHOUSE),
                                 (DBS, RETURNS_WAREHOUSE)):
            with self.subTest(campaign=campaign):
                answer = self.send("GET", f"{MARKET}?campaignId={campaign}")
                self.assertEqual([wanted], [one["id"] for one in self.warehouses(answer)])

    def test_bad_campaigns(self):
        for campaign, status, message in (
                (UNKNOWN, 404, f"Campaign not found: '{UNKNOWN}'"),
                (FOREIGN, 403, "Access denied"),
                (INACTIVE, 403, f"Access denied for campaign '{INACTIVE}' because it is not"
                                " active"),
                ("x", 400, "Type mismatch: 'x'"), ("", 400, "Type mismatch: ''"),
                (0, 400, "Parameter campaignId must be greater than or equal to 1"
                         " (rejected value: 0)")):
            with self.subTest(campaign=campaign):
                self.assert_refused(self.send("GET", f"{MARKET}?campaignId={campaign}"), status,
                                    message)

    def test_any_scope_suffices(self):
        for token in (FULL, WRITER, VIEWER, PRICES, OTHER):
            self.assertEqual(200, self.send("GET", MARKET, token=token).status)
        self.assert_refused(self.send("GET", MARKET, token=NO_SCOPES), 403)
        self.assert_refused(self.send("GET", MARKET, token=None), 401)

    def test_paths_and_verbs(self):
        for path in ("/warehouses", "/v2/warehouses.json", "/warehouses.json"):
            self.assertEqual(200, self.send("GET", path).status)
        self.assert_refused(self.send("GET", "/v3/warehouses"), 404)
        self.assert_refused(self.send("POST", MARKET, {}), 405)


class SellerWarehouses(WarehousesCase):

    def listed(self):
        answer = self.send("GET", seller_path())
        self.assertEqual(200, answer.status, answer)
        self.assertEqual({"warehouses", "warehouseGroups"}, set(answer.json["result"]))
        return answer.json["result"]

    def test_warehouses_are_listed_alone_or_in_their_group(self):
        result = self.listed()
        alone = [one["id"] for one in result["warehouses"]]
        grouped = [one["id"] for group in result["warehouseGroups"] for one in group["warehouses"]]
        self.assertEqual(own_warehouses(), sorted(alone + grouped))
        self.assertTrue({WAREHOUSE[DBS], WAREHOUSE[EXPRESS]} <= set(alone))
        self.assertNotIn(WAREHOUSE[C], alone)

    def test_a_warehouse_has_these_fields(self):
        found = {one["id"]: one for one in self.listed()["warehouses"]}
        self.assertEqual({"id": 507, "name": f"Warehouse of {EXPRESS}", "campaignId": EXPRESS,
                          "express": True}, found[507])
        self.assertIs(False, found[506]["express"])

    def test_a_group_has_a_name_a_main_warehouse_and_members(self):
        """§6: it has no id here."""
        group, = (one for one in self.listed()["warehouseGroups"] if one["name"] == "Group 77")
        first = {"id": 501, "name": f"Warehouse of {C}", "campaignId": C, "express": False,
                 "address": ADDRESS}
        second = {"id": 502, "name": f"Warehouse of {D}", "campaignId": D, "express": False}
        self.assertEqual({"name": "Group 77", "mainWarehouse": first,
                          "warehouses": [first, second]}, group)
        self.assertEqual(21, len(self.listed()["warehouseGroups"]))

    def test_a_business_without_groups_or_warehouses(self):
        answer = self.send("GET", seller_path(OTHER_BUSINESS), token=OTHER)
        self.assertEqual([601], [one["id"] for one in self.warehouses(answer)])
        self.assertEqual([], answer.json["result"]["warehouseGroups"])

    def test_bad_businesses(self):
        for verb, body in (("GET", None), ("POST", {})):
            for business, status, message in (
                    (OTHER_BUSINESS, 403, "Access denied"), (999999, 403, "Access denied"),
                    ("abc", 400, "Type mismatch: 'abc'"),
                    (0, 400, "businessId must be greater than or equal to 1"
                             " (rejected value: 0)")):
                with self.subTest(verb=verb, business=business):
                    self.assert_refused(self.send(verb, seller_path(business), body), status,
                                        message)

    def test_the_scope_trap(self):
        """§6: who may write stocks may not list warehouses."""
        for verb, body in (("GET", None), ("POST", {})):
            for token in (WRITER, STOCK_VIEWER, PRICES, NO_SCOPES):
                with self.subTest(verb=verb, token=token):
                    self.assert_scopes(self.send(verb, seller_path(), body, token=token),
                                       READ_SCOPES)
            for token in (INVENTORY, INVENTORY_VIEWER, VIEWER, FULL):
                with self.subTest(verb=verb, token=token):
                    self.assertEqual(200, self.send(verb, seller_path(), body, token=token).status)
            answer = self.send(verb, seller_path(), body, token=None,
                               headers={"Authorization": f"Bearer {OAUTH}"})
            self.assertEqual(200, answer.status)

    def test_all_forms_of_the_path(self):
        for path in (f"/businesses/{BUSINESS}/warehouses", seller_path() + ".json"):
            self.assertEqual(200, self.send("GET", path).status)
            self.assertEqual(200, self.send("POST", path, {}).status)
        answer = self.send("PUT", seller_path(), {})
        self.assert_refused(answer, 405)
        self.assertEqual({"GET", "POST"}, set(answer.header("Allow").split(", ")))


class PagedWarehouses(WarehousesCase):

    def test_without_a_body_the_first_15_are_listed(self):
        for body in (None, {}, {"campaignIds": None, "components": None}):
            with self.subTest(body=body):
                found, paging = self.page(body)
                self.assertEqual(own_warehouses()[:15], [one["id"] for one in found])
                self.assertEqual({"nextPageToken"}, set(paging))

    def test_the_pages_hold_every_warehouse_once(self):
        for limit, spelling in ((25, "page_token"), (7, "pageToken")):
            seen, query = [], f"?limit={limit}"
            while True:
                found, paging = self.page({}, query)
                seen += [one["id"] for one in found]
                if not paging:
                    break
                query = f"?limit={limit}&{spelling}={paging['nextPageToken']}"
            self.assertEqual(own_warehouses(), seen)

    def test_fields_of_alone_and_grouped_warehouses(self):
        found, _ = self.page({})
        by_id = {one["id"]: one for one in found}
        self.assertEqual({"id": 501, "name": f"Warehouse of {C}", "campaignId": C,
                          "express": False, "groupInfo": {"id": 77, "name": "Group 77"}},
                         by_id[501])
        self.assertEqual(by_id[501]["groupInfo"], by_id[502]["groupInfo"])
        self.assertEqual({"id", "name", "campaignId", "express"}, set(by_id[507]))
        self.assertIs(True, by_id[507]["express"])

    def test_components_are_shown_when_they_are_asked_for(self):
        for components, of_501, of_502 in (
                (["ADDRESS"], {"address": ADDRESS}, {}),
                (["STATUS"], {"status": {"status": "OTHER"}}, {"status": {"status": "OTHER"}}),
                (["STATUS", "ADDRESS"], {"address": ADDRESS, "status": {"status": "OTHER"}},
                 {"status": {"status": "OTHER"}})):
            with self.subTest(components=components):
                found, _ = self.page({"campaignIds": [C, D], "components": components})
                for one, more in zip(found, (of_501, of_502)):
                    self.assertEqual(more, {name: one[name] for name in ("address", "status")
                                            if name in one})

    def test_campaign_ids_choose(self):
        found, paging = self.page({"campaignIds": [EXPRESS, C, F]})
        self.assertEqual([501, 507], [one["id"] for one in found])
        self.assertEqual({}, paging)

    def test_chosen_warehouses_come_in_pages_too(self):
        body = {"campaignIds": [EXPRESS, C, DBS]}
        found, paging = self.page(body, "?limit=2")
        self.assertEqual([501, 506], [one["id"] for one in found])
        token = paging["nextPageToken"]
        found, paging = self.page(body, f"?limit=2&page_token={token}")
        self.assertEqual(([507], {}), ([one["id"] for one in found], paging))
        for other in ({}, {"campaignIds": [EXPRESS, C]}):
            answer = self.send("POST", f"{seller_path()}?page_token={token}", other)
            self.assert_refused(answer, 400, "Bad page token")

    def test_campaigns_of_others_are_refused(self):
        for campaign in (FOREIGN, UNKNOWN):
            answer = self.send("POST", seller_path(), {"campaignIds": [C, campaign]})
            self.assert_refused(answer, 403, "Access denied")

    def test_bounds_of_limit(self):
        self.assertEqual(25, len(self.page({}, "?limit=25")[0]))
        for limit, message in (
                (26, "Parameter limit must be less than or equal to 25 (rejected value: 26)"),
                (0, "Parameter limit must be greater than or equal to 1 (rejected value: 0)"),
                ("x", "Type mismatch: 'x'")):
            self.assert_refused(self.send("POST", f"{seller_path()}?limit={limit}", {}), 400,
                                message)

    def test_bad_bodies(self):
        for body, message in (
                ("{", "Unexpected end of content"), ([], "Illegal input at '$'"),
                ({"campaignIds": []}, "campaignIds size must be between 1 and 25"
                                      " (rejected size: 0)"),
                ({"campaignIds": list(range(1, 27))}, "campaignIds size must be between 1 and 25"
                                                      " (rejected size: 26)"),
                ({"campaignIds": [C, 0]}, "campaignIds[1] must be greater than or equal to 1"
                                          " (rejected value: 0)"),
                ({"campaignIds": [C, D, C]}, f"campaignIds elements must be unique"
                                             f" (rejected value: {C})"),
                ({"campaignIds": ["1"]}, "Illegal input at 'campaignIds[0]'"),
                ({"components": []}, "components must not be empty (rejected value: [])"),
                ({"components": ["PRICE"]}, "Illegal input at 'components[0]'"),
                ({"components": ["STATUS", "STATUS"]},
                 "components elements must be unique (rejected value: STATUS)")):
            with self.subTest(body=body):
                self.assert_refused(self.send("POST", seller_path(), body), 400, message)
        self.assert_refused(self.send("POST", seller_path(), {},
                                      headers={"Content-Type": "text/plain"}), 415)
        self.assert_refused(self.send("POST", seller_path(), b" " * 600000), 400,
                            starts="The request is too big")

    def test_a_token_that_was_never_given_out_is_bad(self):
        for token in ("abc", "%25", "eyBuZXh0SWQ6IDIzNDIgfQ=="):
            answer = self.send("POST", f"{seller_path()}?page_token={token}", {})
            self.assert_refused(answer, 400, "Bad page token")


class PagedWarehousesOfEdition2026(WarehousesCase):
    options = ("--no-limits", "--edition", "2026")

    def test_bounds_of_limit(self):
        self.assertEqual(15, len(self.page({})[0]))
        self.assertEqual(30, len(self.page({}, "?limit=30")[0]))
        self.assert_refused(
            self.send("POST", f"{seller_path()}?limit=31", {}), 400,
            "Parameter limit must be less than or equal to 30 (rejected value: 31)")

    def test_campaigns_of_others_are_named(self):
        answer = self.send("POST", seller_path(), {"campaignIds": [FOREIGN, C, UNKNOWN]})
        self.assert_refused(answer, 403, f"No access to campaigns: '{FOREIGN}, {UNKNOWN}'")

    def test_texts_of_bad_campaigns(self):
        self.assert_refused(self.send("GET", f"{MARKET}?campaignId={UNKNOWN}"), 404,
                            f"Campaign not found '{UNKNOWN}'")
        self.assert_refused(self.send("GET", f"{MARKET}?campaignId={INACTIVE}"), 403,
                            f"API for campaign '{INACTIVE}' disabled due to inactivity")


class Status(WarehousesCase):

    def switch(self, campaign, enabled, **how):
        return self.send("POST", status_path(campaign), {"enabled": enabled}, **how)

    def assert_switched(self, campaign, enabled, status):
        answer = self.switch(campaign, enabled)
        self.assertEqual(200, answer.status, answer)
        self.assertEqual({"status": "OK", "result": {"status": status}}, answer.json)
        self.assertEqual(status, self.status(campaign))

    def status(self, campaign):
        found, _ = self.page({"campaignIds": [campaign], "components": ["STATUS"]})
        return found[0]["status"]["status"]

    def test_a_warehouse_is_switched_off_and_on(self):
        self.assertEqual("OTHER", self.status(self.campaign))
        self.assert_switched(self.campaign, False, "DISABLED_MANUALLY")
        self.assert_switched(self.campaign, False, "DISABLED_MANUALLY")
        self.assert_switched(self.campaign, True, "OTHER")
        self.assert_switched(self.campaign, True, "OTHER")

    def test_nothing_else_of_the_warehouse_changes(self):
        before = self.page({"campaignIds": [C, D], "components": ["ADDRESS"]})
        self.assert_switched(C, False, "DISABLED_MANUALLY")
        self.assertEqual("OTHER", self.status(D))
        self.assertEqual(before, self.page({"campaignIds": [C, D], "components": ["ADDRESS"]}))
        self.assert_switched(C, True, "OTHER")

    def test_stocks_of_a_warehouse_that_is_off_are_read_and_written(self):
        """C38."""
        self.put_count("A", 5)
        self.assert_switched(self.campaign, False, "DISABLED_MANUALLY")
        self.assertEqual(5, self.count("A"))
        self.put_count("A", 6)
        self.assertEqual(6, self.count("A"))

    def test_every_model_of_sellers(self):
        for campaign in (DBS, EXPRESS):
            self.assert_switched(campaign, False, "DISABLED_MANUALLY")
            self.assert_switched(campaign, True, "OTHER")

    def test_the_markets_campaign_has_no_warehouse_to_switch(self):
        self.assert_refused(self.switch(F, False), 400, "Campaign type is not allowed",
                            code="CAMPAIGN_TYPE_NOT_SUPPORTED")

    def test_the_status_survives_a_restart_and_a_power_cut(self):
        """It is durable before it is answered, and a registry file that does not speak of it, read
        again at each start, does not undo it."""
        campaign = self.new_campaign()
        other = self.new_campaign()
        self.assert_switched(campaign, False, "DISABLED_MANUALLY")
        self.start_again()
        self.assertEqual("DISABLED_MANUALLY", self.status(campaign))
        self.assertEqual("OTHER", self.status(other))
        self.assert_switched(campaign, True, "OTHER")
        self.server.restart(*self.options)
        self.api.close()
        self.api.address = self.server.address
        self.assertEqual("OTHER", self.status(campaign))

    def start_again(self):
        self.server.kill()
        self.server.start()
        self.api.close()
        self.api.address = self.server.address

    def test_bad_campaigns(self):
        for campaign, status, message in (
                (UNKNOWN, 404, f"Campaign not found: '{UNKNOWN}'"),
                (FOREIGN, 403, "Access denied"),
                (INACTIVE, 403, f"Access denied for campaign '{INACTIVE}' because it is not"
                                " active"),
                ("abc", 400, "Type mismatch: 'abc'")):
            with self.subTest(campaign=campaign):
                self.assert_refused(self.switch(campaign, False), status, message)

    def test_scopes(self):
        for token in (WRITER, VIEWER, INVENTORY_VIEWER, PRICES, NO_SCOPES):
            with self.subTest(token=token):
                self.assert_scopes(self.switch(self.campaign, False, token=token), WRITE_SCOPES)
        self.assertEqual("OTHER", self.status(self.campaign))
        self.assertEqual(200, self.switch(self.campaign, False, token=INVENTORY).status)

    def test_bad_bodies_change_nothing(self):
        for body, message in (
                (None, "Required request body is missing"), ("{", "Unexpected end of content"),
                ({}, "enabled must not be null (rejected value: null)"),
                ({"enabled": None}, "enabled must not be null (rejected value: null)"),
                ({"enabled": 0}, "Illegal input at 'enabled'"),
                ({"enabled": "false"}, "Illegal input at 'enabled'"),
                ([False], "Illegal input at '$'")):
            with self.subTest(body=body):
                self.assert_refused(self.send("POST", status_path(self.campaign), body), 400,
                                    message)
        answer = self.send("POST", status_path(self.campaign), {"enabled": False},
                           headers={"Content-Type": "text/plain"})
        self.assert_refused(answer, 415)
        self.assertEqual("OTHER", self.status(self.campaign))

    def test_paths_and_verbs(self):
        path = f"/campaigns/{self.campaign}/warehouse/status"
        for form in (path, path + ".json", "/v2" + path + ".json"):
            self.assertEqual(200, self.send("POST", form, {"enabled": True}).status)
        self.assert_refused(self.send("POST", "/v3" + path, {"enabled": True}), 404)
        self.assert_refused(self.send("PUT", path, {"enabled": True}), 405)
