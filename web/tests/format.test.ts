// Numbers, moments and plurals in both languages.
import assert from "node:assert/strict";
import { test } from "node:test";

import { countOf, formatAgo, formatBytes, formatCount, formatDecimal } from "../src/format";

/** Blanks of every kind as one: which one stands between digits is the runtime's affair. */
const plain = (text: string) => text.replace(/\s/g, " ");

test("thousands are told apart", () => {
    assert.equal(formatCount(1234567, "en"), "1,234,567");
    assert.equal(plain(formatCount(1234567, "ru")), "1 234 567");
});

test("a decimal has three digits that count", () => {
    assert.equal(formatDecimal(0.012345, "en"), "0.0123");
    assert.equal(formatDecimal(12.345, "en"), "12.3");
    assert.equal(formatDecimal(12345.6, "en"), "12,346");
    assert.equal(formatDecimal(12.345, "ru"), "12,3");
});

test("bytes have a unit below a thousand of it", () => {
    assert.equal(plain(formatBytes(999, "en")), "999 B");
    assert.equal(plain(formatBytes(1536, "en")), "1.5 KB");
    assert.equal(plain(formatBytes(1020 * 1024, "ru")), "0,996 МБ");
});

test("english has two forms", () => {
    const forms = { one: "SKU", many: "SKUs" };
    assert.deepEqual([0, 1, 2, 11, 21].map((count) => plain(countOf(count, "en", forms))),
        ["0 SKUs", "1 SKU", "2 SKUs", "11 SKUs", "21 SKUs"]);
});

test("russian has three forms", () => {
    const forms = { one: "заказ", few: "заказа", many: "заказов" };
    assert.deepEqual([0, 1, 2, 4, 5, 11, 12, 14, 21, 22, 25, 101, 111, 1002].map(
        (count) => plain(countOf(count, "ru", forms)).replace(/\d /g, "")
            .replace(/\d/g, "")), [
        "заказов", "заказ", "заказа", "заказа", "заказов", "заказов", "заказов", "заказов",
        "заказ", "заказа", "заказов", "заказ", "заказов", "заказа"]);
});

test("a moment is told by the largest unit that is full", () => {
    const now = Date.parse("2026-11-23T12:00:00Z");
    const ago = (text: string) => formatAgo(text, now, "en");
    assert.equal(ago("2026-11-23T11:59:58Z"), "2 seconds ago");
    assert.equal(ago("2026-11-23T11:58:01Z"), "1 minute ago");
    assert.equal(ago("2026-11-23T09:00:00Z"), "3 hours ago");
    assert.equal(ago("2026-11-22T11:00:00Z"), "yesterday");
    assert.equal(ago("2026-11-23T12:05:00Z"), "in 5 minutes");
    assert.equal(formatAgo("2026-11-23T11:55:00Z", now, "ru"), "5 минут назад");
});
