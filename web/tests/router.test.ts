// Addresses: what is written is what is read, whatever a SKU consists of.
import assert from "node:assert/strict";
import { test } from "node:test";

import { parseRoute, to } from "../src/router";

test("an address has a page, words and a query", () => {
    assert.deepEqual(parseRoute("#/stock/10003/sku/A-1?search=A&filter=ZERO"), {
        page: "stock", words: ["10003", "sku", "A-1"], query: { search: "A", filter: "ZERO" },
    });
});

test("no address is no page", () => {
    assert.deepEqual(parseRoute(""), { page: "", words: [], query: {} });
    assert.deepEqual(parseRoute("#/"), { page: "", words: [], query: {} });
});

test("any sku comes back as it was", () => {
    for (const sku of ["0557722", "a/b", "50%", "что?", "a#b", "a b+c", "%2F", "?a=b&c"]) {
        const route = parseRoute(to("stock", [10003, "sku", sku], { search: sku }));
        assert.deepEqual(route, {
            page: "stock", words: ["10003", "sku", sku], query: { search: sku },
        });
    }
});

test("a percent sign that somebody typed stays", () => {
    assert.deepEqual(parseRoute("#/stock/50%").words, ["50%"]);
});

test("what is empty is left out of an address", () => {
    assert.equal(to("stores", [], { search: "", page: undefined }), "#/stores");
});
