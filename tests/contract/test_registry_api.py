"""The registry while stockd runs (§5, §6, §9, §11): read, changed, refused where stock would be
stranded; seen by the public API at once, and kept."""

from tests.contract import registry
from tests.contract.case import body_of, moment, one, stocks_path
from tests.contract.operator_case import OperatorCase
from tests.contract.registry import BUSINESS, FULL, OTHER, OTHER_BUSINESS
from tests.harness.client import Client
from tests.harness.operator_client import Operator
from tests.harness.stockd import Stockd


class Stores(OperatorCase):
    """Makes stores of a test's own."""

    def new_store(self, **more):
        """Returns a new campaign with a warehouse of its own."""
        number = 500000 + next(self._numbers)
        self.assert_updated(self.operator.update(self.store(number, **more)))
        return number

    @staticmethod
    def store(number, business=BUSINESS, placement="FBS", **warehouse):
        return {"campaigns": [{"id": number, "businessId": business, "domain": f"Store {number}",
                               "placementType": placement}],
                "warehouses": [{"id": number + 100000, "campaignId": number, "name": "W",
                                **warehouse}]}

    def warehouse(self, number):
        return number + 100000


class Changes(Stores):

    def test_a_new_store_sells_at_once(self):
        self.assertEqual(404, self.put(body_of(one("a", 1)), 599999).status)
        self.assert_updated(self.operator.update(self.store(599999)))
        self.put_count("a", 5, campaign=599999)
        self.assertEqual(5, self.count("a", 599999))

    def test_it_is_there_after_a_kill(self):
        store = self.new_store()
        self.put_count("a", 5, campaign=store)
        before = self.operator.registry().json
        self.kill()
        self.assertEqual(before, self.operator.registry().json)
        self.assertEqual(5, self.count("a", store))

    def test_what_is_read_can_be_sent_again(self):
        """The same document as the file: it changes nothing."""
        document = self.operator.registry().json
        self.assert_updated(self.operator.update(document), changed=False)
        self.assertEqual(document, self.operator.registry().json)

    def test_no_secret_of_a_caller_is_shown(self):
        text = self.operator.registry().body.decode("utf-8")
        for token in (FULL, OTHER, registry.OAUTH):
            self.assertNotIn(token, text)

    def test_the_file_said_all_of_it(self):
        document = self.operator.registry().json
        expected = registry.build()
        for name in ("businesses", "campaigns", "warehouses", "warehouseGroups",
                     "marketWarehouses", "tokens"):
            key = "name" if name == "tokens" else "id"
            known = {(row[key], row.get("businessId")) for row in document[name]}
            self.assertLessEqual({(row[key], row.get("businessId")) for row in expected[name]},
                                 known)

    def test_a_switched_off_store_is_refused_at_once(self):
        store = self.new_store()
        self.put_count("a", 5, campaign=store)
        document = self.store(store)
        document["campaigns"][0]["apiAvailability"] = "MANUALLY_DISABLED"
        self.assert_updated(self.operator.update({"campaigns": document["campaigns"]}))
        self.assertEqual(403, self.put(body_of(one("a", 6)), store).status)
        self.assert_updated(self.operator.update(self.store(store)))
        self.assertEqual(5, self.count("a", store))

    def test_the_same_file_at_the_next_start_undoes_nothing(self):
        """A warehouse came into a group and has an open order: the file knows neither."""
        store = registry.SPARE[0]
        own = Stockd(registry.build(), *self.options)
        self.addCleanup(own.stop)
        own.start()
        operator = Operator(own)
        warehouse = {"id": registry.WAREHOUSE[store], "campaignId": store, "name": "W"}
        self.assert_updated(operator.update({"warehouses": [{**warehouse, "groupId": 77}]}))
        client = Client(own.address)
        fields = {"Api-Key": FULL, "Content-Type": "application/json"}
        self.assert_ok(client.request("PUT", stocks_path(store), fields, body_of(one("a", 5))))
        self.assertEqual(200, operator.order(store, "o", {"a": 2}).status)
        before = operator.registry().json
        client.close()
        operator.close()
        own.restart()
        operator = Operator(own)
        self.assertEqual(before, operator.registry().json)
        order = operator.get_order(store, "o").json["result"]["order"]
        self.assertEqual("RESERVED", order["state"])
        operator.close()
        changed = registry.build()
        changed["businesses"][0]["name"] = "Renamed"
        changed["warehouses"] = []
        own.write_registry(changed)
        own.restart()
        operator = Operator(own)
        self.addCleanup(operator.close)
        self.assertEqual("Renamed", operator.registry().json["businesses"][0]["name"])

    def test_joining_and_leaving_a_group(self):
        """C60: the newest survives, leaving keeps a copy; seen at once."""
        group = 700000 + next(self._numbers)
        first, second = self.new_store(), self.new_store()
        self.put_count("a", 1, moment(-20), first)
        self.put_count("a", 2, moment(-10), second)
        groups = {"warehouseGroups": [{"id": group, "businessId": BUSINESS, "name": "G"}]}
        joined = [self.store(store, groupId=group)["warehouses"][0] for store in (first, second)]
        answer = self.operator.update({**groups, "warehouses": joined})
        self.assert_updated(answer)
        self.assertGreater(answer.json["result"]["moves"], 0)
        self.assertEqual((2, 2), (self.count("a", first), self.count("a", second)))
        self.put_count("a", 7, campaign=first)
        self.assertEqual(7, self.count("a", second))
        self.assert_updated(self.operator.update(
            {"warehouses": self.store(second)["warehouses"]}))
        self.put_count("a", 9, campaign=first)
        self.assertEqual((9, 7), (self.count("a", first), self.count("a", second)))
        self.kill()
        self.assertEqual((9, 7), (self.count("a", first), self.count("a", second)))

    def test_sold_units_do_not_come_back_with_who_rejoins(self):
        """Orders leave the moment of a number alone: its copy is no newer, and must not win."""
        group = 700000 + next(self._numbers)
        first, second = self.new_store(), self.new_store()
        rows = {store: self.store(store)["warehouses"][0] for store in (first, second)}
        self.assert_updated(self.operator.update({
            "warehouseGroups": [{"id": group, "businessId": BUSINESS, "name": "G"}],
            "warehouses": [{**row, "groupId": group} for row in rows.values()]}))
        self.put_count("a", 10, campaign=first)
        self.assert_updated(self.operator.update({"warehouses": [rows[second]]}))
        self.assertEqual(200, self.operator.order(first, "o", {"a": 10}).status)
        self.assertEqual(200, self.operator.act(first, "o", "ship").status)
        self.assert_updated(self.operator.update(
            {"warehouses": [{**rows[second], "groupId": group}]}))
        self.assertEqual((0, 0), (self.count("a", first), self.count("a", second)))
        self.assertEqual(409, self.operator.order(second, "p", {"a": 1}).status)

    def test_a_group_without_members_is_not_listed(self):
        """C102."""
        group = 700000 + next(self._numbers)
        self.assert_updated(self.operator.update({"warehouseGroups": [
            {"id": group, "businessId": BUSINESS, "name": "Nobody's"}]}))
        for member in (None, self.new_store()):
            if member is not None:
                self.assert_updated(self.operator.update(
                    {"warehouses": self.store(member, groupId=group)["warehouses"]}))
            answer = self.send("GET", f"/v2/businesses/{BUSINESS}/warehouses")
            names = [listed["name"] for listed in answer.json["result"]["warehouseGroups"]]
            self.assertEqual(member is not None, "Nobody's" in names)

    def test_removing_what_is_empty(self):
        store = self.new_store()
        self.put_count("a", 0, campaign=store)
        self.assert_updated(self.operator.update(
            {"remove": {"campaigns": [store], "warehouses": [self.warehouse(store)]}}))
        self.assertEqual(404, self.put(body_of(one("a", 1)), store).status)
        self.assertNotIn(store, [row["id"] for row in self.operator.registry().json["campaigns"]])


