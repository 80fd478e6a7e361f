/* Rows are copied from one form into the other. */
#include "server/push_shops.h"

enum { ROWS_A_READ = 64, MS_PER_S = 1000 };

static uint64_t source_version(void *context)
{
    return registry_version(context);
}

static void source_list(void *context, push_take_shop *take, void *taker)
{
    const struct registry *registry = context;
    struct registry_range range = {.business_id = 0, .first = 0, .rows_max = ROWS_A_READ};
    struct push_row rows[ROWS_A_READ];
    uint32_t total = 0;
    do {
        const uint32_t rows_count = registry_list_push(registry, range, rows, &total);
        for (uint32_t i = 0; i < rows_count; i++) {
            const struct push_shop shop = {
                .campaign_id = rows[i].campaign_id,
                .warehouse_id = rows[i].warehouse_id,
                .shelf_id = rows[i].shelf_id,
                .period_ms = rows[i].push.period_s * MS_PER_S,
                .url = rows[i].push.url,
                .token = rows[i].push.token,
                .token_in_query = rows[i].push.token_in_query,
            };
            take(taker, &shop);
        }
        range.first += ROWS_A_READ;
    } while (range.first < total);
}

/* Answers are numbers of what the campaign sells. */
static bool source_enter(void *context, int64_t campaign_id, int64_t shelf_id)
{
    return registry_enter(context, campaign_id, shelf_id, REGISTRY_USE_NUMBERS);
}

static void source_leave(void *context)
{
    registry_leave(context);
}

struct push_source push_shops_source(struct registry *registry)
{
    return (struct push_source){
        .context = registry,
        .version = source_version,
        .list = source_list,
        .enter = source_enter,
        .leave = source_leave,
    };
}
