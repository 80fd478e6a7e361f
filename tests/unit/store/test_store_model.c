/* Random commands of all kinds against a slow, plain model that shares no code with the store, with
 * restarts in between: what every cell, order and sum is, and that replaying gives the same again.
 * The simulated clock moves only while the store is closed, so that what expires is known.
 * TEST_SEED replays. */
#include "store_model.h"

/* Distinct SKUs by number. Returns how many. */
static int pick_skus(struct model *model, int picked[LINES_MAX])
{
    const int count = 1 + (int)chance_below(&model->chance, LINES_MAX);
    const int first = (int)chance_below(&model->chance, SKUS);
    const int step = 1 + 4 * (int)chance_below(&model->chance, 3) % SKUS;
    for (int i = 0; i < count; i++)
        picked[i] = (first + i * (step % 2 == 0 ? 1 : step)) % SKUS;
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < i; j++) {
            if (picked[i] == picked[j])
                return i;
        }
    }
    return count;
}

static int64_t pick_count(struct model *model)
{
    return chance_between(&model->chance, 0,
                          chance_one_in(&model->chance, 20) ? STOCK_COUNT_MAX : 20);
}

/* Most writes are new, some are old. */
static int64_t pick_moment(struct model *model)
{
    return model->now - chance_between(&model->chance, 0, 3) * DAY / 2;
}

static void step_put(struct model *model, int shelf)
{
    int picked[LINES_MAX];
    const int count = pick_skus(model, picked);
    struct stock_write items[LINES_MAX];
    const enum store_unknown policy = (enum store_unknown)chance_below(&model->chance, 3);
    bool unknown = false;
    for (int i = 0; i < count; i++) {
        items[i] = write_of(sku_texts[picked[i]], pick_count(model), pick_moment(model));
        unknown |= !model->cells[shelf][picked[i]].known;
    }
    const bool refused = policy == STORE_UNKNOWN_REJECT && unknown;
    assert_int_equal(
        put_items(model->world, shelf_ids[shelf], policy, items, (uint32_t)count, NULL),
        refused ? VERDICT_UNKNOWN_SKU : VERDICT_OK);
    for (int i = 0; i < count && !refused; i++) {
        struct model_cell *cell = &model->cells[shelf][picked[i]];
        if (!cell->known && policy == STORE_UNKNOWN_IGNORE)
            continue;
        cell->known = true;
        if (cell->numbered && items[i].updated_at_ms < cell->moment)
            continue;
        if (cell->ordered && (!cell->numbered || items[i].updated_at_ms == cell->moment) &&
            items[i].count == cell->written && (cell->marks & 2) == 0)
            continue;
        cell->ordered = false;
        cell->numbered = true;
        cell->moment = items[i].updated_at_ms;
        cell->available = items[i].count;
        cell->marks &= ~2U;
    }
}

static void step_mark(struct model *model, int shelf)
{
    int picked[LINES_MAX];
    const int count = pick_skus(model, picked);
    struct stock_key keys[LINES_MAX];
    struct store_mark mark = {.keys = keys, .keys_count = (uint32_t)count};
    mark.set = (uint32_t)chance_below(&model->chance, MARKS);
    mark.clear = (uint32_t)chance_below(&model->chance, MARKS) & ~mark.set;
    mark.create_unknown = chance_one_in(&model->chance, 2);
    for (int i = 0; i < count; i++) {
        struct model_cell *cell = &model->cells[shelf][picked[i]];
        keys[i] = key_of(sku_texts[picked[i]]);
        cell->known |= mark.create_unknown;
        if (cell->known)
            cell->marks = (cell->marks & ~mark.clear) | mark.set;
    }
    arena_reset(&model->world->arena);
    struct store_command command = {.kind = STORE_MARK,
                                    .shelf_id = shelf_ids[shelf],
                                    .arena = &model->world->arena,
                                    .mark = mark};
    assert_int_equal(run_command(model->world->store, &command), VERDICT_OK);
}

static void model_count(struct model_cell *cell, const struct stock_count *item)
{
    cell->known = true;
    if (cell->numbered && item->updated_at_ms < cell->moment)
        return;
    cell->numbered = true;
    cell->moment = item->updated_at_ms;
    if (item->type == STOCK_FIT || item->type == STOCK_AVAILABLE)
        cell->ordered = false;
    if (item->type == STOCK_FIT)
        cell->available = item->count - cell->reserved;
    else if (item->type == STOCK_AVAILABLE)
        cell->available = item->count;
    else
        cell->unfit[item->type - STOCK_QUARANTINE] = item->count;
}

