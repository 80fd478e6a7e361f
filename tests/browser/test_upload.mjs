// Upload: a file dropped on the page, shown first, then written.
import { readFileSync } from "node:fs";

import { equal, includes } from "./check.mjs";
import { test } from "./runner.mjs";

/** Drops a file as a hand does. */
async function drop(page, name, text) {
    const data = await page.evaluateHandle(([file, content]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([content], file));
        return transfer;
    }, [name, text]);
    await page.getByText(/Drop a file/).waitFor();
    await page.locator(".drop").dispatchEvent("drop", { dataTransfer: data });
}

test("a dropped file is shown before it is written, with what is suspicious", async (bench) => {
    const server = await bench.stockd();
    const others = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`S-${at}`, 5]));
    await server.put(10003, { ...others, "A-1": 18, "A-2": 4, "0557722": 7 });
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/upload/10003");
    await drop(page, "leftovers.csv",
        "SKU;Остаток\nA-1;20\nA-2;0\n0557722;7\n557722;3\nB-9;five\nNEW-1;12\n");
    await page.getByRole("heading", { name: "What would change" }).waitFor();
    await page.getByText("two SKUs that differ by leading zeros alone").click();
    await visit.picture("upload-check");
    await visit.barriers();
    equal((await server.operator("GET", "/campaigns/10003/stocks?sku=A-1")).stocks[0].available, 18,
        "nothing is written before the yes");

    await page.getByRole("button", { name: /^Write 4 changes/ }).click();
    await page.getByRole("heading", { name: "Everything is written" }).waitFor();
    await visit.picture("upload-done");
    const stock = await server.operator("GET", "/campaigns/10003/stocks?sku=NEW-1");
    equal(stock.stocks[0].available, 12, "what was shown is written");
});

test("a file that would empty the store wants a yes of its own", async (bench) => {
    const server = await bench.stockd();
    const counts = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`S-${at}`, 5]));
    await server.put(10003, counts);
    const visit = await bench.visit(server, { colorScheme: "dark" });
    const { page } = visit;
    await visit.signIn("#/upload/10003");
    await page.getByLabel(/whole assortment/).check();
    await page.locator("input[type=file]").setInputFiles(
        { name: "few.csv", mimeType: "text/csv", buffer: Buffer.from("sku,count\nS-0,6\n") });
    await page.getByText("Much would become 0").waitFor();
    includes(await page.locator(".brake").innerText(), "19 of 20");
    const write = page.getByRole("button", { name: /^Write/ });
    equal(await write.isDisabled(), true, "the brake holds");
    await visit.picture("upload-brake");
    await page.getByLabel(/^Yes, set these 19/).check();
    await write.click();
    await page.getByRole("heading", { name: "Everything is written" }).waitFor();
    const stock = await server.operator("GET", "/campaigns/10003/stocks?sku=S-7");
    equal(stock.stocks[0].available, 0, "what the file lacks is 0");
});

test("a template can be downloaded, and comes back as an upload", async (bench) => {
    const server = await bench.stockd();
    await server.put(10003, { "A-1": 18 });
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/upload/10003");
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "with this store's numbers" }).click();
    const path = await (await download).path();
    equal(readFileSync(path).subarray(0, 2).toString(), "PK", "it is a spreadsheet");
    await page.locator("input[type=file]").setInputFiles(
        { name: "template.xlsx", mimeType: "application/zip", buffer: readFileSync(path) });
    await page.getByText("The store has these numbers already").waitFor();
});
