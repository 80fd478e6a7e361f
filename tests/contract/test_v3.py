"""Writing stock by v3 (CONTRACT §14): the same cells as v2, by business and warehouse. C67."""

from tests.contract.case import BODY_BYTES_MAX, body_of, moment, one, padded
from tests.contract.registry import (BUSINESS, C, FOREIGN, FULL, OTHER, OTHER_BUSINESS, PRICES,
                                     SOLO_DBS, SOLO_EXPRESS, SOLO_INACTIVE, SOLO_INVENTORY,
                                     SOLO_SPARE, SOLO_VIEWER, SOLO_WRITER, WAREHOUSE, WRITE_SCOPES)
from tests.contract.v3 import (V3Case, item, items, not_ours, status_path, stocks_v3_path,
                               update_path, warehouses_path)
from tests.harness.client import encode_body

GROUPED = f"Business '{BUSINESS}' has warehouse groups: use the methods of v2"


class Update(V3Case):

    def test_v2_reads_what_v3_writes_and_the_other_way_round(self):
        self.assert_ok(self.update(item("A", self.campaign, 5, updatedAt=moment(-60))))
        self.assertEqual(5, self.count("A"))
        self.put_count("A", 7)
        offer, = self.result(self.read(self.campaign, offerIds=["A"]))["offers"]
        self.assertEqual({"FIT": 7, "FREEZE": 0, "AVAILABLE": 7},
                         {stock["type"]: stock["count"] for stock in offer["stocks"]})

    def test_one_request_writes_to_several_warehouses(self):
        first, second = self.new_campaign(), self.new_campaign()
        self.assert_ok(self.update(item("A", first, 1), item("A", second, 2), item("B", first, 3),
                                   item("C", SOLO_DBS, 4), item("C", SOLO_EXPRESS, 5)))
        self.assertEqual((1, 3), (self.count("A", first), self.count("B", first)))
        self.assertEqual((2, None), (self.count("A", second), self.count("B", second)))
        self.assertEqual((4, 5), (self.count("C", SOLO_DBS), self.count("C", SOLO_EXPRESS)))

    def test_an_older_stamp_is_passed_over_in_its_warehouse_alone(self):
        """C7."""
        first, second = self.new_campaign(), self.new_campaign()
        stamp, older = moment(-100), moment(-200)
        self.put_count("A", 7, stamp, first)
        self.assert_ok(self.update(item("A", first, 5, updatedAt=older),
                                   item("A", second, 5, updatedAt=older)))
        self.assertEqual((7, 5), (self.count("A", first), self.count("A", second)))

    def test_two_thousand_items_in_forty_warehouses(self):
        campaigns = list(SOLO_SPARE)
        elements = [item(f"big-{n}", campaigns[n % 40], n) for n in range(2000)]
        self.assert_ok(self.send("POST", update_path(), items(*elements)))
        for n in (0, 1, 39, 40, 1999):
            self.assertEqual(n, self.count(f"big-{n}", campaigns[n % 40]))

    def test_sku_is_trimmed(self):
        self.assert_ok(self.update(item("  A\t", self.campaign, 5)))
        self.assertEqual(5, self.count("A"))

    def test_all_forms_of_the_path(self):
        """§0.1: the version is part of it."""
        body = items(item("A", self.campaign, 1))
        self.assert_ok(self.send("POST", update_path() + ".json", body))
        for path in (update_path()[3:], "/v2" + update_path()[3:], "/V3" + update_path()[3:],
                     update_path() + "/"):
            with self.subTest(path=path):
                self.assert_refused(self.send("POST", path, body), 404)
        answer = self.send("PUT", update_path(), body)
        self.assert_refused(answer, 405)
        self.assertEqual("POST", answer.header("Allow"))

    # What is refused, and then changes nothing.

    def refuse(self, body, status, message=None, **how):
        """Sends it with a witness in front that would change."""
        code = how.pop("code", None)
        self.put_count("witness", 7)
        if isinstance(body, dict) and isinstance(body.get("skuItems"), list):
            body = items(item("witness", self.campaign, 999), *body["skuItems"])
        answer = self.send("POST", update_path(), body, **how)
        self.assert_refused(answer, status, message, code=code)
        self.assertEqual(7, self.count("witness"))
        self.assert_alive()
        return answer

    def assert_alive(self):
        self.assertIsNone(self.server.exit_status(), self.server.stderr_tail())

    def test_bad_elements(self):
        here = WAREHOUSE[self.campaign]
        for element, message in (
                (5, "Illegal input at 'skuItems[1]'"),
                (None, "skuItems elements must be not null (rejected value: null)"),
                ({"partnerWarehouseId": here, "count": 1},
                 "skuItems[1].sku must not be null (rejected value: null)"),
                ({"sku": " ", "partnerWarehouseId": here, "count": 1},
                 "skuItems[1].sku size must be between 1 and 255 (rejected value: )"),
                ({"sku": "A", "count": 1},
                 "skuItems[1].partnerWarehouseId must not be null (rejected value: null)"),
                ({"sku": "A", "partnerWarehouseId": 0, "count": 1},
                 "skuItems[1].partnerWarehouseId must be greater than or equal to 1"
                 " (rejected value: 0)"),
                ({"sku": "A", "partnerWarehouseId": str(here), "count": 1},
                 "Illegal input at 'skuItems[1].partnerWarehouseId'"),
                ({"sku": "A", "partnerWarehouseId": here},
                 "skuItems[1].count must not be null (rejected value: null)"),
                ({"sku": "A", "partnerWarehouseId": here, "count": -1},
                 "skuItems[1].count must be greater than or equal to 0 (rejected value: -1)"),
                ({"sku": "A", "partnerWarehouseId": here, "count": 2000000001},
                 "skuItems[1].count must be less than or equal to 2000000000"
                 " (rejected value: 2000000001)"),
                ({"sku": "A", "partnerWarehouseId": here, "items": [{"count": 1}]},
                 "skuItems[1].count must not be null (rejected value: null)"),
                ({"sku": "A", "partnerWarehouseId": here, "count": 1, "updatedAt": "noon"},
                 "Illegal input at 'skuItems[1].updatedAt'")):
            with self.subTest(element=element):
                self.refuse(items(element), 400, message)

    def test_the_three_stock_errors(self):
        """§0.5. The past bound is v3's in both editions."""
        self.refuse(items(item("A", self.campaign, 1), item(" A", self.campaign, 2)), 400,
                    f"Duplicate shop-sku 'A' for warehouse '{WAREHOUSE[self.campaign]}'")
        self.refuse(items(item("A", self.campaign, 1, updatedAt=moment(3600))), 400,
                    "Stock for 'A' should not be in the future")
        self.refuse(items(item("A", self.campaign, 1, updatedAt=moment(-86400 - 60))), 400,
                    "Stock for 'A' should not be older than a day")
        self.assert_ok(self.update(item("A", self.campaign, 1, updatedAt=moment(-86400 + 60))))

    def test_sizes_of_the_list(self):
        missing = "skuItems size must be between 1 and 2000 (rejected size: 0)"
        for body in ({}, {"skuItems": None}, body_of(one("A", 1))):
            self.refuse(body, 400, missing)
        self.assert_refused(self.send("POST", update_path(), {"skuItems": []}), 400, missing)
        many = [item(f"S{n}", self.campaign, 1) for n in range(2000)]
        self.refuse(items(*many), 400,
                    "skuItems size must be between 1 and 2000 (rejected size: 2001)")

    def test_the_other_way_round_v2_does_not_know_sku_items(self):
        """§14, vector 4."""
        self.assert_refused(self.put(items(item("A", self.campaign, 1))), 400,
                            "skus size must be between 1 and 2000 (rejected size: 0)")

    def test_errors_come_in_document_order_up_to_20(self):
        """C5."""
        body = items(*(item(f"S{n}", SOLO_DBS, -n - 1) for n in range(25)))
        answer = self.refuse(body, 400)
        self.assertEqual(20, len(answer.errors))
        self.assertEqual(
            [f"skuItems[{n + 1}].count must be greater than or equal to 0"
             f" (rejected value: {-n - 1})" for n in range(20)],
            [error["message"] for error in answer.errors])

    def test_bad_json_and_bad_http(self):
        good = items(item("A", self.campaign, 1))
        self.refuse("{", 400, "Unexpected end of content")
        self.refuse([], 400, "Illegal input at '$'")
        self.refuse(None, 400, "Required request body is missing")
        self.refuse(b"\xff", 400)
        self.refuse(encode_body(good), 415, headers={"Content-Type": "text/plain"})
        self.refuse(padded(good, BODY_BYTES_MAX + 1), 400)
        self.assert_ok(self.send("POST", update_path(), padded(good, BODY_BYTES_MAX)))

    def test_warehouses_of_others_are_all_told(self):
        """A stranger's and one that nobody has are refused alike."""
        foreign, nobody = WAREHOUSE[FOREIGN], 999999999
        answer = self.refuse(items({"sku": "A", "partnerWarehouseId": nobody, "count": 1},
                                   {"sku": "A", "partnerWarehouseId": foreign, "count": 1},
                                   {"sku": "B", "partnerWarehouseId": nobody, "count": 1}),
                             400, not_ours(nobody), code="INVALID_WAREHOUSE_ID")
        self.assertEqual([not_ours(nobody), not_ours(foreign)],
                         [error["message"] for error in answer.errors])

    def test_a_warehouse_of_an_inactive_campaign(self):
        self.refuse(items(item("A", SOLO_INACTIVE, 1)), 403,
                    f"Access denied for campaign '{SOLO_INACTIVE}' because it is not active")

    def test_bad_businesses(self):
        body = items(item("A", self.campaign, 1))
        for business, status, message in ((BUSINESS, 403, "Access denied"),
                                          (OTHER_BUSINESS, 403, "Access denied"),
                                          (999999, 403, "Access denied"),
                                          ("abc", 400, "Type mismatch: 'abc'"),
                                          (0, 400, "businessId must be greater than or equal to 1"
                                                   " (rejected value: 0)")):
            with self.subTest(business=business):
                self.assert_refused(self.send("POST", update_path(business), body), status,
                                    message)

    def test_scopes(self):
        body = items(item("A", self.campaign, 1))
        for token in (SOLO_VIEWER, SOLO_INVENTORY):
            self.assert_scopes(self.send("POST", update_path(), body, token=token), WRITE_SCOPES)
        self.assertIsNone(self.count("A"))
        self.assert_ok(self.send("POST", update_path(), body, token=SOLO_WRITER))
        self.assert_refused(self.send("POST", update_path(), body, token=None), 401)
        self.assert_refused(self.send("POST", update_path(), body, token=PRICES), 403)


