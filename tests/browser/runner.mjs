// Runs the browser tests and prints TAP. All share one chromium; each has a window of its own (its
// cookies, its storage) and a stockd of its own. Several run at a time: what a test waits for is
// mostly the other process.
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { launch, newVisit } from "./browser.mjs";
import { ROOT, Stockd } from "./stockd.mjs";

const PATIENCE_MS = 60_000;
export const PICTURES = join(ROOT, "build", "browser");

const tests = [];

/** Registers a test; its name is a sentence. `run` gets a Bench. */
export function test(name, run) {
    tests.push({ name, run });
}

/** What one test works with; all of it is taken down behind it. */
class Bench {
    constructor(browser) {
        this.browser = browser;
        this.visits = [];
        this.servers = [];
    }

    async stockd(settings) {
        const server = new Stockd(settings);
        this.servers.push(server);
        await server.start();
        return server;
    }

    /** A window on the cabinet of `server`; `settings` are Playwright's of a context. */
    async visit(server, settings) {
        const visit = await newVisit(this.browser, server, settings);
        this.visits.push(visit);
        return visit;
    }

    /** Gives what went wrong without a test looking at it: scripts, policies, ends of servers. */
    async end() {
        const problems = this.visits.flatMap((visit) => visit.problems);
        for (const visit of this.visits) {
            await visit.context.close();
        }
        for (const server of this.servers) {
            await server.stop().catch((problem) => problems.push(problem.message));
        }
        return problems;
    }
}

async function runOne(browser, { name, run }) {
    const bench = new Bench(browser);
    const problems = [];
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not done in ${PATIENCE_MS} ms`)), PATIENCE_MS);
    });
    try {
        await Promise.race([run(bench), late]);
    } catch (problem) {
        problems.push(problem.stack ?? String(problem));
        const page = bench.visits[0]?.page;
        const path = join(PICTURES, `failed-${name.replace(/\W+/g, "-").slice(0, 60)}.png`);
        await page?.screenshot({ path }).then(() => problems.push(`see ${path}`), () => undefined);
    } finally {
        clearTimeout(timer);
        problems.push(...await bench.end().catch((problem) => [problem.stack]));
    }
    return problems;
}

/** Runs what was registered, as far as its name holds `word`; gives the exit status. */
export async function runAll({ word = "", jobs = 3 } = {}) {
    mkdirSync(PICTURES, { recursive: true });
    const chosen = tests.filter(({ name }) => name.includes(word));
    const begun = Date.now();
    console.log("TAP version 13");
    const browser = await launch();
    let number = 0;
    let failed = 0;
    const waiting = [...chosen];
    const work = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
            const started = Date.now();
            const problems = await runOne(browser, next);
            number++;
            failed += problems.length > 0;
            console.log(`${problems.length > 0 ? "not ok" : "ok"} ${number} - ${next.name}`);
            for (const line of problems.join("\n").split("\n").filter(Boolean)) {
                console.log(`# ${line}`);
            }
            console.log(`# ${((Date.now() - started) / 1000).toFixed(1)} s`);
        }
    };
    await Promise.all(Array.from({ length: jobs }, work));
    await browser.close();
    console.log(`1..${number}`);
    const seconds = ((Date.now() - begun) / 1000).toFixed(1);
    console.log(`# ${number} lines, ${failed} failed, ${seconds} s`);
    return failed > 0 || number === 0 ? 1 : 0;
}
