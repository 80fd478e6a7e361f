/* A registry, what applying a document takes, and what came of the last one. */
#ifndef TESTS_UNIT_REGISTRY_REGISTRY_WORLD_H
#define TESTS_UNIT_REGISTRY_REGISTRY_WORLD_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/body_case.h"
#include "../../support/expect.h"
#include "registry/registry.h"

enum { WORLD_MOVES_MAX = 128 };

struct world {
    struct registry *registry;
    struct body_case body; /* The parser, the arena of the last document, and its errors. */
    struct registry_document document;
    struct registry_change change; /* Between prepare() and commit or abandon. */
    /* What stays of it. */
    bool changed;
    struct registry_move moves[WORLD_MOVES_MAX]; /* First those that carry numbers. */
    uint32_t copies_count;
    uint32_t marks_count;
    struct buffer vacated; /* `SHELF CAMPAIGN WHAT` and a line feed, each; CAMPAIGN 0: all of it. */
};

static inline void world_init(struct world *world)
{
    *world = (struct world){.registry = registry_create()};
    assert_non_null(world->registry);
    body_case_init(&world->body);
    buffer_init(&world->vacated);
}

static inline void world_deinit(struct world *world)
{
    registry_destroy(world->registry);
    body_case_deinit(&world->body);
    buffer_deinit(&world->vacated);
}

static inline enum err prepare_as(struct world *world, const char *text,
                                  enum registry_origin origin)
{
    const struct json_value root = body_case_root(&world->body, bytes_from_text(text));
    const bool decoded =
        registry_document_decode(root, &world->body.arena, &world->document, &world->body.errors);
    EXPECT_ERROR(&world->body.errors, NULL);
    assert_true(decoded);
    return registry_prepare(world->registry, &world->document, origin, &world->change,
                            &world->body.errors);
}

static inline enum err prepare(struct world *world, const char *text)
{
    return prepare_as(world, text, REGISTRY_NEW);
}

static inline void remember(struct world *world)
{
    const struct registry_change *change = &world->change;
    world->changed = change->changed;
    world->copies_count = 0;
    world->marks_count = 0;
    assert_true(change->moves_count <= WORLD_MOVES_MAX);
    for (uint32_t i = 0; i < change->moves_count; i++) {
        world->moves[i] = change->moves[i];
        if (change->moves[i].marks_only)
            world->marks_count++;
        else
            world->copies_count++;
    }
    buffer_clear(&world->vacated);
    for (uint32_t i = 0; i < change->vacated_count; i++) {
        const struct registry_vacated *vacated = &change->vacated[i];
        assert_int_equal(vacated->units_allowed, vacated->campaign_id != 0);
        buffer_append_format(&world->vacated, "%" PRId64 " %" PRId64 " %.*s\n", vacated->shelf_id,
                             vacated->campaign_id, BYTES_ARG(vacated->what));
    }
}

static inline void apply_as(struct world *world, const char *text, enum registry_origin origin)
{
    const enum err error = prepare_as(world, text, origin);
    EXPECT_ERROR(&world->body.errors, NULL);
    assert_int_equal(error, OK);
    remember(world);
    registry_commit(world->registry);
    registry_finish(world->registry);
}

static inline void apply(struct world *world, const char *text)
{
    apply_as(world, text, REGISTRY_NEW);
}

static inline struct campaign_facts campaign_of(const struct world *world, int64_t campaign_id)
{
    struct campaign_facts facts;
    assert_true(registry_find_campaign(world->registry, campaign_id, &facts));
    return facts;
}

static inline int64_t shelf_of(const struct world *world, int64_t campaign_id)
{
    return campaign_of(world, campaign_id).shelf_id;
}

static inline void encode(const struct world *world, struct buffer *text)
{
    buffer_clear(text);
    registry_encode(world->registry, text);
    assert_false(text->failed);
}

#define BUSINESSES "\"businesses\":[{\"id\":1,\"name\":\"one\"},{\"id\":2,\"name\":\"two\"}]"
#define CAMPAIGN(id, model)                                                                        \
    "{\"id\":" #id ",\"businessId\":1,\"domain\":\"d\",\"placementType\":\"" model "\"}"
#define STORE(id, campaign) "{\"id\":" #id ",\"campaignId\":" #campaign ",\"name\":\"w\"}"
#define STORE_IN(id, campaign, group)                                                              \
    "{\"id\":" #id ",\"campaignId\":" #campaign ",\"name\":\"w\",\"groupId\":" #group "}"
#define GROUP(id)              "{\"id\":" #id ",\"businessId\":1,\"name\":\"g\"}"
#define MARKET(id, is_returns) "{\"id\":" #id ",\"name\":\"m\",\"returns\":" is_returns "}"

/* Campaigns 11, 12, 13 sell from 501, 502, 503; 14 from the Market; 501 and 502 are in group 77. */
/* clang-format off */
#define THREE_STORES \
    "{" BUSINESSES "," \
    "\"campaigns\":[" CAMPAIGN(11, "FBS") "," CAMPAIGN(12, "FBS") "," CAMPAIGN(13, "DBS") "," \
    CAMPAIGN(14, "FBY") "]," \
    "\"warehouseGroups\":[" GROUP(77) "]," \
    "\"warehouses\":[" STORE_IN(501, 11, 77) "," STORE_IN(502, 12, 77) "," STORE(503, 13) "]," \
    "\"marketWarehouses\":[" MARKET(300, "false") "," MARKET(301, "true") "]," \
    "\"tokens\":[{\"name\":\"t\",\"businessId\":1,\"scopes\":[\"all-methods\"]," \
    "\"apiKey\":\"key\"},{\"name\":\"o\",\"businessId\":2,\"oauth\":\"bearer\"}]}"

/* One more campaign with a warehouse of its own, or in the group. */
#define FOURTH_STORE \
    "{\"campaigns\":[" CAMPAIGN(15, "FBS") "],\"warehouses\":[" STORE(505, 15) "]}"
#define FOURTH_STORE_IN_GROUP \
    "{\"campaigns\":[" CAMPAIGN(15, "FBS") "],\"warehouses\":[" STORE_IN(505, 15, 77) "]}"
/* clang-format on */

#endif
