// Builds the cabinet into dist/: index.html, and assets/NAME-HASH.{js,css,svg,txt}, which never
// change under their name. Prints what a first view loads, gzipped, and fails when that is over its
// limit.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const FIRST_VIEW_BYTES_MAX = 100 * 1024;

process.chdir(dirname(fileURLToPath(import.meta.url)));
rmSync("dist", { recursive: true, force: true });

// A first view comes in one script. What several entries need goes into chunks, one for each set of
// entries that need it; as each page read later needs the start (and with it all of the first
// view), the first view is one such set. The start has run by then: nothing runs twice.
const oneFirstView = {
    name: "one-first-view",
    setup({ onLoad }) {
        onLoad({ filter: /src\/pages\/\w+\.tsx$|src\/console\.ts$/ }, ({ path }) => ({
            contents: `${readFileSync(path, "utf8")}\nimport "${resolve("src/main")}";\n`,
            loader: path.endsWith("x") ? "tsx" : "ts",
        }));
    },
};

const { metafile } = await build({
    absWorkingDir: process.cwd(),
    entryPoints: ["src/main.tsx", "src/styles/style.css"],
    outdir: "dist/assets",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: ["es2021", "chrome100", "firefox100", "safari15.4"],
    minify: true,
    legalComments: "none",
    jsx: "automatic",
    jsxImportSource: "preact",
    metafile: true,
    plugins: [oneFirstView],
});

// Puts a file among the assets, its name made from its content; gives its path in the page.
function keep(name, suffix, text) {
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase();
    const path = `assets/${name}-${hash}.${suffix}`;
    writeFileSync(join("dist", path), text);
    return path;
}

// The notices that the licences of what is built in ask for.
function licences() {
    const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    return Object.keys(dependencies).sort().map((name) =>
        `${name} ${dependencies[name]}\n\n${readFileSync(`node_modules/${name}/LICENSE`, "utf8")}`)
        .join("\n\n----\n\n");
}

// What a page needs before anything shows: the output of `entry`, and what that imports at once.
function needed(entry) {
    const outputs = Object.entries(metafile.outputs);
    const [path] = outputs.find(([, output]) => output.entryPoint === entry);
    const all = [path];
    for (const at of all) {
        for (const chunk of metafile.outputs[at].imports) {
            if (chunk.kind === "import-statement" && !all.includes(chunk.path)) {
                all.push(chunk.path);
            }
        }
    }
    return all;
}

// The start's own output is no more than the import of what it shares with all pages.
const [start, script, ...more] = needed("src/main.tsx");
const [style] = needed("src/styles/style.css");
if (Object.keys(metafile.outputs[start].inputs).length > 0 || more.length > 0) {
    console.error(`a first view is more than one script: ${[start, script, ...more].join(" ")}`);
    process.exit(1);
}
rmSync(start);
const asset = (path) => `assets/${basename(path)}`;
const page = readFileSync("src/index.html", "utf8")
    .replace("STYLE", asset(style))
    .replace("SCRIPT", asset(script))
    .replace("ICON", keep("icon", "svg", readFileSync("src/icon.svg", "utf8")))
    .replace("LICENCES", keep("licences", "txt", licences()));
writeFileSync("dist/index.html", page);

const shown = ["dist/index.html", style, script];
let total = 0;
for (const path of shown) {
    total += gzipSync(readFileSync(path), { level: 9 }).length;
}
const files = Object.keys(metafile.outputs).length;
console.log(`cabinet: ${files} files, first view ${(total / 1024).toFixed(1)} KB gzipped`);
if (total > FIRST_VIEW_BYTES_MAX) {
    console.error(`a first view has to stay under ${FIRST_VIEW_BYTES_MAX / 1024} KB`);
    process.exit(1);
}