class GroupedBusiness(V3Case):
    """C67."""

    def test_a_business_with_a_group_is_refused_everywhere(self):
        for path, body in ((update_path(BUSINESS), items(item("A", C, 1))),
                           (stocks_v3_path(BUSINESS), {"partnerWarehouseId": WAREHOUSE[C]}),
                           (warehouses_path(BUSINESS), {}),
                           (status_path(BUSINESS), {"partnerWarehouseId": WAREHOUSE[C],
                                                    "model": "FBS", "enabled": False})):
            with self.subTest(path=path):
                self.assert_refused(self.send("POST", path, body, token=FULL), 400, GROUPED,
                                    code="GROUPED_WAREHOUSE")

    def test_what_is_wrong_with_the_body_is_told_first(self):
        """C46: what a business may not do comes last, as a model does."""
        self.assert_refused(self.send("POST", update_path(BUSINESS), {}, token=FULL), 400,
                            "skuItems size must be between 1 and 2000 (rejected size: 0)")

    def test_another_business_without_groups_is_served(self):
        body = items({"sku": "A", "partnerWarehouseId": WAREHOUSE[FOREIGN], "count": 1})
        self.assert_ok(self.send("POST", update_path(OTHER_BUSINESS), body, token=OTHER))


class V3OfEdition2026(V3Case):
    options = ("--no-limits", "--edition", "2026")

    def test_it_is_the_same(self):
        self.assert_ok(self.update(item("A", self.campaign, 5)))
        offer, = self.result(self.read(self.campaign))["offers"]
        self.assertEqual("A", offer["offerId"])
        self.assert_refused(self.update(item("A", self.campaign, 1, updatedAt=moment(-90000))), 400,
                            "Stock for 'A' should not be older than a day")

    def test_an_inactive_campaign(self):
        self.assert_refused(self.update(item("A", SOLO_INACTIVE, 1)), 403,
                            f"API for campaign '{SOLO_INACTIVE}' manually disabled")


