// Debian's chromium under playwright-core, and what a person does in it. A Visit is one window;
// it notes every script error, refused resource and violated policy, and a test with such a note
// fails.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

import { PICTURES } from "./runner.mjs";

const ACTION_MS_MAX = 15_000;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Without a network beyond this machine, and without what chromium does on its own behalf. */
export function launch() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        headless: true,
        args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
}

export async function newVisit(browser, server, settings = {}) {
    const context = await browser.newContext({
        baseURL: server.url,
        locale: "en-GB",
        timezoneId: "UTC",
        colorScheme: "light",
        reducedMotion: "reduce",
        viewport: { width: 1280, height: 800 },
        permissions: ["clipboard-read", "clipboard-write"],
        ...settings,
    });
    context.setDefaultTimeout(ACTION_MS_MAX);
    const page = await context.newPage();
    return new Visit(context, page, server);
}

class Visit {
    constructor(context, page, server) {
        this.context = context;
        this.page = page;
        this.server = server;
        this.problems = [];
        /** A test that plays a lost connection says so here. */
        this.cutsOff = false;
        page.on("pageerror", (error) => this.problems.push(`script: ${error.stack ?? error}`));
        page.on("console", (message) => {
            // A status that an API answers with is no fault of the page, nor what a test cuts off.
            const told = message.text();
            if (message.type() === "error" && !/status of \d+/.test(told)
                && !(this.cutsOff && /Failed to load resource: net::ERR_/.test(told))) {
                this.problems.push(`console: ${told}`);
            }
        });
    }

    /** Opens the cabinet and signs in with the operator's token, as a person types it. */
    async signIn(address = "") {
        const { page } = this;
        await page.goto(`/${address}`);
        await page.getByLabel(/operator token|токен оператора/i).fill(this.server.token);
        await page.keyboard.press("Enter");
        await page.locator("nav").first().waitFor({ state: "attached" });
    }

    /** Goes to an address behind the #, as a link would. */
    async go(address) {
        await this.page.evaluate((hash) => {
            location.hash = hash;
        }, address);
    }

    /** Saves build/browser/NAME.png. */
    async picture(name, { fullPage = false } = {}) {
        await this.page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage });
    }

    /** Is there a barrier on what is shown now? Serious and critical ones fail; in both colours. */
    async barriers() {
        const { page } = this;
        const found = [];
        for (const colorScheme of ["light", "dark"]) {
            await page.emulateMedia({ colorScheme });
            // What follows the colours by a script has done so when a frame is drawn.
            await page.evaluate(() => new Promise((done) => {
                requestAnimationFrame(() => requestAnimationFrame(done));
            }));
            for (const { id, impact, help, nodes } of await this.#axe()) {
                if (impact === "serious" || impact === "critical") {
                    const where = nodes.slice(0, 4).map((node) =>
                        `${node.html.slice(0, 160)} (${node.any[0]?.message ?? ""})`);
                    found.push(`${colorScheme}: ${id}: ${help}\n  ${where.join("\n  ")}`);
                }
            }
        }
        await page.emulateMedia({ colorScheme: "light" });
        if (found.length > 0) {
            throw new Error(`barriers at ${page.url()}:\n${found.join("\n")}`);
        }
    }

    // In a world of its own: the page's policy forbids scripts from elsewhere, and does so rightly.
    async #axe() {
        const session = await this.context.newCDPSession(this.page);
        const { frameTree } = await session.send("Page.getFrameTree");
        const { executionContextId: contextId } = await session.send("Page.createIsolatedWorld",
            { frameId: frameTree.frame.id, worldName: "axe" });
        const expression = `${axe}; axe.run(document, {resultTypes: ["violations"]})
            .then((result) => result.violations)`;
        const { result, exceptionDetails } = await session.send("Runtime.evaluate",
            { expression, contextId, awaitPromise: true, returnByValue: true });
        await session.detach();
        if (exceptionDetails) {
            throw new Error(`axe: ${JSON.stringify(exceptionDetails)}`);
        }
        return result.value;
    }
}

/** Waits until the focus is at what has this name or these words; "body" is where a lost one is. */
export async function focusIs(page, wanted) {
    let at;
    await until(async () => {
        at = await page.evaluate(() => {
            const { activeElement } = document;
            return activeElement === document.body ? "body"
                : activeElement.getAttribute("aria-label") ?? activeElement.innerText;
        });
        return at === wanted;
    }).catch(() => {
        throw new Error(`the focus is at ${JSON.stringify(at)}, not at ${JSON.stringify(wanted)}`);
    });
}

/** Asks again until `check` gives something true, and gives it. */
export async function until(check, what = "it") {
    const deadline = Date.now() + ACTION_MS_MAX;
    for (;;) {
        const value = await check();
        if (value) {
            return value;
        }
        if (Date.now() > deadline) {
            throw new Error(`${what} does not come`);
        }
        await new Promise((done) => setTimeout(done, 20));
    }
}
