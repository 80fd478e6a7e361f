"""Proves the checking of answers: for each thing that can be wrong with one, an answer that has it
is refused, and its neighbour without it is not. Then the documents themselves: what tools and
tests/harness/openapi.py need of them, and that their limits are those of src/api/limits.c.
"""

import http.client
import json
import re
import unittest

from tests.harness import openapi
from tests.harness.client import Answer, Asked
from tests.harness.openapi import OPERATOR, PUBLIC, SHOP, Mismatch

STOCKS = "/v2/campaigns/10003/offers/stocks"
RATE = {"X-RateLimit-Resource-Limit": "100000", "X-RateLimit-Resource-Remaining": "99999",
        "X-RateLimit-Resource-Until": "Thu, 10 Jul 2025 00:42:00 GMT"}
STAMP = "2025-09-17T10:00:00.123Z"


def answer(status, body=None, kind="application/json", **headers):
    """Returns an answer with the rate headers; a header given as None is left out."""
    fields = http.client.HTTPMessage()
    given = {name.replace("_", "-"): text for name, text in headers.items()}
    for name, text in {"Content-Type": kind, **RATE, **given}.items():
        if text is not None:
            fields[name] = text
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer("HTTP/1.1", status, "", fields, data)


def error(status, code="BAD_REQUEST", **how):
    body = {"status": "ERROR", "errors": [{"code": code, "message": "No."}]}
    return answer(status, body, **how)


def offer(**changes):
    plain = {"offerId": "A", "updatedAt": STAMP,
             "stocks": [{"type": kind, "count": 1} for kind in ("FIT", "FREEZE", "AVAILABLE")]}
    return {name: value for name, value in {**plain, **changes}.items() if value is not None}


def stocks(*offers, **result):
    return answer(200, {"status": "OK", "result": {
        "paging": {}, "warehouses": [{"warehouseId": 501, "offers": list(offers)}], **result}})


class CheckCase(unittest.TestCase):

    def good(self, given, method="PUT", target=STOCKS, listener=PUBLIC):
        openapi.check(listener, method, target, given)

    def bad(self, given, why, method="PUT", target=STOCKS, listener=PUBLIC):
        with self.assertRaisesRegex(Mismatch, why):
            openapi.check(listener, method, target, given)


class Bodies(CheckCase):

    def test_a_plain_success(self):
        self.good(answer(200, {"status": "OK"}))

    def test_a_missing_member(self):
        self.bad(answer(200, {}), "'status' is a required property")
        self.bad(stocks(offer(stocks=None)), "offers.*'stocks' is a required", "POST")

    def test_a_stray_member(self):
        self.bad(answer(200, {"status": "OK", "result": {}}), "'result' was unexpected")
        self.bad(stocks(offer(price=5)), "'price' was unexpected", "POST")

    def test_a_wrong_type(self):
        self.good(stocks(offer()), "POST")
        for count in ("1", 1.0, True, None, [1]):
            with self.subTest(count=count):
                self.bad(stocks(offer(stocks=[{"type": "FIT", "count": count}] * 3)),
                         "is not of type 'integer'", "POST")

    def test_a_number_out_of_bounds(self):
        for count, why in ((-1, "less than the minimum"), (2 ** 63, "greater than the maximum")):
            self.bad(stocks(offer(stocks=[{"type": "FIT", "count": count}] * 3)), why, "POST")

    def test_a_word_that_is_not_in_the_list(self):
        self.bad(stocks(offer(stocks=[{"type": "ACTUAL", "count": 1}] * 3)), "is not one of",
                 "POST")
        self.bad(answer(200, {"status": "ERROR"}), "is not one of")

    def test_a_text_that_breaks_its_pattern(self):
        self.bad(stocks(offer(offerId="a\nb")), "does not match", "POST")
        for stamp in ("2025-09-17T10:00:00", "2025-09-17T10:00:00+03:00", "2025-02-30T10:00:00Z",
                      "2025-09-17T10:00:00.1234Z"):
            with self.subTest(stamp=stamp):
                self.bad(stocks(offer(updatedAt=stamp)), "updatedAt", "POST")

    def test_a_fault_at_the_end_of_a_long_list(self):
        self.good(stocks(*[offer()] * 500), "POST")
        self.bad(stocks(*[offer()] * 499, offer(price=5)), r"offers\[499\]", "POST")
        self.bad(stocks(offer(price=5), *[offer()] * 499), r"offers\[0\]", "POST")
        self.bad(stocks(*[offer()] * 501), "is too long", "POST")

    def test_what_is_no_json(self):
        self.bad(answer(200, b'{"status":"OK"'), "no JSON")
        self.bad(answer(200, b'{"status":"OK","status":"OK"}'), "twice")
        self.bad(answer(200, b'{"status":NaN}'), "NaN")
        self.bad(answer(200, b'{"status":"\xff"}'), "no JSON")
        self.bad(answer(200, b""), "no JSON")

    def test_the_same_bytes_are_judged_by_their_place(self):
        """What was good once is remembered, for that place alone."""
        for _ in range(2):
            self.good(answer(200, {"status": "OK"}))
            self.bad(answer(200, {"status": "OK"}), "'result' is a required", "POST")

    def test_an_error(self):
        self.good(error(400))
        self.bad(answer(400, {"status": "ERROR", "errors": []}), "errors")
        self.bad(answer(400, {"status": "ERROR", "errors": [{"code": "BAD_REQUEST"}]}), "message")
        self.bad(answer(400, {"status": "OK"}), "errors")
        many = [{"code": "BAD_REQUEST", "message": "No."}] * 21
        self.bad(answer(400, {"status": "ERROR", "errors": many}), "is too long")

    def test_a_code_of_another_status(self):
        self.bad(error(400, "FORBIDDEN"), "FORBIDDEN does not go with 400")
        self.good(error(403, "FORBIDDEN"))
        self.bad(error(400, "NO"), "is not one of")


