// Advice: every text of the contract's catalogue has some of its own, not the one for all others.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { familyOf } from "../src/advice";

/** Texts of docs/contract.md §0.5 with the status under which they stand. */
function catalogue(): [number, string][] {
    const chapter = readFileSync("../docs/contract.md", "utf8")
        .split("### 0.5")[1]!.split("**Codes.**")[0]!;
    const found: [number, string][] = [];
    let status = 0;
    for (const line of chapter.split("\n")) {
        status = Number(/^\*\*(\d{3})/.exec(line)?.[1] ?? status);
        // Of a table's row what is said when is no text of the wire.
        const told = line.startsWith("|") ? line.split("|").slice(1, -2).join("|") : line;
        for (const [, text] of told.replace(/^\*\*499.*?\*\*500/, "**500").matchAll(/`([^`]+)`/g)) {
            if (/ /.test(text!) && !/^(skus|offerIds) size|^… |only:/.test(text!)) {
                found.push([status, text!]);
            }
        }
    }
    return found;
}

test("every text of the contract has advice of its own", () => {
    const general = new Set(["badRequest", "internal", "left", "other"]);
    const texts = catalogue();
    assert.equal(texts.length > 50, true);
    const without = texts.filter(([status, text]) => general.has(familyOf(status, "", text)));
    assert.deepEqual(without, []);
});

test("words as they are sent find their family", () => {
    const told = (status: number, text: string) => familyOf(status, "", text);
    assert.equal(told(400, "skus size must be between 1 and 2000 (rejected size: 0)"), "noSkus");
    assert.equal(told(400, "skus size must be between 1 and 2000 (rejected size: 2001)"), "size");
    assert.equal(told(400, "Unknown shop-sku 'A' for warehouse '501'"), "unknownSku");
    assert.equal(told(400, "skus[0].items[0].count must be greater than or equal to 0 "
        + "(rejected value: -1)"), "bounds");
    assert.equal(told(420, "Hit rate limit of 4 parallel requests for campaignId 1"), "parallel");
    assert.equal(told(420, "Hit rate limit of 100 requests per 1 minute for resource X"), "rate");
});

test("a code or a status decides where the words do not", () => {
    assert.equal(familyOf(400, "GROUPED_WAREHOUSE", "whatever"), "grouped");
    assert.equal(familyOf(503), "unavailable");
    assert.equal(familyOf(0), "left");
    assert.equal(familyOf(418), "other");
});
