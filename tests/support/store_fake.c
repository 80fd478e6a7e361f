/* The operations of the fake. */
#include "store_fake.h"

static struct store_fake *fake_of(struct store *store)
{
    return (struct store_fake *)(void *)store;
}

/* The results that the members of the fake give. */
static void answer(const struct store_fake *fake, struct store_command *command)
{
    command->verdict = fake->verdict;
    command->views = NULL;
    command->views_count = 0;
    switch (command->kind) {
    case STORE_PUT:
        command->put.applied_count = command->put.items_count;
        command->put.unknown = fake->unknown;
        break;
    case STORE_PAGE:
        command->page.next = fake->next;
        command->page.prev = fake->prev;
        command->views = fake->views;
        command->views_count = fake->views_count;
        break;
    case STORE_LIST:
        command->views = fake->views;
        command->views_count = fake->views_count;
        break;
    case STORE_MARK:
    case STORE_SPEND:
        break;
    case STORE_COUNT:
        command->count.sku = fake->below_sku;
        command->count.reserved = fake->below_reserved;
        break;
    case STORE_ORDER:
        command->order.order = fake->order;
        command->order.shortages = fake->shortages;
        command->order.shortages_count = fake->shortages_count;
        break;
    }
}

static bool fake_submit(struct store *store, struct store_command *command)
{
    struct store_fake *fake = fake_of(store);
    if (fake->submitted < STORE_FAKE_KEPT_MAX)
        fake->kept[fake->submitted] = *command;
    fake->submitted++;
    if (fake->answer != NULL)
        fake->answer(fake, command);
    else
        answer(fake, command);
    fake->last = *command;
    return !fake->late;
}

static void fake_await(struct store *store, struct store_command *command)
{
    (void)store;
    command->wake(command);
}

static enum err fake_add_document(struct store *store, struct bytes name, struct bytes content)
{
    struct store_fake *fake = fake_of(store);
    (void)name;
    (void)content;
    fake->documents++;
    return fake->document_error;
}

static enum err fake_copy_shelf(struct store *store, int64_t from_id, int64_t to_id,
                                enum store_ties ties)
{
    struct store_fake *fake = fake_of(store);
    (void)ties;
    fake->shelf_copies++;
    fake->copy_from_id = from_id;
    fake->copy_to_id = to_id;
    return fake->copy_error;
}

static enum err fake_copy_marks(struct store *store, int64_t from_id, int64_t to_id)
{
    struct store_fake *fake = fake_of(store);
    fake->mark_copies++;
    fake->copy_from_id = from_id;
    fake->copy_to_id = to_id;
    return fake->copy_error;
}

static enum err fake_totals(struct store *store, int64_t shelf_id, int64_t campaign_id,
                            struct shelf_totals *totals)
{
    struct store_fake *fake = fake_of(store);
    fake->totals_shelf_id = shelf_id;
    fake->totals_campaign_id = campaign_id;
    *totals = fake->totals;
    return fake->totals_error;
}

static enum err fake_orders(struct store *store, struct store_orders *orders)
{
    struct store_fake *fake = fake_of(store);
    ASSERT(fake->orders_asked < STORE_FAKE_KEPT_MAX);
    fake->orders_kept[fake->orders_asked++] = *orders;
    orders->orders_count = 0;
    orders->more = false;
    return fake->orders_answer == NULL ? OK : fake->orders_answer(fake, orders);
}

static enum err fake_history(struct store *store, struct store_history *history)
{
    struct store_fake *fake = fake_of(store);
    ASSERT(fake->history_asked < STORE_FAKE_KEPT_MAX);
    fake->history_kept[fake->history_asked++] = *history;
    history->events_count = 0;
    history->next = (struct bytes){NULL, 0};
    return fake->history_answer == NULL ? OK : fake->history_answer(fake, history);
}

/* Nothing lies anywhere. */
static enum err fake_survey(struct store *store, struct shelf_survey *shelves,
                            uint32_t shelves_count)
{
    const struct store_fake *fake = fake_of(store);
    for (uint32_t i = 0; i < shelves_count; i++)
        shelves[i] = (struct shelf_survey){
            .shelf_id = shelves[i].shelf_id, .counted = true, .updated_at_ms = STOCK_NEVER_UPDATED};
    return fake->totals_error;
}

static void fake_metrics(struct store *store, struct store_metrics *metrics)
{
    (void)store;
    *metrics = (struct store_metrics){.ready_for_writes = true};
}

static void fake_close(struct store *store)
{
    (void)store;
}

static const struct store_ops fake_ops = {
    .submit = fake_submit,
    .await = fake_await,
    .add_document = fake_add_document,
    .copy_shelf = fake_copy_shelf,
    .copy_marks = fake_copy_marks,
    .totals = fake_totals,
    .orders = fake_orders,
    .history = fake_history,
    .survey = fake_survey,
    .metrics = fake_metrics,
    .close = fake_close,
};

void store_fake_init(struct store_fake *fake)
{
    *fake = (struct store_fake){.store = {&fake_ops}, .verdict = VERDICT_OK};
}
