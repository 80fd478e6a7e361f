/* Tokens that are added and revoked while requests are served. */
#include <pthread.h>
#include <stdio.h>

#include "keeper_world.h"

static enum err add_token(struct world *world, const char *name, const char *secret)
{
    const struct registry_token token = {.name = bytes_from_text(name),
                                         .business_id = 1,
                                         .scopes = SCOPE_BIT(SCOPE_PRICING),
                                         .hash = sha256_of(bytes_from_text(secret))};
    error_list_clear(&world->errors);
    return registry_keeper_add_token(world->keeper, &token, &world->errors, &world->outcome);
}

static void token_is_added_once_and_revoked_for_ever(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    struct token_facts facts;
    assert_int_equal(add_token(&world, "new", "secret"), OK);
    assert_true(world.outcome.changed);
    assert_true(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("secret"), &facts));
    assert_int_equal(facts.scopes, SCOPE_BIT(SCOPE_PRICING));
    const char *kept = buffer_text(&world.notebook.documents[1]);
    EXPECT(kept, strstr(kept, "\"name\":\"new\"") != NULL && strstr(kept, "secret") == NULL);

    assert_int_equal(add_token(&world, "new", "other"), ERR_INVALID);
    assert_int_equal(world.outcome.refusal, REGISTRY_REFUSAL_TOKEN_EXISTS);
    EXPECT_ERROR(&world.errors, "Business 1 has a token 'new' already");
    assert_false(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("other"), &facts));

    error_list_clear(&world.errors);
    assert_int_equal(
        registry_keeper_revoke_token(world.keeper, 1, BYTES("new"), &world.errors, &world.outcome),
        OK);
    assert_true(world.outcome.changed);
    assert_true(registry_find_token(world.registry, TOKEN_API_KEY, BYTES("secret"), &facts));
    assert_true(facts.revoked);
    assert_int_equal(facts.scopes, SCOPE_BIT(SCOPE_PRICING));
    assert_int_equal(
        registry_keeper_revoke_token(world.keeper, 1, BYTES("new"), &world.errors, &world.outcome),
        OK);
    assert_false(world.outcome.changed);
    assert_int_equal(
        registry_keeper_revoke_token(world.keeper, 2, BYTES("new"), &world.errors, &world.outcome),
        ERR_NOT_FOUND);
    assert_int_equal(add_token(&world, "new", "third"), ERR_INVALID); /* Its name stays taken. */
    assert_int_equal(world.outcome.refusal, REGISTRY_REFUSAL_TOKEN_EXISTS);
    world_deinit(&world);
}

static void business_has_at_most_30_tokens(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    char name[32];
    for (int i = 2; i <= REGISTRY_TOKENS_MAX; i++) {
        (void)snprintf(name, sizeof(name), "token %d", i);
        assert_int_equal(add_token(&world, name, name), OK);
    }
    assert_int_equal(add_token(&world, "one more", "x"), ERR_INVALID);
    assert_int_equal(world.outcome.refusal, REGISTRY_REFUSAL_TOO_MANY_TOKENS);
    error_list_clear(&world.errors);
    assert_int_equal(registry_keeper_revoke_token(world.keeper, 1, BYTES("token 9"), &world.errors,
                                                  &world.outcome),
                     OK);
    assert_int_equal(add_token(&world, "one more", "x"), OK);
    world_deinit(&world);
}

static void token_of_nobody_is_invalid(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    const struct registry_token token = {.name = BYTES("t"), .business_id = 9};
    assert_int_equal(registry_keeper_add_token(world.keeper, &token, &world.errors, &world.outcome),
                     ERR_INVALID);
    assert_int_equal(world.outcome.refusal, REGISTRY_REFUSAL_NONE);
    EXPECT_ERROR(&world.errors, "token 't': businessId 9 is not a business of this registry");
    world_deinit(&world);
}

enum { WRITERS_COUNT = 4, NAMES_COUNT = 8 };

static void *add_all_tokens(void *context)
{
    struct world *world = context;
    intptr_t added = 0;
    for (int i = 0; i < NAMES_COUNT; i++) {
        char name[32];
        char secret[64];
        struct error_list errors;
        struct registry_outcome outcome;
        (void)snprintf(name, sizeof(name), "token %d", i);
        (void)snprintf(secret, sizeof(secret), "%d of %p", i, (void *)&errors);
        const struct registry_token token = {.name = bytes_from_text(name),
                                             .business_id = 1,
                                             .hash = sha256_of(bytes_from_text(secret))};
        error_list_init(&errors);
        added += registry_keeper_add_token(world->keeper, &token, &errors, &outcome) == OK;
        error_list_deinit(&errors);
    }
    return (void *)added; /* NOLINT(performance-no-int-to-ptr) */
}

static void of_many_tokens_of_one_name_one_is_added(void **state)
{
    (void)state;
    struct world world;
    world_init(&world);
    pthread_t writers[WRITERS_COUNT];
    for (int i = 0; i < WRITERS_COUNT; i++)
        assert_int_equal(pthread_create(&writers[i], NULL, add_all_tokens, &world), 0);
    intptr_t added = 0;
    for (int i = 0; i < WRITERS_COUNT; i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(writers[i], &result), 0);
        added += (intptr_t)result;
    }
    assert_int_equal(added, NAMES_COUNT);
    assert_int_equal(registry_count_tokens(world.registry, 1), NAMES_COUNT + 1);
    world_deinit(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token_is_added_once_and_revoked_for_ever),
        cmocka_unit_test(business_has_at_most_30_tokens),
        cmocka_unit_test(token_of_nobody_is_invalid),
        cmocka_unit_test(of_many_tokens_of_one_name_one_is_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
