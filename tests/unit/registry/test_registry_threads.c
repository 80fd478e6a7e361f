/* Look-ups while documents are applied: whoever looks sees one state or the next, and whoever has
 * entered keeps the changer waiting. Worth most under a thread sanitizer. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "registry_world.h"

enum { READERS_COUNT = 4, CHANGES_COUNT = 300 };

/* What readers share. The lock guards it. */
struct shared {
    const struct registry *registry;
    pthread_mutex_t lock;
    bool ended;
    bool wrong;
    /* Units on the shelf of warehouse 503 and on that of the group. */
    int64_t units_own;
    int64_t units_group;
};

static bool has_ended(struct shared *shared)
{
    pthread_mutex_lock(&shared->lock);
    const bool ended = shared->ended;
    pthread_mutex_unlock(&shared->lock);
    return ended;
}

static void check(struct shared *shared, bool right)
{
    if (right)
        return;
    pthread_mutex_lock(&shared->lock);
    shared->wrong = true;
    pthread_mutex_unlock(&shared->lock);
}

/* Writes a unit as a command would: looks the shelf up, then enters. The shelves are plain numbers,
 * each behind the lock that stands for a shelf's. */
static void write_unit(struct shared *shared, int64_t own_shelf_id)
{
    struct campaign_facts facts;
    check(shared, registry_find_campaign(shared->registry, 13, &facts));
    if (!registry_enter(shared->registry, 13, facts.shelf_id, REGISTRY_USE_NUMBERS))
        return;
    pthread_mutex_lock(&shared->lock);
    if (facts.shelf_id == own_shelf_id)
        shared->units_own++;
    else
        shared->units_group++;
    pthread_mutex_unlock(&shared->lock);
    registry_leave(shared->registry);
}

static void *read_on(void *context)
{
    struct shared *shared = context;
    struct campaign_facts start;
    check(shared, registry_find_campaign(shared->registry, 13, &start));
    while (!has_ended(shared)) {
        struct warehouse_facts warehouse;
        struct token_facts token;
        struct campaign_facts rows[8];
        uint32_t total = 0;
        check(shared, registry_find_warehouse(shared->registry, 503, &warehouse));
        /* Name and group change together. */
        check(shared, bytes_equal(warehouse.name,
                                  warehouse.group_id == 0 ? BYTES("alone") : BYTES("together")));
        check(shared, (warehouse.group_id == 0) == (warehouse.shelf_id == warehouse.own_shelf_id));
        check(shared, registry_find_token(shared->registry, TOKEN_API_KEY, BYTES("key"), &token));
        const struct registry_range range = {1, 0, 8};
        const uint32_t count = registry_list_campaigns(shared->registry, range, rows, &total);
        check(shared, count == total && count >= 4);
        write_unit(shared, start.own_shelf_id);
    }
    return NULL;
}

/* Carries the units as the keeper would: after prepare nobody can write to where they come from. */
static void carry(struct shared *shared, int64_t *from, int64_t *to)
{
    pthread_mutex_lock(&shared->lock);
    *to += *from;
    *from = 0;
    pthread_mutex_unlock(&shared->lock);
}

static void lookups_see_one_state_or_the_next(void **state)
{
    (void)state;
    static const char alone[] =
        "{\"warehouses\":[{\"id\":503,\"campaignId\":13,\"name\":\"alone\"}]}";
    static const char together[] =
        "{\"warehouses\":[{\"id\":503,\"campaignId\":13,\"name\":\"together\",\"groupId\":77}]}";
    struct world world;
    world_init(&world);
    apply(&world, THREE_STORES);
    apply(&world, alone);
    struct shared shared = {.registry = world.registry};
    pthread_mutex_init(&shared.lock, NULL);
    pthread_t readers[READERS_COUNT];
    for (int i = 0; i < READERS_COUNT; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_on, &shared), 0);
    for (int i = 0; i < CHANGES_COUNT; i++) {
        const bool joins = i % 2 == 0;
        assert_int_equal(prepare(&world, joins ? together : alone), OK);
        if (joins)
            carry(&shared, &shared.units_own, &shared.units_group);
        else
            carry(&shared, &shared.units_group, &shared.units_own);
        registry_commit(world.registry);
        registry_finish(world.registry);
        /* Nothing was written to the shelf behind the back of whoever carried it. */
        pthread_mutex_lock(&shared.lock);
        const int64_t left_behind = joins ? shared.units_own : shared.units_group;
        pthread_mutex_unlock(&shared.lock);
        assert_int_equal(left_behind, 0);
    }
    pthread_mutex_lock(&shared.lock);
    shared.ended = true;
    pthread_mutex_unlock(&shared.lock);
    for (int i = 0; i < READERS_COUNT; i++)
        assert_int_equal(pthread_join(readers[i], NULL), 0);
    assert_false(shared.wrong);
    pthread_mutex_destroy(&shared.lock);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lookups_see_one_state_or_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
