// One stockd of the tests' own: a temporary folder, ports that the system chose, SIGTERM at the
// end, where an exit status other than 0 is a failure. Speaks both of its APIs for what a test
// prepares.
// build/stockd is under test; the environment variable STOCKD names another one.
import { spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const STOP_MS_MAX = 30_000;
const SKUS_A_REQUEST = 2000;

/** The stores of demo/registry.json, whose keys stand there in words. */
export const DEMO = JSON.parse(readFileSync(join(ROOT, "demo", "registry.json"), "utf8"));
export const KEYS = Object.fromEntries(DEMO.tokens.map((token) => [token.name, token.apiKey]));

const running = new Set();
process.on("exit", () => {
    for (const server of running) {
        server.process?.kill("SIGKILL");
        rmSync(server.folder, { recursive: true, force: true });
    }
});

export class Stockd {
    constructor({ registry = DEMO, options = [] } = {}) {
        this.folder = mkdtempSync(join(tmpdir(), "stockd-browser-"));
        this.options = options;
        writeFileSync(join(this.folder, "registry.json"), JSON.stringify(registry));
        running.add(this);
    }

    async start() {
        const binary = resolve(process.env.STOCKD ?? join(ROOT, "build", "stockd"));
        this.process = spawn(binary, [
            "--data", join(this.folder, "data"), "--registry", join(this.folder, "registry.json"),
            "--listen", "127.0.0.1:0", "--operator-listen", "127.0.0.1:0", ...this.options,
        ], { stdio: ["ignore", "pipe", "pipe"] });
        this.process.stderr.pipe(createWriteStream(join(this.folder, "stderr.log")));
        this.ended = new Promise((done) => this.process.once("exit", (code, signal) =>
            done(code ?? signal)));
        this.process.once("error", () => undefined); // It is told as an end without a line.
        let fields;
        for await (const line of createInterface({ input: this.process.stdout })) {
            if (line.includes("event=ready")) {
                fields = Object.fromEntries(line.split(" ").map((word) => word.split("=", 2)));
                break;
            }
        }
        if (!fields) {
            throw new Error(`no line event=ready: ${this.stderr()}`);
        }
        this.process.stdout.resume();
        this.publicUrl = `http://${fields.listen}`;
        this.url = `http://${fields.operator}`;
        this.token = readFileSync(join(this.folder, "data", "operator.token"), "ascii").trim();
    }

    stderr() {
        const text = readFileSync(join(this.folder, "stderr.log"), "utf8");
        return text.split("\n").slice(-20).join("\n");
    }

    async stop() {
        this.process.kill("SIGTERM");
        let timer;
        const late = new Promise((done) => {
            timer = setTimeout(() => done("no end"), STOP_MS_MAX);
        });
        const status = await Promise.race([this.ended, late]);
        clearTimeout(timer);
        if (status !== 0) {
            this.process.kill("SIGKILL");
            throw new Error(`stockd ended with ${status}: ${this.stderr()}`);
        }
        rmSync(this.folder, { recursive: true, force: true });
        running.delete(this);
    }

    /** Calls the operator's API and insists on success; gives `result`. */
    async operator(method, path, body) {
        const answer = await this.send(`${this.url}/api/v1${path}`, method,
            { Authorization: `Bearer ${this.token}` }, body);
        if (answer.status !== 200) {
            throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.json)}`);
        }
        return answer.json.result;
    }

    /** Calls the public API; gives status and JSON, whatever they are. */
    api(method, path, body, key = KEYS["full access"]) {
        return this.send(this.publicUrl + path, method, { "Api-Key": key }, body);
    }

    async send(url, method, headers, body) {
        const response = await fetch(url, {
            method,
            headers: { ...headers, ...body && { "Content-Type": "application/json" } },
            body: body && JSON.stringify(body),
        });
        const text = await response.text();
        return { status: response.status, json: text.startsWith("{") ? JSON.parse(text) : text };
    }

    /** Sets counts of a store: {sku: count}. */
    async put(campaignId, counts) {
        const rows = Object.entries(counts);
        for (let at = 0; at < rows.length; at += SKUS_A_REQUEST) {
            const skus = rows.slice(at, at + SKUS_A_REQUEST)
                .map(([sku, count]) => ({ sku, items: [{ count }] }));
            const answer = await this.api("PUT", `/v2/campaigns/${campaignId}/offers/stocks`,
                { skus });
            if (answer.status !== 200) {
                throw new Error(`PUT: ${answer.status} ${JSON.stringify(answer.json)}`);
            }
        }
    }

    /** Makes a test order of {sku: count}. */
    order(campaignId, orderId, counts) {
        return this.operator("POST", `/campaigns/${campaignId}/orders`, {
            orderId, items: Object.entries(counts).map(([sku, count]) => ({ sku, count })),
        });
    }
}