class Heads(CheckCase):

    def test_an_unknown_status(self):
        for status in (201, 204, 302, 402, 409, 413, 423, 429, 502):
            with self.subTest(status=status):
                self.bad(error(status), f"no {status} here")
        self.good(error(423, "LOCKED", X_RateLimit_Resource_Limit="10000",
                        X_RateLimit_Resource_Remaining="1"),
                  "POST", "/v2/campaigns/10003/hidden-offers")

    def test_a_missing_rate_header(self):
        for name in RATE:
            with self.subTest(name=name):
                self.bad(answer(200, {"status": "OK"}, **{name: None}), f"{name} is missing")
                self.bad(error(400, **{name: None}), f"{name} is missing")

    def test_a_rate_header_that_is_none(self):
        self.bad(error(400, X_RateLimit_Resource_Remaining="many"), "is no number")
        self.bad(error(400, X_RateLimit_Resource_Remaining="-1"), "is no number")
        self.bad(error(400, X_RateLimit_Resource_Until=STAMP), "does not match")
        self.bad(error(400, X_RateLimit_Resource_Limit="99999"), "the document has")
        self.bad(error(400, X_RateLimit_Resource_Remaining="100001"), "more remains")
        self.good(error(400, X_RateLimit_Resource_Limit="2147483647"))

    def test_the_type_of_the_body(self):
        self.good(error(400, kind="application/json; charset=utf-8"))
        self.bad(error(400, kind="text/plain"), "the body is text/plain")
        self.bad(error(400, kind=None), "of no type")

    def test_pages_of_the_library_are_outside(self):
        self.good(answer(431, b"<html>", kind="text/html"))

    def test_a_last_answer_has_no_window(self):
        none = dict.fromkeys(RATE)
        self.good(error(400, Connection="close", **none))
        self.bad(error(400, **none), "is missing")
        self.bad(error(401, "UNAUTHORIZED", Connection="close", **none), "is missing")
        self.good(error(503, "SERVICE_UNAVAILABLE", Connection="close", Retry_After="1", **none))
        self.bad(error(503, "SERVICE_UNAVAILABLE", Connection="close", **none), "Retry-After")

    def test_a_503_says_when_to_come_again(self):
        self.good(error(503, "SERVICE_UNAVAILABLE", Retry_After="1"))
        self.bad(error(503, "SERVICE_UNAVAILABLE"), "Retry-After is missing")


