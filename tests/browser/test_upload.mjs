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
    const findings = await page.locator(".upload-findings").innerText();
    for (const part of ["Not written, until the file is mended", "the count is no number",
        "Write digits only", "five", "differ by leading zeros alone", "557722"]) {
        includes(findings, part);
    }
    includes(await page.locator(".upload-plan").innerText(), "read as CSV");
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

test("the page says what a file was taken for", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    await page.route((url) => url.pathname.endsWith("/uploads"), async (route) => {
        const answer = await (await route.fetch()).json();
        Object.assign(answer.result, { format: "CSV", encoding: "windows-1251", delimiter: ";" });
        await route.fulfill({ json: answer });
    });
    await visit.signIn("#/upload/10003");
    await drop(page, "leftovers.csv", "sku;count\nA-1;20\n");
    await page.getByText("read as CSV, in windows-1251, separated by semicolons").waitFor();
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
    await page.getByRole("button", { name: "with this store's numbers" }).click();
    const path = await (await download).path();
    equal(readFileSync(path).subarray(0, 2).toString(), "PK", "it is a spreadsheet");
    await page.locator("input[type=file]").setInputFiles(
        { name: "template.xlsx", mimeType: "application/zip", buffer: readFileSync(path) });
    await page.getByText("The store has these numbers already").waitFor();
});

test("a template that cannot be made is told as such, and nothing is kept", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    await page.route(/template\.xlsx/, (route) => route.fulfill({ status: 409, json: {
        status: "ERROR", errors: [{ code: "TOO_MANY_SKUS", message: "A sheet holds fewer" }],
    } }));
    await visit.signIn("#/upload/10003");
    await page.getByRole("button", { name: "with this store's numbers" }).click();
    await page.getByText("A sheet holds fewer").waitFor();
    await visit.barriers();
    await page.unroute(/template\.xlsx/);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "empty" }).click();
    equal((await download).suggestedFilename(), "10003-template.xlsx", "its name");
    equal(await page.getByText("A sheet holds fewer").count(), 0, "old failures");
});

/** Goes to a checked file of one change; gives its id. */
async function checked(visit) {
    const { page } = visit;
    await visit.signIn("#/upload/10003");
    await page.locator("input[type=file]").setInputFiles(
        { name: "one.csv", mimeType: "text/csv", buffer: Buffer.from("sku,count\nA-1,6\n") });
    await page.getByRole("button", { name: /^Write 1 change/ }).waitFor();
    return new URLSearchParams(page.url().split("?")[1]).get("upload");
}

test("an upload goes on where its answer is lost or another window began it", async (bench) => {
    const server = await bench.stockd();
    await server.put(10003, { "A-1": 18 });
    const visit = await bench.visit(server);
    const { page } = visit;
    await checked(visit);
    visit.cutsOff = true;
    await page.route(/\/apply$/, async (route) => {
        await route.fetch();
        await route.abort();
    });
    await page.getByRole("button", { name: /^Write/ }).click();
    await page.getByRole("heading", { name: "Everything is written" }).waitFor();
    equal(await page.getByRole("alert").count(), 0, "alerts");
    await page.unroute(/\/apply$/);

    await page.getByRole("button", { name: "Another file" }).click();
    await page.locator("input[type=file]").setInputFiles(
        { name: "two.csv", mimeType: "text/csv", buffer: Buffer.from("sku,count\nA-1,7\n") });
    const write = page.getByRole("button", { name: /^Write 1 change/ });
    await write.waitFor();
    const id = new URLSearchParams(page.url().split("?")[1]).get("upload");
    await server.operator("POST", `/campaigns/10003/uploads/${id}/apply`, { confirm: 1 });
    await write.click();
    await page.getByRole("heading", { name: "Everything is written" }).waitFor();
    equal(await page.getByRole("alert").count(), 0, "alerts");
});

test("a page read anew finds the upload that is being written", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    const id = await checked(visit);
    const ofUpload = (url) => url.pathname.endsWith(id);
    await page.route(ofUpload, async (route) => {
        const answer = await (await route.fetch()).json();
        answer.result.state = "APPLYING"; // As a file of a million rows would be for some time.
        await route.fulfill({ json: answer });
    });
    await page.getByRole("button", { name: /^Write/ }).click();
    await page.getByRole("heading", { name: "Writing" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Writing" }).waitFor();
    await visit.barriers();
    await page.unroute(ofUpload);
    await page.getByRole("heading", { name: "Everything is written" }).waitFor();

    await server.operator("DELETE", `/campaigns/10003/uploads/${id}`);
    await page.reload();
    await page.getByText("What was written of it stays written").waitFor();
    await page.getByRole("button", { name: "Another file" }).click();
    await page.getByText(/Drop a file/).waitFor();
});