static void step_count(struct model *model, int shelf)
{
    static const enum stock_type types[] = {STOCK_FIT,    STOCK_AVAILABLE, STOCK_QUARANTINE,
                                            STOCK_DEFECT, STOCK_EXPIRED,   STOCK_UTILIZATION};
    int picked[LINES_MAX];
    const int count = pick_skus(model, picked);
    struct stock_count items[2 * LINES_MAX];
    bool below = false;
    const int64_t moment = pick_moment(model); /* One for all: what is older is older at once. */
    const uint64_t type = chance_below(&model->chance, 5);
    for (int i = 0; i < 2 * count; i++) { /* Two types of each SKU. */
        const struct model_cell *cell = &model->cells[shelf][picked[i / 2]];
        items[i] = counted(sku_texts[picked[i / 2]], types[type + (uint64_t)i % 2],
                           pick_count(model), moment);
        below |= items[i].type == STOCK_FIT && items[i].count < cell->reserved &&
                 (!cell->numbered || moment >= cell->moment);
    }
    assert_int_equal(
        count_items(model->world, shelf_ids[shelf], items, 2 * (uint32_t)count).verdict,
        below ? VERDICT_BELOW_RESERVED : VERDICT_OK);
    for (int i = 0; i < 2 * count && !below; i++)
        model_count(&model->cells[shelf][picked[i / 2]], &items[i]);
}

/* What a change of state does to the cells of an order. */
static void model_change(struct model *model, int shelf, struct model_order *order,
                         enum order_state state, int64_t now)
{
    for (int i = 0; i < SKUS; i++) {
        struct model_cell *cell = &model->cells[shelf][i];
        if (state == ORDER_PACKED)
            break;
        cell->reserved -= order->counts[i];
        if (state == ORDER_EXPIRED || (state == ORDER_CANCELLED && order->state == ORDER_RESERVED))
            cell->available += order->counts[i];
    }
    order->state = state;
    order->changed = now;
}

static void model_forget_old(struct model *model, int shelf)
{
    for (int i = 0; i < CAMPAIGNS * IDS; i++) {
        struct model_order *order = &model->orders[shelf][i / IDS][i % IDS];
        if (is_over(order) && order->changed + 30 * DAY <= model->now)
            order->known = false;
    }
}

static enum verdict model_reserve(struct model *model, int shelf, struct model_order *order,
                                  const struct model_order *wanted)
{
    if (order->known) {
        return memcmp(order->counts, wanted->counts, sizeof(order->counts)) == 0
                   ? VERDICT_OK
                   : VERDICT_ORDER_EXISTS;
    }
    for (int i = 0; i < SKUS; i++) {
        const struct model_cell *cell = &model->cells[shelf][i];
        if (wanted->counts[i] > cell->available ||
            wanted->counts[i] + cell->reserved > STOCK_COUNT_MAX)
            return VERDICT_SHORTAGE;
    }
    for (int i = 0; i < SKUS; i++) {
        struct model_cell *cell = &model->cells[shelf][i];
        if (wanted->counts[i] == 0)
            continue;
        cell->written = cell->ordered ? cell->written : cell->available;
        cell->ordered = true;
        cell->available -= wanted->counts[i];
        cell->reserved += wanted->counts[i];
    }
    model_forget_old(model, shelf);
    *order = *wanted;
    order->known = true;
    order->state = ORDER_RESERVED;
    order->created = model->now;
    order->changed = model->now;
    return VERDICT_OK;
}

static enum verdict model_action(struct model *model, int shelf, struct model_order *order,
                                 enum order_action action)
{
    const enum order_state to = action == ORDER_PACK   ? ORDER_PACKED
                                : action == ORDER_SHIP ? ORDER_SHIPPED
                                                       : ORDER_CANCELLED;
    if (!order->known)
        return VERDICT_ORDER_UNKNOWN;
    if (action == ORDER_READ || order->state == to)
        return VERDICT_OK;
    if (is_over(order))
        return VERDICT_ORDER_STATE;
    model_change(model, shelf, order, to, model->now);
    return VERDICT_OK;
}

