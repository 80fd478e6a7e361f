// Tokens: made, shown once, used, revoked; and the console, which calls with one.
import { equal, includes } from "./check.mjs";
import { test } from "./runner.mjs";
import { focusIs, until } from "./browser.mjs";

const STOCKS = "/v2/campaigns/10003/offers/stocks";

test("a token is made, shown once, works, and is revoked", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/tokens");
    await page.getByRole("button", { name: "Make a token" }).click();
    await page.getByLabel("Name").fill("browser test");
    await visit.barriers();
    await page.getByRole("dialog").getByRole("button", { name: "Make a token" }).click();
    await page.getByText("It is shown this once").waitFor();
    await page.getByRole("button", { name: "Copy: Api-Key" }).click();
    const key = await page.evaluate(() => navigator.clipboard.readText());
    await visit.picture("token-made");
    await visit.barriers();
    await page.keyboard.press("Escape");
    equal(await page.getByRole("dialog").isVisible(), true, "a slip of the hand keeps the key");
    await page.getByRole("button", { name: "I have it" }).click();
    await focusIs(page, "Make a token");
    equal((await page.content()).includes(key), false, "the key is still there");
    equal((await server.api("POST", STOCKS, {}, key)).status, 200, "its first request");

    await visit.picture("tokens");
    await page.getByRole("button", { name: "Revoke browser test" }).click();
    await page.getByRole("button", { name: "Keep it" }).click();
    await focusIs(page, "Revoke browser test");
    await page.keyboard.press("Enter");
    await visit.barriers();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("button", { name: "Revoke browser test" }).waitFor({ state: "detached" });
    await focusIs(page, "Tokens");
    equal((await server.api("POST", STOCKS, {}, key)).status, 401, "its last request");
});

test("the console calls the public listener with the token that was just made", async (bench) => {
    const server = await bench.stockd();
    const visit = await bench.visit(server);
    const { page } = visit;
    await visit.signIn("#/tokens");
    await page.getByRole("button", { name: "Make a token" }).click();
    await page.getByLabel("Name").fill("console");
    await page.getByRole("dialog").getByRole("button", { name: "Make a token" }).click();
    await page.getByRole("button", { name: "Use it in the console" }).click();
    const operation = page.locator("#operations-stocks-updateStocks");
    await operation.locator(".opblock-summary-control").click();
    await operation.locator("input[placeholder=campaignId]").fill("10003");
    await operation.locator("textarea").fill('{"skus":[{"sku":"C-1","items":[{"count":9}]}]}');
    await operation.getByRole("button", { name: "Execute" }).click();
    await operation.locator(".live-responses-table .response-col_status").first().waitFor();
    const answer = operation.locator(".live-responses-table");
    await until(async () => /200/.test(await answer.innerText()), "200");
    includes(await operation.locator(".request-url").innerText(), server.publicUrl);
    const stock = await server.operator("GET", "/campaigns/10003/stocks?sku=C-1");
    equal(stock.stocks[0].available, 9, "what the console wrote");
    await operation.scrollIntoViewIfNeeded();
    await visit.picture("console");
    await visit.barriers();
});

test("a public listener that is not reached is said to be that, with what to do", async (bench) => {
    const server = await bench.stockd({ options: ["--public-url", "http://127.0.0.1:1"] });
    const visit = await bench.visit(server);
    const { page } = visit;
    visit.cutsOff = true;
    await visit.signIn("#/console");
    const operation = page.locator("#operations-stocks-getStocks");
    await operation.locator(".opblock-summary-control").click();
    await operation.locator("input[placeholder=campaignId]").fill("10003");
    await operation.getByRole("button", { name: "Execute" }).click();
    const alert = page.getByRole("alert").filter({ hasText: "no answer from http://127.0.0.1:1" });
    await alert.waitFor();
    includes(await alert.innerText(), "--public-url");
    await visit.barriers();
});
