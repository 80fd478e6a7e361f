-- Bodies for wrk: PUT offers/stocks with 2,000 SKUs each, as the documentation's sample has them.
-- Made before the first request; a stamp a second ahead is not older than what is there.
local SKUS_TOTAL, SKUS_PER_BODY, BODIES = 1000000, 2000, 100
local stamp = os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() + 1)
local bodies = {}
math.randomseed(7)

local function item(number)
    return string.format('{"sku":"SKU-%010d","items":[{"count":%d,"updatedAt":"%s"}]}', number,
                         math.random(0, 999), stamp)
end

for body = 1, BODIES do
    local items, seen = {}, {}
    while #items < SKUS_PER_BODY do
        local number = math.random(0, SKUS_TOTAL - 1)
        if not seen[number] then
            seen[number] = true
            items[#items + 1] = item(number)
        end
    end
    bodies[body] = '{"skus":[' .. table.concat(items, ",") .. "]}"
end

local path = "/v2/campaigns/10003/offers/stocks"
local headers = {
    ["Content-Type"] = "application/json",
    ["Api-Key"] = os.getenv("STOCKD_BENCH_TOKEN"),
}
local sent = 0

function request()
    sent = sent + 1
    return wrk.format("PUT", path, headers, bodies[sent % BODIES + 1])
end
