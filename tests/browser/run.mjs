#!/usr/bin/env node
// node tests/browser/run.mjs [-k WORD] [--jobs N]: all browser tests, or those whose names hold
// WORD, N of them at a time.
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { runAll } from "./runner.mjs";

const { values } = parseArgs({ options: {
    word: { type: "string", short: "k" },
    jobs: { type: "string", default: "3" },
} });
const here = dirname(fileURLToPath(import.meta.url));
for (const name of readdirSync(here).filter((file) => /^test_.*\.mjs$/.test(file)).sort()) {
    await import(`./${name}`);
}
process.exit(await runAll({ word: values.word, jobs: Number(values.jobs) }));
