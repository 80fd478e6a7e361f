/* The operations of the fake. */
#include "store_fake.h"

static struct store_fake *fake_of(struct store *store)
{
    return (struct store_fake *)(void *)store;
}

static bool fake_submit(struct store *store, struct store_command *command)
{
    struct store_fake *fake = fake_of(store);
    fake->submitted++;
    command->verdict = fake->verdict;
    command->views = fake->views;
    command->views_count = fake->views_count;
    if (command->kind == STORE_PUT) {
        command->views_count = 0;
        command->put.applied_count = command->put.items_count;
        command->put.unknown = fake->unknown;
    } else if (command->kind == STORE_PAGE) {
        command->page.next = fake->next;
        command->page.prev = fake->prev;
    }
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
    (void)store;
    (void)name;
    (void)content;
    return OK;
}

static enum err fake_copy_shelf(struct store *store, int64_t from_id, int64_t to_id)
{
    (void)store;
    (void)from_id;
    (void)to_id;
    return OK;
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
    .metrics = fake_metrics,
    .close = fake_close,
};

void store_fake_init(struct store_fake *fake)
{
    *fake = (struct store_fake){.store = {&fake_ops}, .verdict = VERDICT_OK};
}
