// A lively stockd, and the pictures of it that the README shows (docs/pictures).
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { test } from "./runner.mjs";
import { KEYS, ROOT } from "./stockd.mjs";

const STOCKS = "/v2/campaigns/10003/offers/stocks";

/** One in `share` lines of demo/leftovers.csv, {sku: count}, without those that are there to
 *  surprise. */
function leftovers(share) {
    const lines = readFileSync(join(ROOT, "demo", "leftovers.csv"), "utf8").trim().split("\n");
    return Object.fromEntries(lines.slice(1).filter((_, at) => at % share === 0)
        .map((line) => line.split(",")).filter(([sku, count]) => sku && /^\d{1,3}$/.test(count))
        .map(([sku, count]) => [sku, Number(count)]));
}

test("a stockd at work is worth a look, on each of its pages", async (bench) => {
    const server = await bench.stockd();
    await Promise.all([[10003, 1], [10006, 3], [10007, 7]].map(
        ([campaignId, share]) => server.put(campaignId, leftovers(share))));
    const sku = "KETTLE-1L";
    for (const count of [24, 31, 30, 26, 40]) {
        await server.put(10003, { [sku]: count });
    }
    for (const [order, count] of [["5017", 2], ["5018", 1], ["5019", 4]]) {
        await server.order(10003, order, { [sku]: count });
    }
    await server.operator("POST", "/campaigns/10003/orders/5017/pack");
    await server.operator("POST", "/campaigns/10003/orders/5017/ship");
    await server.operator("POST", "/campaigns/10003/orders/5018/pack");
    await server.api("PUT", STOCKS, { skus: [{ sku, items: [{ count: -1 }] }] });
    await server.api("POST", STOCKS, {}, KEYS["prices only"]);

    const visit = await bench.visit(server, { viewport: { width: 1280, height: 880 } });
    const { page } = visit;
    await visit.signIn("#/stores");
    await page.locator(".spark").nth(2).waitFor();
    await visit.picture("tour-stores");
    await visit.go("#/orders/10003");
    await page.getByLabel("Order number").fill("5020");
    await page.getByLabel("SKU", { exact: true }).fill(sku);
    await page.getByLabel("Units").fill("3");
    await page.getByRole("cell", { name: "33", exact: true }).waitFor();
    await page.getByRole("button", { name: "Reserve", exact: true }).click();
    await page.getByText("was 33, is 30").waitFor();
    await page.getByRole("rowheader", { name: "5020" }).waitFor();
    await page.locator(".toast span").waitFor({ state: "detached" });
    await visit.picture("tour-orders");
    await visit.go(`#/stock/10003/sku/${sku}`);
    await page.locator(".uplot canvas").first().waitFor();
    await page.getByRole("link", { name: "order 5020" }).first().waitFor();
    await visit.picture("tour-sku");
    await visit.go("#/requests");
    await page.getByRole("button", { name: /count must be greater than/ }).waitFor();
    await visit.picture("tour-log");
});