class Stranding(Stores):
    """409 with what would be stranded and how much; nothing changes."""

    def assert_stranded(self, document, words):
        before = self.operator.registry().json
        answer = self.operator.update(document)
        self.assert_refused(answer, 409, code="STOCK_WOULD_BE_STRANDED")
        self.assertIn(words, " ".join(error["message"] for error in answer.errors))
        self.assertEqual(before, self.operator.registry().json)

    def removal(self, store):
        return {"remove": {"campaigns": [store], "warehouses": [self.warehouse(store)]}}

    def test_units_of_a_warehouse(self):
        store = self.new_store()
        self.put_count("a", 5, campaign=store)
        self.assert_stranded(
            self.removal(store),
            f"warehouse {self.warehouse(store)} is removed; stranded units: 5 (available 5, "
            "reserved 0, unfit 0)")
        self.put_count("a", 6, campaign=store)  # The store goes on as before.
        self.put_count("a", 0, campaign=store)
        self.assert_updated(self.operator.update(self.removal(store)))

    def test_unfit_units(self):
        store = self.new_store()
        self.operator.count(store, self.warehouse(store), ("a", "DEFECT", 3))
        self.assert_stranded(self.removal(store), "unfit 3")

    def test_units_that_an_order_holds(self):
        store = self.new_store()
        self.put_count("a", 2, campaign=store)
        self.operator.order(store, "x", {"a": 2})
        self.assert_stranded(self.removal(store), "reserved 2")
        self.operator.act(store, "x", "ship")
        self.assert_updated(self.operator.update(self.removal(store)))

    def test_an_open_order_keeps_a_warehouse_out_of_a_group(self):
        group = 700000 + next(self._numbers)
        store = self.new_store()
        self.put_count("a", 2, campaign=store)
        self.operator.order(store, "x", {"a": 1})
        joining = {"warehouseGroups": [{"id": group, "businessId": BUSINESS, "name": "G"}],
                   "warehouses": self.store(store, groupId=group)["warehouses"]}
        self.assert_stranded(joining, "stranded orders: 1")
        shipped = self.operator.act(store, "x", "ship").json
        self.assert_updated(self.operator.update(joining))
        # What is over is found where it was, and stays what it is.
        self.assertEqual(shipped, self.operator.get_order(store, "x").json)
        again = self.operator.order(store, "x", {"a": 1})
        self.assertEqual((200, shipped), (again.status, again.json))
        self.assert_refused(self.operator.act(store, "x", "cancel"), 409, code="ORDER_STATE")
        self.assertEqual((1, 0), self.numbers("a", store))

    def test_units_in_a_warehouse_of_the_market(self):
        warehouse = self.new_market_warehouse()
        self.operator.count(self.fby, warehouse, ("a", "FIT", 4))
        removal = {"remove": {"marketWarehouses": [warehouse]}}
        self.assert_stranded(removal, "stranded units: 4")
        self.assert_stranded({"marketWarehouses": [{"id": warehouse, "name": "W",
                                                    "returns": True}]}, "available 4")
        self.operator.count(self.fby, warehouse, ("a", "FIT", 0))
        self.assert_updated(self.operator.update(removal))