class UnknownSkusRejected(V3Case):
    options = ("--no-limits", "--unknown-sku", "reject")

    def setUp(self):
        """Some SKUs that are known, in two warehouses."""
        super().setUp()
        self.second = self.new_campaign()
        self.server.restart("--no-limits")
        self.follow()
        for campaign in (self.campaign, self.second):
            self.assert_ok(self.put(body_of(*(one(f"S{n}", 1) for n in range(700))), campaign))
        self.server.restart(*self.options)
        self.follow()

    def follow(self):
        self.api.close()
        self.api.address = self.server.address

    def test_one_unknown_sku_in_the_last_warehouse_keeps_all_from_changing(self):
        """C70: nothing is applied, whichever warehouse comes first."""
        here = [item(f"S{n}", self.campaign, 9) for n in range(700)]
        there = [item(f"S{n}", self.second, 9) for n in range(650)]
        answer = self.update(*here, *there, item("nobody's", self.second, 9))
        self.assert_refused(answer, 400, "Unknown shop-sku 'nobody's' for warehouse"
                                         f" '{WAREHOUSE[self.second]}'")
        self.assertEqual((1, 1), (self.count("S0"), self.count("S0", self.second)))
        self.assert_ok(self.update(*here, *there))
        self.assertEqual((9, 9), (self.count("S699"), self.count("S649", self.second)))
        self.assertEqual(1, self.count("S650", self.second))

    def test_an_unknown_sku_in_the_only_warehouse(self):
        answer = self.update(item("S1", self.campaign, 9), item("other", self.campaign, 9))
        self.assert_refused(answer, 400, "Unknown shop-sku 'other' for warehouse"
                                         f" '{WAREHOUSE[self.campaign]}'")
        self.assertEqual(1, self.count("S1"))
