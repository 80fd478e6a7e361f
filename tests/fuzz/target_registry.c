/* The registry: documents are applied one after another through the keeper, as the operator sends
 * them; and what the store kept of them is taken again by another registry, which has to become the
 * same. Kept documents are read on their own, too: they come from a disk. */
#include <stdlib.h>

#include "body.h"
#include "call/registry_keeper.h"
#include "fuzz.h"
#include "push/push.h"
#include "registry/registry.h"
#include "registry_tell.h"
#include "server/registry_file.h"

enum { ROWS_MAX = 256, OWNERS_MAX = 4096, REFUSED_SHELF_STEP = 5, FAILED_COPY_STEP = 4 };

/* Which business a shelf belongs to: from the first moment on, for ever. */
struct owner {
    int64_t shelf_id;
    int64_t business_id;
};

/* A store that hands each kept document to a second registry. */
struct twin_store {
    struct store store; /* First: a struct store is one of these. */
    struct registry *twin;
    struct owner owners[OWNERS_MAX];
    uint32_t owners_count;
    int64_t shelf_id_max;
    uint32_t copies;
};

static struct twin_store *twin_of(struct store *store)
{
    return (struct twin_store *)(void *)store;
}

static enum err add_document(struct store *store, struct bytes name, struct bytes content)
{
    ASSERT(content.size == 0 || bytes_are_utf8(content));
    ASSERT(registry_take_document(twin_of(store)->twin, name, content) == OK);
    return OK;
}

/* One copy of four finds no room, the first time. */
static enum err copy_shelf(struct store *store, int64_t from_id, int64_t to_id,
                           enum store_ties ties)
{
    (void)ties;
    ASSERT(from_id > 0 && to_id > 0 && from_id != to_id);
    return ++twin_of(store)->copies % FAILED_COPY_STEP == 0 ? ERR_FULL : OK;
}

static enum err copy_marks(struct store *store, int64_t from_id, int64_t to_id)
{
    return copy_shelf(store, from_id, to_id, STORE_TIES_LAST);
}

/* Units lie on one shelf of five: it cannot be taken away. */
static enum err totals(struct store *store, int64_t shelf_id, int64_t campaign_id,
                       struct shelf_totals *totals)
{
    (void)store;
    (void)campaign_id;
    *totals = (struct shelf_totals){.available = shelf_id % REFUSED_SHELF_STEP == 0};
    return OK;
}

static void metrics(struct store *store, struct store_metrics *metrics)
{
    *metrics = (struct store_metrics){.shelf_id_max = twin_of(store)->shelf_id_max};
}

static const struct store_ops twin_ops = {
    .add_document = add_document,
    .copy_shelf = copy_shelf,
    .copy_marks = copy_marks,
    .totals = totals,
    .metrics = metrics,
};

static void check_owner(struct twin_store *store, int64_t shelf_id, int64_t business_id)
{
    if (shelf_id == 0)
        return;
    ASSERT(shelf_id >= 1 && shelf_id <= REGISTRY_SHELF_ID_MAX);
    if (shelf_id > store->shelf_id_max)
        store->shelf_id_max = shelf_id;
    for (uint32_t i = 0; i < store->owners_count; i++) {
        if (store->owners[i].shelf_id != shelf_id)
            continue;
        ASSERT(store->owners[i].business_id == business_id);
        return;
    }
    if (store->owners_count < OWNERS_MAX)
        store->owners[store->owners_count++] = (struct owner){shelf_id, business_id};
}

