/* A keeper over a small registry and a store that writes down what is done with it. */
#ifndef TESTS_UNIT_CALL_KEEPER_WORLD_H
#define TESTS_UNIT_CALL_KEEPER_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "call/registry_keeper.h"

enum { DOCUMENTS_MAX = 64, STRANDED_MAX = 4, FENCE = 7 };

/* What lies on a shelf of the store below. */
struct stranded {
    int64_t shelf_id;
    int64_t campaign_id; /* Of the orders; 0: asked for all. */
    struct shelf_totals totals;
};

/* A store that writes down what the keeper does with it. */
struct notebook {
    struct store store; /* First: a struct store is one of these. */
    struct buffer steps;
    struct buffer documents[DOCUMENTS_MAX];
    uint32_t documents_count;
    struct stranded stranded[STRANDED_MAX];
    enum err totals_error;
    enum err copy_error;
    enum err document_error;
    int64_t shelf_id_max;
    enum err fence_error;
    enum err confirm_error;
    void (*fenced)(struct notebook *notebook); /* Called when shelves were fenced. */
    void (*look)(void *context);               /* Called while a document is kept. */
    void *context;
};

static inline struct notebook *notebook_of(struct store *store)
{
    return (struct notebook *)(void *)store;
}

static inline enum err note_document(struct store *store, struct bytes name, struct bytes content)
{
    struct notebook *notebook = notebook_of(store);
    const bool moved = bytes_equal(name, BYTES("registry moved"));
    const bool moving = bytes_equal(name, BYTES("registry moves"));
    if (!moved && !moving)
        EXPECT_TEXT(name, "registry");
    if (notebook->look != NULL && !moved)
        notebook->look(notebook->context);
    if (notebook->document_error != OK)
        return notebook->document_error;
    if (moved) {
        buffer_append_text(&notebook->steps, "moved;");
        return OK;
    }
    assert_true(notebook->documents_count < DOCUMENTS_MAX);
    buffer_append(&notebook->documents[notebook->documents_count++], content);
    buffer_append_text(&notebook->steps, moving ? "keep moves;" : "keep;");
    return OK;
}

static inline enum err note_fence(struct store *store, const int64_t *shelf_ids,
                                  uint32_t shelves_count, int64_t *fence)
{
    struct notebook *notebook = notebook_of(store);
    for (uint32_t i = 0; i < shelves_count; i++)
        buffer_append_format(&notebook->steps, "fence %d;", (int)shelf_ids[i]);
    *fence = FENCE;
    if (notebook->fenced != NULL)
        notebook->fenced(notebook);
    return notebook->fence_error;
}

static inline enum err tell_current(struct store *store)
{
    return notebook_of(store)->confirm_error;
}

static inline enum err note_fenced(struct store *store, int64_t fence, struct bytes name,
                                   struct bytes content)
{
    assert_int_equal(fence, FENCE);
    return note_document(store, name, content);
}

static inline enum err note_copy(struct store *store, int64_t from_id, int64_t to_id,
                                 enum store_ties ties)
{
    buffer_append_format(&notebook_of(store)->steps, "%s %d %d;",
                         ties == STORE_TIES_LEAST ? "join" : "copy", (int)from_id, (int)to_id);
    return notebook_of(store)->copy_error;
}

static inline enum err note_marks(struct store *store, int64_t from_id, int64_t to_id)
{
    buffer_append_format(&notebook_of(store)->steps, "marks %d %d;", (int)from_id, (int)to_id);
    return notebook_of(store)->copy_error;
}

static inline enum err tell_totals(struct store *store, int64_t shelf_id, int64_t campaign_id,
                                   struct shelf_totals *totals)
{
    struct notebook *notebook = notebook_of(store);
    buffer_append_format(&notebook->steps, "look %d %d;", (int)shelf_id, (int)campaign_id);
    *totals = (struct shelf_totals){0};
    for (int i = 0; i < STRANDED_MAX; i++) {
        if (notebook->stranded[i].shelf_id == shelf_id &&
            notebook->stranded[i].campaign_id == campaign_id)
            *totals = notebook->stranded[i].totals;
    }
    return notebook->totals_error;
}

static inline void tell_metrics(struct store *store, struct store_metrics *metrics)
{
    *metrics = (struct store_metrics){.shelf_id_max = notebook_of(store)->shelf_id_max};
}

static const struct store_ops notebook_ops = {
    .add_document = note_document,
    .copy_shelf = note_copy,
    .copy_marks = note_marks,
    .totals = tell_totals,
    .metrics = tell_metrics,
};

/* The same over which there are other nodes. */
static const struct store_ops shared_ops = {
    .add_document = note_document,
    .fence = note_fence,
    .add_fenced = note_fenced,
    .confirm = tell_current,
    .copy_shelf = note_copy,
    .copy_marks = note_marks,
    .totals = tell_totals,
    .metrics = tell_metrics,
};

struct world {
    struct registry *registry;
    struct notebook notebook;
    struct registry_keeper *keeper;
    struct error_list errors;
    struct registry_outcome outcome;
};

/* clang-format off */
/* Campaigns 11 and 12 sell from group 77, 13 from 503. Shelves: group 1, then 2, 3, 4. */
static const char three_stores[] =
    "{\"businesses\":[{\"id\":1,\"name\":\"b\"}],\"campaigns\":["
    "{\"id\":11,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"},"
    "{\"id\":12,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"},"
    "{\"id\":13,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"}],"
    "\"warehouseGroups\":[{\"id\":77,\"businessId\":1,\"name\":\"g\"}],\"warehouses\":["
    "{\"id\":501,\"campaignId\":11,\"name\":\"w\",\"groupId\":77},"
    "{\"id\":502,\"campaignId\":12,\"name\":\"w\",\"groupId\":77},"
    "{\"id\":503,\"campaignId\":13,\"name\":\"w\"}],"
    "\"tokens\":[{\"name\":\"t\",\"businessId\":1,\"apiKey\":\"key\"}]}";
/* clang-format on */

static inline enum err apply(struct world *world, const char *text)
{
    error_list_clear(&world->errors);
    buffer_clear(&world->notebook.steps);
    return registry_keeper_apply_text(world->keeper, bytes_from_text(text), &world->errors,
                                      &world->outcome);
}

static inline void world_init(struct world *world)
{
    memset(world, 0, sizeof(*world));
    world->notebook.store.ops = &notebook_ops;
    buffer_init(&world->notebook.steps);
    for (int i = 0; i < DOCUMENTS_MAX; i++)
        buffer_init(&world->notebook.documents[i]);
    error_list_init(&world->errors);
    world->registry = registry_create();
    assert_non_null(world->registry);
    world->keeper = registry_keeper_create(world->registry, &world->notebook.store);
    assert_non_null(world->keeper);
    assert_int_equal(apply(world, three_stores), OK);
}

static inline void world_deinit(struct world *world)
{
    registry_keeper_destroy(world->keeper);
    registry_destroy(world->registry);
    error_list_deinit(&world->errors);
    buffer_deinit(&world->notebook.steps);
    for (int i = 0; i < DOCUMENTS_MAX; i++)
        buffer_deinit(&world->notebook.documents[i]);
}

#endif