class Places(CheckCase):

    def test_all_ways_to_write_a_path(self):
        for target in (STOCKS, STOCKS[3:], STOCKS + ".json", STOCKS[3:] + ".json", STOCKS + "?a=b"):
            with self.subTest(target=target):
                self.good(answer(200, {"status": "OK"}), target=target)

    def test_an_unknown_path(self):
        for target in ("/", "/nothing", "/v9" + STOCKS[3:], STOCKS + "/", "*",
                       STOCKS + ".json.json", "/v2/campaigns//offers/stocks",
                       "/v3/campaigns/10003/offers/stocks"):
            with self.subTest(target=target):
                self.good(error(404, "NOT_FOUND"), target=target)
                self.bad(answer(200, {"status": "OK"}), "no 200", target=target)

    def test_an_unknown_verb(self):
        allowed = {"Allow": "POST, PUT"}
        for method in ("DELETE", "GET", "put", 'B"W'):
            with self.subTest(method=method):
                self.good(error(405, "METHOD_NOT_ALLOWED", **allowed), method)
                self.bad(answer(200, {"status": "OK"}), "no 200", method)
        self.bad(error(405, "METHOD_NOT_ALLOWED"), "Allow is missing", "GET")
        self.bad(error(405, "METHOD_NOT_ALLOWED", Allow="PUT"), "Allow says", "GET")
        self.bad(error(405, "METHOD_NOT_ALLOWED", Allow="GET, POST, PUT"), "Allow says", "GET")
        self.bad(error(405, "METHOD_NOT_ALLOWED", **allowed), "no 405", "PUT")

    def test_head_has_no_body(self):
        self.good(answer(405, b"", Allow="POST, PUT"), "HEAD")
        self.good(answer(200, b"", kind="text/plain"), "HEAD", "/metrics", OPERATOR)
        self.good(answer(405, b"", Allow="GET"), "HEAD", "/v2/campaigns")

    def test_versions_are_apart(self):
        path = "businesses/1/warehouses"
        body = {"status": "OK", "result": {"warehouses": [
            {"id": 1, "name": "A", "models": [{"placementType": "EXPRESS",
                                               "apiAvailability": "AVAILABLE"}]}]}}
        hour = {"X_RateLimit_Resource_Limit": "100", "X_RateLimit_Resource_Remaining": "99"}
        self.good(answer(200, body, **hour), "POST", f"/v3/{path}")
        self.bad(answer(200, body, **hour), "warehouses.0.", "POST", f"/v2/{path}")
        self.bad(answer(200, body, **hour), "warehouses.0.", "POST", f"/{path}")

    def test_campaigns_have_no_status(self):
        hour = {"X_RateLimit_Resource_Limit": "1000", "X_RateLimit_Resource_Remaining": "999"}
        self.good(answer(200, {"campaigns": []}, **hour), "GET", "/v2/campaigns")
        self.bad(answer(200, {"status": "OK", "campaigns": []}, **hour), "'status' was unexpected",
                 "GET", "/v2/campaigns")

    def test_the_operators_listener_has_paths_of_its_own(self):
        self.good(answer(200, {"status": "OK"}), "GET", "/healthz", OPERATOR)
        self.bad(answer(200, {"status": "OK"}), "no 200", "GET", "/healthz")
        self.bad(answer(200, {"status": "OK"}), "no 200", "PUT", STOCKS, OPERATOR)
        orders = "/api/v1/campaigns/1/orders"
        self.bad(error(401, "UNAUTHORIZED"), "WWW-Authenticate", "POST", orders, OPERATOR)
        self.good(error(401, "UNAUTHORIZED", WWW_Authenticate="Bearer"), "POST", orders, OPERATOR)

    def test_what_lacks_for_an_order(self):
        body = {"status": "ERROR", "errors": [{"code": "NOT_ENOUGH_STOCK", "message": "No."}],
                "result": {"shortages": [{"sku": "A", "requested": 2, "available": 1}]}}
        orders = "/api/v1/campaigns/1/orders"
        self.good(answer(409, body), "POST", orders, OPERATOR)
        del body["result"]["shortages"][0]["sku"]
        self.bad(answer(409, body), "'sku' is a required", "POST", orders, OPERATOR)

    def test_a_shop(self):
        item = {"type": "FIT", "count": 5, "updatedAt": "2017-11-21T00:42:42+03:00"}
        body = {"skus": [{"sku": "A", "warehouseId": 1, "items": [item]}]}
        self.good(answer(200, body), "POST", "/stocks", SHOP)
        self.good(answer(200, body), "POST", "/market/api/stocks?auth-token=x", SHOP)
        self.good(answer(403, b"no", kind="text/plain"), "POST", "/stocks", SHOP)
        item["type"] = "ACTUAL"
        self.bad(answer(200, body), "is not one of", "POST", "/stocks", SHOP)

    def test_an_answer_to_nobody_knows_what(self):
        openapi.check_alone(PUBLIC, error(400))
        openapi.check_alone(PUBLIC, answer(200, b"anything"))
        openapi.check_alone(PUBLIC, answer(405, b""))
        with self.assertRaises(Mismatch):
            openapi.check_alone(PUBLIC, answer(400, {"status": "ERROR"}))