static void compare_order(const struct model_order *order, const struct order_view *view)
{
    int items = 0;
    assert_int_equal(view->state, order->state);
    assert_int_equal(view->created_at_ms, order->created);
    assert_int_equal(view->changed_at_ms, order->changed);
    assert_int_equal(view->expires_at_ms, order->expires);
    for (int i = 0; i < SKUS; i++)
        items += order->counts[i] > 0;
    assert_int_equal(view->items_count, items);
    for (uint32_t i = 0; i < view->items_count; i++)
        assert_int_equal(view->items[i].count, order->counts[view->items[i].key.sku.data[0] - 'a']);
}

static void step_order(struct model *model, int shelf)
{
    const int campaign = (int)chance_below(&model->chance, CAMPAIGNS);
    const int id = (int)chance_below(&model->chance, IDS);
    struct model_order *order = &model->orders[shelf][campaign][id];
    struct model_order wanted = {.known = false};
    struct stock_order_item items[LINES_MAX];
    struct store_order request = {.action = (enum order_action)chance_below(&model->chance, 5),
                                  .campaign_id = campaign + 1,
                                  .id = bytes_from_text(id_texts[id]),
                                  .now_ms = model->now};
    if (request.action == ORDER_RESERVE) {
        int picked[LINES_MAX];
        request.items = items;
        request.items_count = (uint32_t)pick_skus(model, picked);
        for (uint32_t i = 0; i < request.items_count; i++) {
            wanted.counts[picked[i]] = 1 + (int)chance_below(&model->chance, 4);
            if (chance_one_in(&model->chance, 3) && order->counts[picked[i]] > 0)
                wanted.counts[picked[i]] = order->counts[picked[i]];
            items[i] = ordered(sku_texts[picked[i]], wanted.counts[picked[i]]);
        }
        if (chance_one_in(&model->chance, 2))
            wanted.expires = model->now + chance_between(&model->chance, 1, 5 * DAY);
        request.expires_at_ms = wanted.expires;
    }
    const enum verdict expected = request.action == ORDER_RESERVE
                                      ? model_reserve(model, shelf, order, &wanted)
                                      : model_action(model, shelf, order, request.action);
    const struct store_command command = order_run(model->world, shelf_ids[shelf], request);
    assert_int_equal(command.verdict, expected);
    if (order->known)
        compare_order(order, &command.order.order);
}

static void step_copy(struct model *model, int from, int to, bool numbers)
{
    if (from == to)
        return;
    for (int i = 0; i < SKUS; i++) {
        struct model_cell *cell = &model->cells[to][i];
        const struct model_cell *source = &model->cells[from][i];
        const uint32_t archived = source->marks & 4;
        if (!source->known)
            continue;
        cell->known |= numbers || archived != 0;
        if (cell->known)
            cell->marks = (cell->marks & ~4U) | archived;
        if (numbers)
            cell->marks |= source->marks & (8 | 16);
        if (!numbers || !source->numbered || (cell->numbered && source->moment < cell->moment))
            continue;
        cell->numbered = true;
        cell->moment = source->moment;
        cell->available = source->available > STOCK_COUNT_MAX ? STOCK_COUNT_MAX : source->available;
        cell->ordered = false;
        memcpy(cell->unfit, source->unfit, sizeof(cell->unfit));
    }
    struct store *store = model->world->store;
    assert_int_equal(numbers
                         ? store_copy_shelf(store, shelf_ids[from], shelf_ids[to], STORE_TIES_LAST)
                         : store_copy_marks(store, shelf_ids[from], shelf_ids[to]),
                     OK);
}

static void step_page(struct model *model, int shelf)
{
    struct store_page page = {.limit = SKUS, .turnover_at_ms = model->now};
    page.filter.presence = (enum store_presence)chance_below(&model->chance, 3);
    page.filter.marks_mask =
        (uint32_t)(chance_below(&model->chance, MARKS) & chance_below(&model->chance, MARKS));
    page.filter.marks_wanted =
        page.filter.marks_mask & (uint32_t)chance_below(&model->chance, MARKS);
    page.filter.never_updated = chance_one_in(&model->chance, 2);
    uint32_t shown = 0;
    for (int i = 0; i < SKUS; i++)
        shown += model_shows(&model->cells[shelf][i], &page.filter);
    const struct store_command command = get_page(model->world, shelf_ids[shelf], page);
    assert_int_equal(command.views_count, shown);
    for (uint32_t i = 0; i < shown; i++) {
        const struct model_cell *cell = &model->cells[shelf][command.views[i].sku.data[0] - 'a'];
        assert_true(model_shows(cell, &page.filter));
        compare_cell(cell, &command.views[i]);
    }
}

