// node bench/page.mjs first|store ROUNDS NAME=URL=TOKEN_FILE…: opens the cabinet of each server in
// Debian's chromium, in turns, and prints a line `name=value …` for each visit. Times are by the
// page's own clock: from the start of the navigation, or from the moment that the browser gave to
// the key or the click, until what was wanted has been painted. `first` begins with nothing cached.
import { readFileSync } from "node:fs";

import { launch } from "../tests/browser/browser.mjs";

const STORE = 10003;
const PAGES = 10;
const PAINTED_MS_MAX = 30_000;
const KEY_MS = 40; // Between two keys.
const BROWSER_MS = 700; // A window has scripts of the browser's own to run before it is at rest.

const [work, rounds, ...places] = process.argv.slice(2);
const servers = places.map((place) => {
    const [name, url, file] = place.split("=");
    return { name, url, token: readFileSync(file, "ascii").trim() };
});

// In the page, before its own scripts. painted(shown) gives the moment at which the frame that
// first fulfils shown() is done; `acted`, the last key or click.
function observe(limit) {
    const watched = { acted: 0, longest: 0 };
    const frameEnd = () => new Promise((done) => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now());
        channel.port2.postMessage(0);
    }));
    watched.painted = (shown) => new Promise((done, fail) => {
        setTimeout(() => fail(new Error(`not painted in time: ${shown}`)), limit);
        const look = () => {
            if (shown()) {
                observer.disconnect();
                frameEnd().then(done);
            }
        };
        const observer = new MutationObserver(look);
        observer.observe(document, { childList: true, subtree: true, attributes: true,
            characterData: true });
        look();
    });
    for (const type of ["input", "click"]) {
        addEventListener(type, (event) => {
            watched.acted = event.timeStamp;
        }, { capture: true });
    }
    new PerformanceObserver((list) => {
        for (const task of list.getEntries()) {
            watched.longest = Math.max(watched.longest, task.duration);
        }
    }).observe({ type: "longtask", buffered: true });
    watched.first = watched.painted(() => document.querySelector("main tbody tr"));
    watched.first.catch(() => undefined); // Who waits for it is told.
    window.watched = watched;
}

async function signIn({ url, token }) {
    const answer = await fetch(`${url}/api/v1/session`, {
        method: "POST", body: JSON.stringify({ token }),
        headers: { "Content-Type": "application/json", "X-Stockd-Cabinet": "1" },
    });
    if (answer.status !== 200) {
        throw new Error(`${url}: signing in: ${answer.status}`);
    }
    const [name, value] = answer.headers.get("set-cookie").split(";")[0].split("=");
    return { name, value, url };
}

/** A window of its own, with nothing in its cache, signed in. */
async function newPage(browser, server) {
    const context = await browser.newContext({ locale: "en-GB",
        viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(PAINTED_MS_MAX);
    await context.addCookies([server.cookie]);
    const page = await context.newPage();
    await page.addInitScript(observe, PAINTED_MS_MAX);
    await page.waitForTimeout(BROWSER_MS);
    return page;
}

function report(server, figures) {
    console.log(Object.entries({ server: server.name, ...figures })
        .map(([name, value]) => `${name}=${value}`).join(" "));
}

/** What came over the wire: bodies as they were sent, and the heads before them. */
async function trafficOf(requests) {
    let bytes = 0;
    for (const request of requests) {
        const sizes = await request.sizes();
        bytes += sizes.responseBodySize + sizes.responseHeadersSize;
    }
    return bytes;
}

async function firstView(browser, server) {
    const page = await newPage(browser, server);
    const requests = [];
    page.on("requestfinished", (request) => requests.push(request));
    await page.goto(`${server.url}/#/stores`);
    const first_ms = await page.evaluate(() => window.watched.first);
    await page.waitForLoadState("networkidle");
    const bytes = await trafficOf(requests);
    const count = requests.length;
    await page.reload();
    const again_ms = await page.evaluate(() => window.watched.first);
    await page.context().close();
    return { first_ms, again_ms, bytes, requests: count };
}

/** From the last key or click until the table is at rest and its first SKU is as wanted. */
function untilRow(page, wanted) {
    return page.evaluate(async ({ prefix, part, not }) => {
        const done = await window.watched.painted(() => {
            const sku = document.querySelector("main tbody th a")?.textContent ?? "";
            return document.querySelector("main table")?.getAttribute("aria-busy") === "false"
                && sku.startsWith(prefix ?? "") && sku.includes(part ?? "") && sku !== not;
        });
        return done - window.watched.acted;
    }, wanted);
}

async function search(page, top, text, wanted) {
    const field = page.getByRole("searchbox");
    await field.fill("");
    await untilRow(page, { part: top });
    await field.pressSequentially(text, { delay: KEY_MS });
    return untilRow(page, wanted);
}

/** One visit of a store: SKUs by their beginning and by a part, pages, and one SKU. */
async function store(browser, server, round) {
    const page = await newPage(browser, server);
    await page.goto(`${server.url}/#/stock/${STORE}`);
    const stock_ms = await page.evaluate(() => window.watched.first);
    const top = await page.locator("main tbody th a").first().textContent();
    const part = String(5003 + 7919 * round).padStart(6, "0");
    const prefix = `SKU-0000${part.slice(0, 3)}`;
    const prefix_ms = await search(page, top, prefix, { prefix });
    await page.getByRole("button", { name: "Contains" }).click();
    const part_ms = await search(page, top, part, { part });
    await page.getByRole("searchbox").fill("");
    await untilRow(page, { part: top });
    const turns = [];
    for (let turn = 0; turn < PAGES; turn++) {
        const not = await page.locator("main tbody th a").first().textContent();
        await page.getByRole("button", { name: "Next" }).click();
        turns.push(await untilRow(page, { not }));
    }
    turns.sort((one, other) => one - other);
    await page.locator("main tbody th a").first().click();
    const sku_ms = await page.evaluate(async () => await window.watched.painted(() =>
        document.querySelector(".uplot canvas") !== null
        && document.querySelector("main tbody tr") !== null) - window.watched.acted);
    const longest_ms = await page.evaluate(() => window.watched.longest);
    await page.context().close();
    return { stock_ms, prefix_ms, part_ms, sku_ms, longest_ms,
        page_ms: turns[turns.length >> 1], page_worst_ms: turns[turns.length - 1] };
}

const visit = { first: firstView, store }[work];
if (visit === undefined || !(Number(rounds) > 0) || servers.length === 0) {
    throw new Error("usage: node bench/page.mjs first|store ROUNDS NAME=URL=TOKEN_FILE…");
}
const browser = await launch();
for (const server of servers) {
    server.cookie = await signIn(server);
}
for (let round = 0; round <= Number(rounds); round++) {
    for (const server of servers) {
        const figures = await visit(browser, server, round);
        if (round > 0) { // The one before warms up.
            report(server, figures);
        }
    }
}
await browser.close();