static void check_campaigns(struct twin_store *store, const struct registry *registry)
{
    static struct campaign_facts rows[ROWS_MAX];
    uint32_t total = 0;
    const uint32_t count =
        registry_list_campaigns(registry, (struct registry_range){0, 0, ROWS_MAX}, rows, &total);
    ASSERT(count == (total < ROWS_MAX ? total : ROWS_MAX));
    for (uint32_t i = 0; i < count; i++) {
        struct campaign_facts found;
        struct business_facts business;
        ASSERT(registry_find_campaign(registry, rows[i].id, &found));
        ASSERT(found.shelf_id == rows[i].shelf_id && found.business_id == rows[i].business_id);
        ASSERT(registry_find_business(registry, found.business_id, &business));
        const bool sells_himself =
            found.placement == PLACEMENT_FBS || found.placement == PLACEMENT_DBS;
        ASSERT(sells_himself == (found.warehouse_id != 0));
        ASSERT(found.shelf_id > 0 && found.own_shelf_id > 0);
        ASSERT(found.group_id != 0 || found.shelf_id == found.own_shelf_id);
        check_owner(store, found.shelf_id, found.business_id);
        check_owner(store, found.own_shelf_id, found.business_id);
    }
}

static void check_warehouses(struct twin_store *store, const struct registry *registry)
{
    static struct warehouse_facts rows[ROWS_MAX];
    const struct registry_warehouse_query query = {.rows_max = ROWS_MAX};
    const uint32_t count = registry_list_warehouses(registry, &query, rows);
    for (uint32_t i = 0; i < count; i++) {
        struct campaign_facts campaign;
        ASSERT(i == 0 || rows[i - 1].id < rows[i].id);
        ASSERT(registry_find_campaign(registry, rows[i].campaign_id, &campaign));
        ASSERT(campaign.warehouse_id == rows[i].id);
        ASSERT(campaign.business_id == rows[i].business_id);
        ASSERT(campaign.shelf_id == rows[i].shelf_id);
        check_owner(store, rows[i].own_shelf_id, rows[i].business_id);
    }
    struct market_warehouse_facts market[REGISTRY_MARKET_WAREHOUSES_MAX];
    const uint32_t market_count = registry_list_market_warehouses(registry, market);
    for (uint32_t i = 0; i < market_count; i++) {
        ASSERT(market[i].number >= 1 && market[i].number <= REGISTRY_MARKET_NUMBER_MAX);
        for (uint32_t k = 0; k < i; k++)
            ASSERT(market[k].number != market[i].number && market[k].id != market[i].id);
    }
}

static void encode(const struct registry *registry, struct buffer *text)
{
    buffer_clear(text);
    registry_encode(registry, text);
    ASSERT(!text->failed);
}

/* Another registry that takes the text as a kept document says the same. */
static void check_kept(const struct registry *registry, const struct buffer *text)
{
    struct buffer again;
    struct registry *other = registry_create();
    buffer_init(&again);
    ASSERT(other != NULL);
    ASSERT(registry_take_document(other, BYTES("registry"), buffer_bytes(text)) == OK);
    encode(other, &again);
    check_equal(text, &again);
    registry_check_equal(registry, other);
    registry_destroy(other);
    buffer_deinit(&again);
}

/* So does one that takes what the keeper gives for a checkpoint, moves that are not finished
 * included. */
static void check_given(struct registry_keeper *keeper, const struct registry *registry,
                        const struct buffer *text)
{
    const struct registry_move *moves = NULL;
    struct registry *other = registry_create();
    const struct store_document_sink sink = {other, NULL, registry_take_document};
    struct buffer again;
    buffer_init(&again);
    ASSERT(other != NULL);
    registry_keeper_hold(keeper);
    ASSERT(registry_keeper_give(keeper, &sink) == OK);
    registry_keeper_release(keeper);
    encode(other, &again);
    check_equal(text, &again);
    registry_check_equal(registry, other);
    ASSERT(registry_unfinished(other, &moves) == registry_unfinished(registry, &moves));
    registry_destroy(other);
    buffer_deinit(&again);
}