class Refusals(OperatorCase):

    def test_documents_that_do_not_fit_together(self):
        before = self.operator.registry().json
        rows = [
            ([], "the registry must be an object"),
            ({"shops": []}, "no list 'shops' is known in a registry"),
            ({"campaigns": {}}, "campaigns: must be a list"),
            ({"campaigns": [{"id": 1}]}, None),
            ({"campaigns": [{"id": 1, "businessId": 5555, "domain": "d",
                             "placementType": "FBS"}]}, None),
            ({"businesses": [{"id": 7, "name": "seven"}],
              "warehouses": [{"id": 1, "campaignId": 2, "name": "w"}]}, None),
            ({"remove": {"campaigns": [4711]}}, None),
            ({"campaigns": [{"id": registry.C, "businessId": OTHER_BUSINESS, "domain": "taken",
                             "placementType": "FBS"}]}, None),
        ]
        for document, words in rows:
            with self.subTest(document=str(document)[:60]):
                self.assert_refused(self.operator.update(document), 400, words)
        self.assertEqual(before, self.operator.registry().json)

    def test_bodies_that_cannot_be_read(self):
        self.assert_refused(self.operator.send("POST", "/registry"), 400,
                            "Required request body is missing")
        self.assert_refused(self.operator.send("POST", "/registry", b'{"campaigns":['), 400)
        self.assert_refused(self.operator.send("POST", "/registry", b"{}",
                                               {"Content-Type": "text/plain"}), 415)

    def test_a_change_does_not_lose_a_write(self):
        """Writes go on while the registry changes: each is answered 200 or 503, and kept."""
        campaign = self.campaign
        numbers = iter(range(1, 10000))
        for _ in range(30):
            count = next(numbers)
            self.assertEqual(200, self.put(body_of(one("busy", count))).status)
            self.new_market_warehouse_and_back()
            self.assertEqual(count, self.count("busy", campaign))
        self.kill()
        self.assertEqual(count, self.count("busy", campaign))

    def new_market_warehouse_and_back(self):
        warehouse = self.new_market_warehouse()
        self.assert_updated(self.operator.update({"remove": {"marketWarehouses": [warehouse]}}))
