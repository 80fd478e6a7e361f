// What holds for all pages: a phone's width, Russian, the size and the headers of a first view.
import { atMost, equal, includes } from "./check.mjs";
import { test } from "./runner.mjs";
import { focusIs, until } from "./browser.mjs";

const FIRST_VIEW_BYTES_MAX = 100 * 1024;
const PAGES = ["#/stores", "#/stock/10003", "#/upload/10003", "#/orders/10003", "#/requests",
    "#/tokens", "#/console", "#/health"];

test("no page has a barrier: wide or narrow, full or empty, in both languages", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    const look = async () => {
        for (const address of PAGES) {
            await visit.go(address);
            await page.locator("main h1").first().waitFor(); // The console brings one of its own.
            await page.waitForFunction(() => !document.querySelector("main .skeleton"));
            const titles = await page.evaluate(() => [...document.querySelectorAll("h1, h2, h3")]
                .filter((title) => !title.closest(".console") && title.checkVisibility())
                .map(({ tagName }) => Number(tagName[1])));
            equal(titles.filter((level) => level === 1).length, 1, `first titles of ${address}`);
            equal(titles.every((level, at) => level <= (titles[at - 1] ?? 0) + 1), true,
                `the order of titles of ${address}: ${titles}`);
            // The console has a test of its own for each of its states.
            await (address === "#/console" || visit.barriers());
        }
    };
    await visit.signIn("#/stores");
    await look();
    await server.put(10003, { "A-1": 18, "A-2": 0 });
    await server.order(10003, "1", { "A-1": 3 });
    await server.api("PUT", "/v2/campaigns/10003/offers/stocks", {});
    await page.getByRole("button", { name: "Русский" }).click();
    await page.setViewportSize({ width: 360, height: 800 });
    PAGES.push("#/stock/10003/sku/A-1");
    await look();
    PAGES.pop();
});

test("the keyboard alone leads to the content, to a SKU, and through a dialog", async (bench) => {
    const server = await bench.stockd();
    await server.put(10003, { "A-1": 18 });
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/stock/10003");
    await page.reload();
    await page.getByRole("link", { name: "A-1" }).waitFor();
    await page.keyboard.press("Tab");
    await focusIs(page, "Skip to the content");
    await page.keyboard.press("Enter");
    await until(() => page.evaluate(() => document.activeElement.id === "main"), "the content");
    await page.keyboard.press("/");
    await focusIs(page, "SKU");
    await page.keyboard.press("ArrowDown");
    await focusIs(page, "A-1");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "A-1" }).waitFor();
    await visit.go("#/tokens");
    await page.getByRole("button", { name: "Revoke full access" }).waitFor();
    await page.getByRole("button", { name: "Make a token" }).focus();
    await focusIs(page, "Make a token");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await focusIs(page, "Make a token");
});

test("every page fits a phone, in Russian and in the dark", async (bench) => {
    const server = await bench.stockd();
    await server.put(10003, { "A-1": 18, "Очень длинный артикул с пробелами и без конца-0001": 4 });
    await server.order(10003, "1", { "A-1": 3 });
    const visit = await bench.visit(server, {
        locale: "ru-RU", colorScheme: "dark", viewport: { width: 360, height: 800 },
        hasTouch: true, isMobile: true,
    });
    const { page } = visit;
    await visit.signIn("#/stores");
    for (const address of PAGES) {
        await visit.go(address);
        await page.locator("main h1").first().waitFor();
        await page.waitForFunction(() => !document.querySelector("main .skeleton"));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        atMost(wide, 360, `the width of ${address}`);
        const small = await page.evaluate(() =>
            [...document.querySelectorAll("button, select, .tabs a, .store-links a")]
                .filter((it) => !it.closest(".console") && it.checkVisibility())
                .filter((it) => it.getBoundingClientRect().height < 43.5)
                .map((it) => it.outerHTML.slice(0, 120)));
        equal(small.join(), "", `too small for a finger, of ${address}`);
        await visit.picture(`phone-${address.split("/")[1]}`);
    }
});

test("a first view is small, asks nobody else, and obeys a strict policy", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page, context } = visit;
    const session = await context.newCDPSession(page);
    await session.send("Network.enable");
    const urls = new Map();
    let bytes = 0;
    session.on("Network.responseReceived", ({ requestId, response }) => {
        urls.set(requestId, response.url);
    });
    session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
        if (!urls.get(requestId)?.includes("/api/v1/")) {
            bytes += encodedDataLength;
        }
    });
    await visit.signIn("#/stores");
    await page.getByRole("row", { name: /Moscow store/ }).waitFor();
    atMost(bytes, FIRST_VIEW_BYTES_MAX, "bytes of a first view");
    equal(bytes > 5000, true, "something was counted");
    equal([...urls.values()].every((url) => url.startsWith(server.url)), true, "only stockd");
    const policy = (await fetch(server.url)).headers.get("content-security-policy");
    includes(policy, "script-src 'self'");
    includes(policy, "frame-ancestors 'none'");
    equal(policy.includes("unsafe"), false, "nothing unsafe");
});

test("a page has a title of its own, and a store that is none says so", async (bench) => {
    const server = await bench.stockd();
    await server.put(10003, { "A-1": 18 });
    const visit = await bench.visit(server);
    const { page } = visit;
    const title = (wanted) => until(async () => await page.title() === wanted, wanted);
    await visit.signIn("#/stores");
    await title("Stores · stockd");
    await page.getByRole("link", { name: "Moscow store", exact: true }).click();
    await title("Stock · Moscow store · stockd");
    await page.getByRole("link", { name: "A-1" }).click();
    await title("A-1 · Moscow store · stockd");
    await visit.go("#/stores");
    await title("Stores · stockd");
    for (const of of ["stock", "upload", "orders"]) {
        await visit.go(`#/${of}/99`);
        await page.getByRole("heading", { name: "There is no store of campaign ID 99" }).waitFor();
        equal(await page.getByRole("alert").count(), 0, "failures");
    }
    await visit.barriers();
});

test("a lost connection is told, and made up for, with the focus in its place", async (bench) => {
    const server = await bench.stockd();
    await server.put(10003, { "A-1": 18 });
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/stock/10003");
    await page.getByRole("link", { name: "A-1" }).waitFor();
    visit.cutsOff = true;
    await visit.context.setOffline(true);
    await page.getByRole("button", { name: "In stock" }).click();
    await page.getByRole("alert").filter({ hasText: "stockd does not answer" }).waitFor();
    await visit.barriers();
    await visit.context.setOffline(false);
    await page.getByRole("button", { name: "Try again" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "A-1" }).waitFor();
    await until(() => page.evaluate(() => document.activeElement.id === "main"), "the focus");
});

test("a store whose API is switched off says so, in the list and on its pages", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/stores");
    await page.getByRole("row", { name: /Sleeping store.*API off/ }).waitFor();
    equal(await page.getByText("API off").count(), 1, "stores that are off");
    await visit.barriers();
    await page.getByRole("link", { name: "Sleeping store", exact: true }).click();
    await page.locator(".campaign-head", { hasText: "API off" }).waitFor();
});

test("a session that ended elsewhere is told, and the page goes on behind it", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/tokens");
    await page.getByRole("button", { name: "Make a token" }).waitFor();
    await visit.context.clearCookies();
    await page.getByRole("link", { name: "Stores" }).click();
    await page.getByText("The session is over").waitFor();
    await visit.barriers();
    await page.getByLabel("Operator token").fill(server.token);
    await page.keyboard.press("Enter");
    await page.getByRole("row", { name: /Moscow store/ }).waitFor();
});
