// What holds for all pages: a phone's width, Russian, the size and the headers of a first view.
import { atMost, equal, includes } from "./check.mjs";
import { test } from "./runner.mjs";
import { until } from "./browser.mjs";

const FIRST_VIEW_BYTES_MAX = 100 * 1024;
const PAGES = ["#/stores", "#/stock/10003", "#/upload/10003", "#/orders/10003", "#/requests",
    "#/tokens", "#/console", "#/health"];

test("every page fits a phone, in Russian and in the dark", async (bench) => {
    const server = await bench.stockd();
    await server.put(10003, { "A-1": 18, "Очень длинный артикул с пробелами и без конца-0001": 4 });
    await server.order(10003, "1", { "A-1": 3 });
    const visit = await bench.visit(server, {
        locale: "ru-RU", colorScheme: "dark", viewport: { width: 390, height: 800 },
    });
    const { page } = visit;
    await visit.signIn("#/stores");
    for (const address of PAGES) {
        await visit.go(address);
        await page.locator("main h1").waitFor();
        await page.locator("main .skeleton").waitFor({ state: "detached" });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        atMost(wide, 390, `the width of ${address}`);
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
