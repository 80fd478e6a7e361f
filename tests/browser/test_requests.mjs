// Query log: requests show as they are answered, are filtered, held back, and opened.
import { equal, includes } from "./check.mjs";
import { test } from "./runner.mjs";
import { KEYS } from "./stockd.mjs";
import { until } from "./browser.mjs";

const STOCKS = "/v2/campaigns/10003/offers/stocks";
const BAD = { skus: [{ sku: "A-1", items: [{ count: -1 }] }] };

test("a refused request shows at once, and says what to do", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/requests");
    await page.getByText("No requests yet").waitFor();
    await page.locator(".liveliness.open").waitFor();
    await server.put(10003, { "A-1": 18 });
    await server.api("PUT", STOCKS, BAD);
    await server.api("POST", STOCKS, {}, KEYS["prices only"]);
    await page.getByRole("button", { name: /count must be greater than/ }).waitFor();
    await page.getByRole("button", { name: /any of the scopes/ }).waitFor();
    await visit.picture("log");
    await visit.barriers();

    await page.getByRole("button", { name: /count must be greater than/ }).click();
    const dialog = page.getByRole("dialog");
    const told = await dialog.innerText();
    includes(told, "400 Bad Request");
    includes(told, `PUT ${STOCKS}`);
    includes(told, "skus[0].items[0].count must be greater than or equal to 0");
    includes(told, "send 0 for what is sold out");
    includes(told, "full access");
    await visit.picture("log-entry");
    await visit.barriers();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    includes(await page.evaluate(() => document.activeElement.innerText), "greater than");
});

test("the log is filtered by store, status, method and time", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    await server.put(10003, { "A-1": 18 });
    await server.api("PUT", STOCKS, BAD);
    await server.api("POST", "/v2/campaigns/10006/offers/stocks", {});
    await visit.signIn("#/requests");
    const rows = page.locator(".log tbody tr");
    const shown = (count) => until(async () => await rows.count() === count, `${count} rows`);
    await shown(3);
    await page.getByLabel("Status").selectOption("4xx");
    await shown(1);
    await page.getByLabel("Status").selectOption("");
    await page.getByLabel("Campaign ID").fill("10006");
    await shown(1);
    await page.getByLabel("Campaign ID").fill("");
    await page.getByLabel("Method").selectOption("PUT");
    await shown(2);
    await page.getByLabel("Time").selectOption("own");
    await page.getByLabel("To", { exact: true }).fill("2020-01-01T00:00");
    await page.getByText("No request fits to the filters").waitFor();
    includes(page.url(), "method=PUT");
    await page.getByRole("link", { name: "Without filters" }).click();
    await shown(3);
});

test("a pause holds back what comes, and shows it when told to", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/requests");
    await page.locator(".liveliness.open").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await server.put(10003, { "A-1": 1 });
    await server.put(10003, { "A-1": 2 });
    const held = page.getByRole("button", { name: /2 new requests/ });
    await held.waitFor();
    equal(await page.locator(".log tbody tr").count(), 0, "rows while paused");
    await held.click();
    await until(async () => await page.locator(".log tbody tr").count() === 2, "what was held");
});

test("what comes during a pause stays out, whatever is read beside", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    // The list is read a second time for what came while the stream began; here that read finds
    // what came during the pause.
    const isRead = (url) => url.pathname.endsWith("/api/v1/requests");
    let asked = 0;
    let answered = 0;
    await page.route(isRead, async (route) => {
        if (++asked === 2) {
            await until(async () =>
                (await server.operator("GET", "/requests")).requests.length === 1);
        }
        await route.continue();
    });
    page.on("requestfinished", (request) => {
        answered += isRead(new URL(request.url()));
    });
    await visit.signIn("#/requests");
    await page.getByText("No requests yet").waitFor();
    await page.locator(".liveliness.open").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await server.put(10003, { "A-1": 1 });
    await page.getByRole("button", { name: /1 new request/ }).waitFor();
    await until(() => answered >= 2, "the second read");
    equal(await page.locator(".log tbody tr").count(), 0, "rows while paused");

    await page.getByLabel("Time").selectOption("60");
    await until(async () => await page.locator(".log tbody tr").count() === 1, "what is asked for");
    await server.put(10003, { "A-1": 2 });
    await page.getByRole("button", { name: /1 new request/ }).waitFor();
    equal(await page.locator(".log tbody tr").count(), 1, "rows while paused still");
});

test("a request that the log no longer has is told as such", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    await visit.signIn("#/requests?id=00000000000000ff");
    await visit.page.getByText("no longer in the log").waitFor();
});