/* A new process; what was due expires before anybody asks. */
static void open_again(struct model *model)
{
    if (!model->checkpoints) {
        assert_int_equal(world_open_sim(model->world, model->sim), OK);
        return;
    }
    if (store_world_open_at(model->world, os_sim_os(model->sim), "data") != OK)
        fail_msg("%s", model->world->opening.problem);
    model->loaded_count += model->world->opening.cells_loaded > 0;
    assert_int_equal(store_local_expire_due(model->world->store), OK);
    assert_int_equal(store_local_commit(model->world->store), OK);
}

/* At the same moment all is as it was. */
static void restart_at_once(struct model *model)
{
    static char before[8192];
    static char after[8192];
    take_picture(model, before, sizeof(before));
    store_close(model->world->store);
    open_again(model);
    take_picture(model, after, sizeof(after));
    assert_string_equal(before, after);
}

/* Some time later something may have expired. */
static void restart_later(struct model *model)
{
    store_close(model->world->store);
    model->now +=
        chance_between(&model->chance, 0, chance_one_in(&model->chance, 8) ? 35 * DAY : DAY);
    os_sim_set_now(model->sim, model->now);
    open_again(model);
    for (int i = 0; i < SHELVES * CAMPAIGNS * IDS; i++) {
        const int shelf = i / (CAMPAIGNS * IDS);
        struct model_order *order = &model->orders[shelf][i / IDS % CAMPAIGNS][i % IDS];
        if (order->known && order->state == ORDER_RESERVED && order->expires != 0 &&
            order->expires <= model->now)
            model_change(model, shelf, order, ORDER_EXPIRED, model->now);
    }
}

/* Any command. */
static void step_any(struct model *model)
{
    const int shelf = (int)chance_below(&model->chance, SHELVES);
    const uint64_t what = chance_below(&model->chance, 100);
    if (what < 15)
        step_put(model, shelf);
    else if (what < 20)
        step_mark(model, shelf);
    else if (what < 30)
        step_count(model, shelf);
    else if (what < 80)
        step_order(model, shelf);
    else if (what < 97)
        step_page(model, shelf);
    else
        step_copy(model, shelf, (int)chance_below(&model->chance, SHELVES), what == 97);
}

/* A piece of a checkpoint, between two commands. */
static void step_checkpoint(struct model *model)
{
    bool done = false;
    assert_int_equal(store_local_checkpoint_step(model->world->store, &done), OK);
    model->checkpoints_count += done;
}

static struct model *model_begin(struct store_world *world, const char *name, bool checkpoints)
{
    struct model *model = calloc(1, sizeof(*model));
    assert_non_null(model);
    model->world = world;
    model->chance = chance_begin(name);
    model->now = NOW;
    model->sim = os_sim_create(1);
    model->checkpoints = checkpoints;
    store_is_alone = checkpoints;
    store_close(world->store);
    os_sim_set_now(model->sim, NOW);
    open_again(model);
    return model;
}

static void model_end(struct model *model)
{
    compare_sums(model);
    store_close(model->world->store);
    model->world->store = NULL;
    store_is_alone = false;
    os_sim_destroy(model->sim);
    free(model);
}

static void store_agrees_with_a_plain_model_through_restarts(void **state)
{
    struct model *model = model_begin(*state, __func__, false);
    for (int step = 0; step < STEPS; step++) {
        step_any(model);
        if (step % 50 == 0)
            compare_sums(model);
        if (step % 800 == 399)
            restart_at_once(model);
        if (step % 800 == 799)
            restart_later(model);
    }
    model_end(model);
}

/* Checkpoints are under way most of the time, and restarts come in the middle of them. */
static void store_with_checkpoints_agrees_with_the_same_model(void **state)
{
    struct model *model = model_begin(*state, __func__, true);
    for (int step = 0; step < STEPS; step++) {
        step_any(model);
        if (chance_one_in(&model->chance, 4))
            step_checkpoint(model);
        if (step % 50 == 0)
            compare_sums(model);
        if (step % 400 == 199)
            restart_at_once(model);
        if (step % 400 == 399)
            restart_later(model);
    }
    assert_true(model->checkpoints_count > STEPS / 200);
    assert_true(model->loaded_count > STEPS / 400);
    model_end(model);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, store_world_begin, store_world_end)
    const struct CMUnitTest tests[] = {
        TEST(store_agrees_with_a_plain_model_through_restarts),
        TEST(store_with_checkpoints_agrees_with_the_same_model),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
