// Runs the unit tests in tests/ with Node's own runner, after esbuild made JavaScript of them.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(dirname(fileURLToPath(import.meta.url)));
const outdir = mkdtempSync(join(tmpdir(), "cabinet-"));
const tests = readdirSync("tests").filter((name) => name.endsWith(".test.ts"));
await build({
    absWorkingDir: process.cwd(),
    entryPoints: tests.map((name) => join("tests", name)),
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node18",
    logLevel: "warning",
});
const files = tests.map((name) => join(outdir, name.replace(/\.ts$/, ".mjs")));
const run = spawnSync(process.execPath, ["--test", "--test-reporter=tap", ...files],
    { stdio: "inherit" });
rmSync(outdir, { recursive: true });
process.exit(run.status ?? 1);
