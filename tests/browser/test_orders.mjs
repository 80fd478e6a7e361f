// Orders: a test order is made, packed, shipped or cancelled, and the numbers move.
import { equal, includes } from "./check.mjs";
import { test } from "./runner.mjs";
import { focusIs, until } from "./browser.mjs";

/** The numbers of a SKU as they read: "18 | 0 | 18". */
async function numbers(page, wanted) {
    const row = page.locator(".numbers tbody tr").first();
    await until(async () => (await row.locator("td").allInnerTexts())
        .map((text) => text.trim().split(/\s/).at(-1)).join(" | ") === wanted, wanted);
}

test("an order moves the numbers, step by step", async (bench) => {
    const server = await bench.stockd();
    await server.put(10003, { "A-1": 18 });
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/orders/10003");
    await page.getByLabel("Order number").fill("1001");
    await page.getByLabel("SKU", { exact: true }).fill("A-1");
    await page.getByLabel("Units").fill("3");
    await numbers(page, "18 | 0 | 18");
    await page.getByRole("button", { name: "Reserve", exact: true }).click();
    await numbers(page, "18 | 3 | 15");
    includes(await page.locator(".numbers").innerText(), "was 18, is 15");
    await visit.picture("orders");
    await visit.barriers();
    await page.getByRole("button", { name: "Pack: order 1001" }).click();
    await page.getByRole("cell", { name: "packed" }).waitFor();
    const ship = page.getByRole("button", { name: "Ship: order 1001" });
    await ship.click();
    await visit.barriers();
    await page.getByRole("button", { name: "Leave it" }).click();
    await focusIs(page, "Ship: order 1001");
    equal(await page.getByRole("cell", { name: "packed" }).count(), 1, "after the no it is packed");
    await ship.click();
    await page.getByRole("button", { name: "Ship it" }).click();
    await numbers(page, "15 | 0 | 15");
    await page.getByRole("cell", { name: "shipped" }).waitFor();
    await focusIs(page, "Orders");

    await page.getByLabel("Order number").fill("1002");
    await page.getByLabel("Units").fill("5");
    await page.getByRole("button", { name: "Reserve", exact: true }).click();
    await numbers(page, "15 | 5 | 10");
    await page.getByRole("button", { name: "Cancel: order 1002" }).click();
    await page.getByRole("button", { name: "Cancel the order" }).click();
    await numbers(page, "15 | 0 | 15");
});

test("an order of more than there is says what lacks", async (bench) => {
    const server = await bench.stockd();
    await server.put(10003, { "A-1": 2 });
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/orders/10003");
    await page.getByLabel("SKU", { exact: true }).fill("A-1");
    await page.getByLabel("Units").fill("3");
    await page.keyboard.press("Enter");
    await page.getByText("A-1: 3 wanted, 2 available").waitFor();
});

test("a step that is refused says so, and of which order", async (bench) => {
    const server = await bench.stockd();
    await server.put(10003, { "A-1": 5 });
    await server.order(10003, "7", { "A-1": 1 });
    const visit = await bench.visit(server);
    const { page } = visit;
    // As when somebody else shipped it a moment ago.
    await page.route(/\/orders\/7\/pack$/, async (route) => {
        await server.operator("POST", "/campaigns/10003/orders/7/ship");
        await route.continue();
    });
    await visit.signIn("#/orders/10003");
    await page.getByRole("button", { name: "Pack: order 7" }).click();
    await page.getByText("This did not change order 7").waitFor();
    await visit.barriers();
    await page.getByRole("cell", { name: "shipped" }).waitFor();
});
