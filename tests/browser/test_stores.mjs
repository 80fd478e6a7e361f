// Signing in, stores, stock, a SKU's own page, health.
import { equal, includes } from "./check.mjs";
import { test } from "./runner.mjs";
import { focusIs, until } from "./browser.mjs";

test("who has the token gets in, and out again", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    await page.goto("/");
    await page.getByLabel("Operator token").fill("not-the-token");
    await page.keyboard.press("Enter");
    await page.getByText("That is not the operator token").waitFor();
    await visit.barriers();
    await visit.signIn();
    await page.getByRole("heading", { name: "Stores" }).waitFor();
    equal(await page.evaluate(() => document.cookie), "", "what scripts see of the session");
    await page.reload();
    await page.getByRole("heading", { name: "Stores" }).waitFor();
    await page.getByRole("button", { name: "Русский" }).click();
    await page.getByRole("heading", { name: "Магазины" }).waitFor();
    await page.getByRole("button", { name: "Выйти" }).click();
    await page.getByLabel("Токен оператора").waitFor();
    await page.reload();
    await page.getByLabel("Токен оператора").waitFor();
});

test("stores show what lies there, and their campaign id is copied", async (bench) => {
    const server = await bench.stockd();
    await server.put(10003, { "A-1": 18, "A-2": 4 });
    await server.order(10003, "1", { "A-1": 3 });
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/stores");
    const row = page.getByRole("row", { name: /Moscow store/ });
    const told = await row.innerText();
    for (const part of ["10003", "FBS", "Tverskaya", "MSK"]) {
        includes(told, part);
    }
    const cells = (await row.getByRole("cell").allInnerTexts()).map((text) => text.trim());
    equal(["2", "19", "3"].every((number) => cells.includes(number)), true, "SKUs and units");
    const bars = await row.locator(".spark path").getAttribute("d");
    equal(bars.split("M").length - 1 >= 1, true, `bars of what was updated just now: ${bars}`);
    await page.getByText("A campaign ID is not a store number").waitFor();
    await row.getByRole("button", { name: /^Copy: Campaign ID/ }).click();
    equal(await page.evaluate(() => navigator.clipboard.readText()), "10003", "the clipboard");
    const toast = page.locator(".toast");
    await toast.filter({ hasText: "Copied: Campaign ID 10003 of Moscow store" }).waitFor();
    await visit.picture("stores");
    await visit.barriers();
    await page.getByRole("searchbox").fill("podol");
    await until(async () => await page.locator("tbody tr").count() === 1, "one store");
});

test("a first view asks for one script, one style and two answers", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn();
    await page.locator("tbody tr").first().waitFor();
    const asked = [];
    page.on("request", (request) => {
        const { pathname } = new URL(request.url());
        asked.push(pathname.replace(/.*\.(js|css)$/, "$1"));
    });
    await page.reload();
    await page.locator("tbody tr").first().waitFor();
    const first = asked.filter((path) => !path.endsWith(".svg")).sort();
    equal(first.join(" "), "/ /api/v1/session /api/v1/stores css js", "the requests");
});

test("a SKU is found as one types, and has a page with its history", async (bench) => {
    const server = await bench.stockd();
    const counts = Object.fromEntries(Array.from({ length: 250 },
        (_, at) => [`S-${String(at).padStart(4, "0")}`, at % 5 * 10]));
    await server.put(10003, { ...counts, "A-1": 18 });
    await server.put(10003, { "A-1": 12 });
    await server.order(10003, "77", { "A-1": 2 });
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/stock/10003");
    await page.locator("tbody tr").nth(99).waitFor();
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText("Page 2", { exact: true }).waitFor();
    await visit.picture("stock");
    await visit.barriers();
    await page.keyboard.press("/");
    await page.keyboard.type("A-1");
    await until(async () => await page.locator("tbody tr").count() === 1, "one SKU");
    const told = await page.locator("tbody tr").innerText();
    for (const number of ["12", "2", "10"]) {
        includes(told, number);
    }
    await page.getByRole("link", { name: "A-1" }).click();
    await page.getByRole("heading", { name: "A-1" }).waitFor();
    await page.getByRole("heading", { name: "History" }).waitFor();
    await page.getByText("full access").first().waitFor();
    await page.getByRole("link", { name: "77" }).first().waitFor();
    await page.locator(".uplot canvas").first().waitFor();
    const history = page.getByRole("table", { name: "Changes, newest first" });
    includes(await history.innerText(), "change −6"); // 18, then 12.
    await visit.picture("sku");
    await visit.barriers();
    await page.getByRole("link", { name: "77" }).first().click();
    await page.getByRole("region", { name: "order 77" }).getByText("A-1 × 2").waitFor();
    await page.goBack();
    await history.getByRole("link", { name: "request" }).first().click();
    await page.getByRole("dialog").getByText("PUT /v2/campaigns/10003/offers/stocks").waitFor();
});