/* Applies one document. What is refused leaves all as it was. */
static enum err apply(struct registry_keeper *keeper, struct bytes document,
                      const struct buffer *before, const struct registry *registry,
                      struct buffer *after)
{
    struct error_list errors;
    struct registry_outcome outcome;
    error_list_init(&errors);
    const enum err error = registry_keeper_apply_text(keeper, document, &errors, &outcome);
    ASSERT(error == OK || error == ERR_INVALID || error == ERR_BUSY || error == ERR_FULL);
    if (error == OK || error == ERR_FULL)
        ASSERT(errors.count == 0);
    else
        check_errors(&errors);
    encode(registry, after);
    const bool same = bytes_equal(buffer_bytes(before), buffer_bytes(after));
    ASSERT(error == ERR_FULL || same == (error != OK || !outcome.changed));
    error_list_deinit(&errors);
    return error;
}

static void apply_all(struct bytes input, struct twin_store *store, struct registry *registry,
                      struct registry_keeper *keeper)
{
    struct buffer text;
    struct buffer next;
    struct buffer twin;
    buffer_init(&text);
    buffer_init(&next);
    buffer_init(&twin);
    encode(registry, &text);
    while (input.size > 0) {
        struct bytes document;
        input = bytes_split(input, '\n', &document);
        (void)apply(keeper, document, &text, registry, &next);
        const struct buffer swapped = text;
        text = next;
        next = swapped;
        encode(store->twin, &twin);
        check_equal(&text, &twin);
        registry_check_equal(registry, store->twin);
        check_campaigns(store, registry);
        check_warehouses(store, registry);
    }
    check_kept(registry, &text);
    check_given(keeper, registry, &text);
    /* All of it once more changes nothing. */
    enum err error = ERR_FULL;
    while (error == ERR_FULL) /* What is not finished comes first. */
        error = apply(keeper, buffer_bytes(&text), &text, registry, &next);
    ASSERT(error == OK);
    check_equal(&text, &next);
    buffer_deinit(&text);
    buffer_deinit(&next);
    buffer_deinit(&twin);
}

void fuzz_registry(struct bytes input)
{
    struct twin_store *store = calloc(1, sizeof(*store));
    struct registry *registry = registry_create();
    ASSERT(store != NULL && registry != NULL);
    store->store.ops = &twin_ops;
    store->twin = registry_create();
    struct registry_keeper *keeper = registry_keeper_create(registry, &store->store);
    ASSERT(store->twin != NULL && keeper != NULL);
    apply_all(input, store, registry, keeper);
    registry_keeper_destroy(keeper);
    registry_destroy(registry);
    registry_destroy(store->twin);
    free(store);
}

static enum err take_file(struct bytes content)
{
    struct registry_file file;
    registry_file_init(&file);
    const enum err error = registry_file_take(&file, content);
    ASSERT((error == OK) == file.applied);
    registry_file_deinit(&file);
    return error;
}

/* One document as the store gives it back. The first letter tells its name. */
static enum err take_kept(struct registry *registry, struct push *push, struct bytes line)
{
    const struct bytes rest = {line.data + 1, line.size - 1};
    switch (line.data[0]) {
    case '*':
        return registry_take_document(registry, BYTES("registry moves"), rest);
    case '.':
        return registry_take_document(registry, BYTES("registry moved"), rest);
    case '!':
        return push_take_document(push, BYTES(PUSH_DOCUMENT), rest);
    case '#':
        return take_file(rest);
    default:
        return registry_take_document(registry, BYTES("registry"), line);
    }
}

/* After the first error the store would not open. */
void fuzz_registry_kept(struct bytes input)
{
    struct registry *registry = registry_create();
    struct push *push = push_create();
    ASSERT(registry != NULL && push != NULL);
    enum err error = OK;
    while (input.size > 0 && error == OK) {
        struct bytes line;
        input = bytes_split(input, '\n', &line);
        if (line.size > 0)
            error = take_kept(registry, push, line);
        ASSERT(error == OK || error == ERR_CORRUPT || error == ERR_UNSUPPORTED);
    }
    struct buffer text;
    buffer_init(&text);
    encode(registry, &text);
    check_object(buffer_bytes(&text));
    check_kept(registry, &text);
    buffer_deinit(&text);
    push_destroy(push);
    registry_destroy(registry);
}