class WhatWasAsked(unittest.TestCase):

    def asked(self, *pieces):
        asked = Asked()
        for piece in pieces:
            asked.sent(piece)
        return asked.answered(), asked.answered()

    def test_requests_are_told_by_what_is_sent(self):
        one, two = b"PUT /a HTTP/1.1\r\n\r\n", b"POST /b HTTP/1.0\r\nX: y\r\n\r\n{}"
        self.assertEqual((("PUT", "/a"), None), self.asked(one))
        self.assertEqual((("PUT", "/a"), ("POST", "/b")), self.asked(one, two))
        self.assertEqual((("POST", "/b"), None), self.asked(two, b"more", b"and more"))
        for lost in ((one + two,), (b"P", one[1:]), (one[:-5], two + one), (b"", one)):
            with self.subTest(lost=lost):
                self.assertEqual((None, None), self.asked(*lost))


class Schemas(unittest.TestCase):

    def test_what_openapi_says_in_other_words(self):
        self.assertEqual({"type": ["string", "null"], "enum": ["A", None]},
                         openapi.to_json_schema({"type": "string", "enum": ["A"],
                                                 "nullable": True}))
        number = openapi.to_json_schema({"type": "integer", "format": "int32", "minimum": 1})
        self.assertEqual((1, 2 ** 31 - 1), (number["minimum"], number["maximum"]))
        inner = openapi.to_json_schema({"type": "array", "items": {
            "type": "object", "properties": {"nullable": {"type": "string", "nullable": True}}}})
        self.assertEqual(["string", "null"],
                         inner["items"]["properties"]["nullable"]["type"])

    def test_a_reference_that_leads_nowhere_or_in_a_circle(self):
        for node in ({"$ref": "#/no"}, {"$ref": "other.yaml#/a"}, {"$ref": "#/a"}):
            with self.subTest(node=node), self.assertRaises(ValueError):
                openapi.expand(node, {"a": {"items": {"$ref": "#/a"}}})


class DocumentCase(unittest.TestCase):
    """What every document has to be. References were followed when it was loaded."""

    @classmethod
    def setUpClass(cls):
        cls.documents = {name: openapi.load(openapi.ROOT / name)
                         for name in sorted(set(openapi.FILES.values()))}
        cls.stockd = cls.documents["openapi.yaml"]

    def operations(self):
        for document in self.documents.values():
            yield from document.operations()

    def public_operations(self):
        for verb, path, operation in self.stockd.operations():
            if path.startswith(openapi.VERSIONS):
                yield verb, path, operation