test("who comes back from a SKU is on the page and in the search of before", async (bench) => {
    const server = await bench.stockd();
    await server.put(10003, Object.fromEntries(Array.from({ length: 250 },
        (_, at) => [`S-${String(at).padStart(4, "0")}`, at])));
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/stock/10003");
    const search = page.getByRole("searchbox");
    const next = page.getByRole("button", { name: "Next" });
    const found = page.waitForResponse((answer) => answer.url().includes("search=S-"));
    await search.fill("S-");
    await (await found).finished();
    await page.getByRole("link", { name: "S-0099" }).waitFor();
    await next.click();
    await page.getByRole("link", { name: "S-0199" }).waitFor();
    await next.click();
    await page.getByRole("link", { name: "S-0249" }).waitFor();
    await focusIs(page, "Next"); // There is no next one, and the focus stays.
    await page.getByRole("link", { name: "S-0249" }).click();
    await page.getByRole("heading", { name: "S-0249" }).waitFor();
    await page.goBack();
    await page.getByRole("link", { name: "S-0249" }).waitFor();
    equal(await search.inputValue(), "S-", "the search");
    await page.getByText("Page 3", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Previous" }).click();
    await page.getByRole("link", { name: "S-0199" }).waitFor();

    // A link to another search of the same page.
    await visit.go("#/stock/10003?search=S-000");
    await until(async () => await search.inputValue() === "S-000", "the other search");
    await until(async () => await page.locator("tbody tr").count() === 10, "what it finds");
});

test("an answer that comes late does not replace a newer one", async (bench) => {
    const server = await bench.stockd();
    await server.put(10003, { "A-1": 1, "A-2": 2, "B-1": 3 });
    const visit = await bench.visit(server);
    const { page } = visit;
    let release;
    const held = new Promise((done) => {
        release = done;
    });
    let late = 0;
    const ofA = (url) => url.pathname.endsWith("/stocks") && url.searchParams.get("search") === "A";
    await page.route(ofA, async (route) => {
        late++;
        await held;
        await route.continue().catch(() => undefined); // Dropped by the page is as well.
    });
    await visit.signIn("#/stock/10003");
    const search = page.getByRole("searchbox");
    await search.fill("A");
    await until(() => late > 0, "the question that waits");
    await search.fill("B");
    await page.getByRole("link", { name: "B-1" }).waitFor();
    await until(async () => await page.locator("tbody tr").count() === 1, "B alone");
    release();
    await page.unroute(ofA);
    await search.press("End");
    await page.keyboard.type("-");
    await focusIs(page, "SKU");
    await until(async () => page.url().endsWith("search=B-"), "the address");
    equal(await page.locator("tbody tr").count(), 1, "rows");
    equal(await search.inputValue(), "B-", "what is typed");
});

test("health draws the last hour", async (bench) => {
    const server = await bench.stockd();
    await server.put(10003, { "A-1": 18 });
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/health");
    await page.getByText("Ready: writes are taken").waitFor();
    await page.getByRole("heading", { name: "Requests a second" }).waitFor();
    await page.locator(".uplot canvas").first().waitFor();
    await visit.picture("health");
    await visit.barriers();
});

test("health shows gaps, sums up in words, and points at what is not well", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    // An hour of samples, with a stop of ten minutes in it, refusals at its end.
    const at = Array.from({ length: 360 }, (_, index) => index)
        .filter((index) => index < 200 || index > 260)
        .map((index) => new Date(Date.UTC(2026, 4, 31, 12) + index * 10_000).toISOString());
    const wave = at.map((_, index) => 20 + 15 * Math.sin(index / 25));
    const series = {
        requests_per_second: wave, skus_per_second: wave.map((value) => value * 800),
        refusals_per_second: wave.map((value, index) => index > 270 ? value : 0),
        commit_ms: wave.map((value) => value / 20), commit_ms_max: wave.map((value) => value / 4),
        memory_bytes: wave.map((value, index) => 3e7 + index * 1e5),
    };
    await page.route(/\/api\/v1\/health/, (route) => route.fulfill({ json: {
        status: "OK", result: { intervalMs: 10_000, at, series },
    } }));
    await visit.signIn("#/health");
    await page.getByRole("group", { name: /Requests a second: now .* from 5 to 35/ }).waitFor();
    const worried = page.locator(".worry");
    equal(await worried.count(), 1, "charts that are not well");
    includes(await worried.innerText(), "look here");
    await visit.picture("health-gap", { fullPage: true });
    await visit.barriers();
    await worried.getByRole("link", { name: "To the refused requests" }).click();
    await page.getByRole("heading", { name: "Query log" }).waitFor();
    equal(await page.getByLabel("Status").inputValue(), "4xx", "the filter");

    await page.unroute(/\/api\/v1\/health/);
    visit.cutsOff = true;
    await visit.context.setOffline(true);
    await visit.go("#/health");
    await page.getByText("Whether writes are taken is not known").waitFor();
    await visit.context.setOffline(false);
});
