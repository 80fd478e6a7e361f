/* A keeper over a registry and a store that writes down documents, and registries compared. */
#ifndef TESTS_UNIT_CALL_REGISTRY_LIFE_H
#define TESTS_UNIT_CALL_REGISTRY_LIFE_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "call/registry_keeper.h"

enum { DIARY_MAX = 512, LIFE_CAMPAIGNS = 12, LIFE_TOKENS = 5, LIFE_SHELVES = 64 };

/* Documents in order, each with its name. */
struct diary {
    struct buffer names[DIARY_MAX];
    struct buffer contents[DIARY_MAX];
    uint32_t count;
    uint32_t begun; /* How often a sink was begun. */
};

static inline void diary_init(struct diary *diary)
{
    memset(diary, 0, sizeof(*diary));
}

static inline void diary_deinit(struct diary *diary)
{
    for (uint32_t i = 0; i < diary->count; i++) {
        buffer_deinit(&diary->names[i]);
        buffer_deinit(&diary->contents[i]);
    }
}

static inline enum err diary_add(void *context, struct bytes name, struct bytes content)
{
    struct diary *diary = context;
    assert_true(diary->count < DIARY_MAX);
    buffer_append(&diary->names[diary->count], name);
    buffer_append(&diary->contents[diary->count], content);
    diary->count++;
    return OK;
}

static inline void diary_begin(void *context)
{
    ((struct diary *)context)->begun++;
}

/* Takes the documents from `first` on. */
static inline void diary_replay(const struct diary *diary, uint32_t first,
                                struct registry *registry)
{
    for (uint32_t i = first; i < diary->count; i++) {
        assert_int_equal(registry_take_document(registry, buffer_bytes(&diary->names[i]),
                                                buffer_bytes(&diary->contents[i])),
                         OK);
    }
}

/* A store that keeps a diary, and fails where the test says. */
struct diary_store {
    struct store store; /* First: a struct store is one of these. */
    struct diary *diary;
    enum err copy_error;
    enum err moved_error;
};

static inline enum err keep_document(struct store *store, struct bytes name, struct bytes content)
{
    struct diary_store *kept = (struct diary_store *)(void *)store;
    if (bytes_equal(name, BYTES("registry moved")) && kept->moved_error != OK)
        return kept->moved_error;
    return diary_add(kept->diary, name, content);
}

static inline enum err copy_shelf(struct store *store, int64_t from_id, int64_t to_id,
                                  enum store_ties ties)
{
    (void)from_id;
    (void)to_id;
    (void)ties;
    return ((struct diary_store *)(void *)store)->copy_error;
}

static inline enum err copy_marks(struct store *store, int64_t from_id, int64_t to_id)
{
    return copy_shelf(store, from_id, to_id, STORE_TIES_LAST);
}

static inline enum err no_totals(struct store *store, int64_t shelf_id, int64_t campaign_id,
                                 struct shelf_totals *totals)
{
    (void)store;
    (void)shelf_id;
    (void)campaign_id;
    *totals = (struct shelf_totals){0};
    return OK;
}

static inline void no_metrics(struct store *store, struct store_metrics *metrics)
{
    (void)store;
    *metrics = (struct store_metrics){.shelf_id_max = 0};
}

static const struct store_ops diary_ops = {
    .add_document = keep_document,
    .copy_shelf = copy_shelf,
    .copy_marks = copy_marks,
    .totals = no_totals,
    .metrics = no_metrics,
};

/* A keeper over a registry and a diary. */
struct life {
    struct diary_store store;
    struct registry *registry;
    struct registry_keeper *keeper;
};

static inline void life_init(struct life *life, struct diary *diary)
{
    *life = (struct life){.store = {.store = {&diary_ops}, .diary = diary}};
    life->registry = registry_create();
    assert_non_null(life->registry);
    life->keeper = registry_keeper_create(life->registry, &life->store.store);
    assert_non_null(life->keeper);
}

static inline void life_deinit(struct life *life)
{
    registry_keeper_destroy(life->keeper);
    registry_destroy(life->registry);
}

static inline void life_give(struct life *life, struct diary *given)
{
    const struct store_document_sink sink = {given, diary_begin, diary_add};
    registry_keeper_hold(life->keeper);
    assert_int_equal(registry_keeper_give(life->keeper, &sink), OK);
    registry_keeper_release(life->keeper);
    assert_in_range(given->count, 1, 2);
}

static inline void expect_same_text(const struct registry *left, const struct registry *right)
{
    struct buffer left_text;
    struct buffer right_text;
    buffer_init(&left_text);
    buffer_init(&right_text);
    registry_encode(left, &left_text);
    registry_encode(right, &right_text);
    EXPECT_BYTES(buffer_bytes(&right_text), buffer_bytes(&left_text));
    buffer_deinit(&left_text);
    buffer_deinit(&right_text);
}

static inline void expect_same_moves(const struct registry *left, const struct registry *right)
{
    const struct registry_move *left_moves = NULL;
    const struct registry_move *right_moves = NULL;
    const uint32_t count = registry_unfinished(left, &left_moves);
    assert_int_equal(registry_unfinished(right, &right_moves), count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(left_moves[i].from_shelf_id, right_moves[i].from_shelf_id);
        assert_int_equal(left_moves[i].to_shelf_id, right_moves[i].to_shelf_id);
        assert_int_equal(left_moves[i].marks_only, right_moves[i].marks_only);
        assert_int_equal(left_moves[i].joins, right_moves[i].joins);
    }
}

static inline bool may_enter(const struct registry *registry, int64_t campaign, int64_t shelf,
                             enum registry_use use)
{
    const bool entered = registry_enter(registry, campaign, shelf, use);
    if (entered)
        registry_leave(registry);
    return entered;
}

static inline void expect_same_look_ups(const struct registry *left, const struct registry *right)
{
    for (int campaign = 100; campaign < 100 + LIFE_CAMPAIGNS; campaign++) {
        struct campaign_facts left_facts = {.id = 0};
        struct campaign_facts right_facts = {.id = 0};
        const bool known = registry_find_campaign(left, campaign, &left_facts);
        assert_int_equal(registry_find_campaign(right, campaign, &right_facts), known);
        assert_int_equal(left_facts.shelf_id, right_facts.shelf_id);
        assert_int_equal(left_facts.own_shelf_id, right_facts.own_shelf_id);
        for (int64_t shelf = 1; shelf < LIFE_SHELVES; shelf++) {
            for (int use = REGISTRY_USE_NUMBERS; use <= REGISTRY_USE_COMMON_MARKS; use++) {
                assert_int_equal(may_enter(right, campaign, shelf, (enum registry_use)use),
                                 may_enter(left, campaign, shelf, (enum registry_use)use));
            }
        }
    }
    for (int token = 0; token < LIFE_TOKENS; token++) {
        char secret[16];
        struct token_facts left_facts = {.business_id = 0};
        struct token_facts right_facts = {.business_id = 0};
        (void)snprintf(secret, sizeof(secret), "key %d", token);
        const struct bytes text = bytes_from_text(secret);
        const bool known = registry_find_token(left, TOKEN_API_KEY, text, &left_facts);
        assert_int_equal(registry_find_token(right, TOKEN_API_KEY, text, &right_facts), known);
        assert_int_equal(left_facts.revoked, right_facts.revoked);
        assert_int_equal(left_facts.scopes, right_facts.scopes);
    }
}

static inline void expect_same(const struct registry *left, const struct registry *right)
{
    expect_same_text(left, right);
    expect_same_moves(left, right);
    expect_same_look_ups(left, right);
}

#endif