def references(node):
    """Yields every reference below a node."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        node = list(node.values())
    for one in node if isinstance(node, list) else ():
        yield from references(one)


def objects(schema):
    """Yields every schema of an object within a schema."""
    if schema.get("type") == "object":
        yield schema
    for inner in (*schema.get("properties", {}).values(), schema.get("items")):
        if inner is not None:
            yield from objects(inner)


def schemas_of(parts):
    for part in parts:
        for content in part.get("content", {}).values():
            yield content["schema"]


class Structure(DocumentCase):

    def test_it_calls_itself_openapi_3_0(self):
        for name, document in self.documents.items():
            with self.subTest(name=name):
                self.assertEqual("3.0.3", document.raw["openapi"])
                self.assertLessEqual({"title", "version"}, document.raw["info"].keys())

    def test_operations_have_names_of_their_own(self):
        names = [operation["operationId"] for _, _, operation in self.operations()]
        self.assertEqual(sorted(set(names)), sorted(names))

    def test_every_segment_in_braces_is_a_parameter_and_no_other(self):
        for document in self.documents.values():
            for verb, path, operation in document.operations():
                with self.subTest(path=path, verb=verb):
                    shared = document.whole["paths"][path].get("parameters", [])
                    given = [*shared, *operation.get("parameters", [])]
                    places = [(one["in"], one["name"]) for one in given]
                    self.assertEqual(len(set(places)), len(places))
                    self.assertEqual(sorted(re.findall(r"{(\w+)}", path)),
                                     sorted(name for place, name in places if place == "path"))
                    for one in given:
                        self.assertTrue(one.get("required") or one["in"] != "path", one)

    def test_nothing_is_defined_that_is_not_used(self):
        for name, document in self.documents.items():
            used = set(references(document.raw))
            for kind in ("parameters", "headers", "responses", "schemas"):
                for word in document.raw["components"].get(kind, {}):
                    with self.subTest(document=name, word=word):
                        self.assertIn(f"#/components/{kind}/{word}", used)

    def test_tags_and_ways_to_log_in_are_defined(self):
        for document in self.documents.values():
            tags = {tag["name"] for tag in document.raw.get("tags", [])}
            ways = document.raw["components"]["securitySchemes"]
            for _, path, operation in document.operations():
                with self.subTest(path=path):
                    self.assertLessEqual(set(operation.get("tags", [])), tags)
                    for way in operation.get("security", document.raw["security"]):
                        self.assertLessEqual(set(way), set(ways))

    def test_required_members_are_described(self):
        for _, path, operation in self.operations():
            for schema in schemas_of([operation.get("requestBody", {}),
                                      *operation["responses"].values()]):
                for one in objects(schema):
                    with self.subTest(path=path):
                        self.assertLessEqual(set(one.get("required", [])),
                                             set(one.get("properties", {})))

    def test_bodies_of_requests_have_an_example_that_fits(self):
        """It is what the cabinet's console offers to send."""
        for _, path, operation in self.stockd.operations():
            body = operation.get("requestBody", {"content": {}})
            for kind, content in body["content"].items():
                if kind == "application/json":
                    with self.subTest(path=path):
                        self.stockd.check_example(content)

    def test_objects_of_answers_are_closed(self):
        """Or a stray member would never be found."""
        for _, path, operation in self.operations():
            for schema in schemas_of(operation["responses"].values()):
                for one in objects(schema):
                    with self.subTest(path=path, members=sorted(one["properties"])):
                        self.assertIs(False, one.get("additionalProperties"))

    def test_objects_of_public_requests_are_open(self):
        """C55."""
        for _, path, operation in self.public_operations():
            for schema in schemas_of([operation.get("requestBody", {})]):
                for one in objects(schema):
                    with self.subTest(path=path):
                        self.assertNotIn("additionalProperties", one)

    def test_public_answers_show_the_window_and_say_why(self):
        for verb, path, operation in self.public_operations():
            for status, response in operation["responses"].items():
                with self.subTest(verb=verb, path=path, status=status):
                    self.assertLessEqual(RATE.keys(), response["headers"].keys())
                    self.assertEqual(status != "200", "x-codes" in response)

    def test_every_public_method_has_the_answers_of_the_transport(self):
        for verb, path, operation in self.public_operations():
            with self.subTest(verb=verb, path=path):
                self.assertLessEqual(
                    {"200", "400", "401", "403", "404", "415", "420", "500", "503"},
                    operation["responses"].keys())


LIMITS_COLUMN = r"(REQUESTS|ITEMS|ANSWERED)\((\d+), (MINUTE|HOUR)_MS\)"
LIMITS_ROW = re.compile(r'\[RATE_\w+\] = \{"([^"]+)", ENTITY_(\w+),\s*'
                        + r",\s*".join([LIMITS_COLUMN] * 3) + r"\}")


class Limits(DocumentCase):

    def test_limits_are_those_of_the_program(self):
        """src/api/limits.c: each row, with its three columns, belongs to one public method."""
        text = (openapi.ROOT / "src/api/limits.c").read_text(encoding="utf-8")
        rows = LIMITS_ROW.findall(text)
        self.assertEqual(text.count("[RATE_"), len(rows))
        self.assertEqual(
            sorted((row[0], row[1].lower(), *(tuple(row[at:at + 3]) for at in (2, 5, 8)))
                   for row in rows),
            sorted(self.row(path, operation) for _, path, operation in self.public_operations()))

    def row(self, path, operation):
        config = operation["x-resource-limit-config"]
        entity, = {row["entity"] for row in config}
        columns = (("2025", None), ("2026", "none"), ("2026", "medium"))
        return (path[len("/v2/"):], entity, *(self.column(config, *column) for column in columns))

    def column(self, config, edition, tariff):
        row, = (row for row in config
                if row["edition"] == edition and row.get("tariff", tariff) == tariff)
        self.assertEqual(row["what"] != "requests", "path" in row)
        return row["what"].upper(), str(row["amount"]), row["period"].split(" ")[1].upper()


if __name__ == "__main__":
    unittest.main()
