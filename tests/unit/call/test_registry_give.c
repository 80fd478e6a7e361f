/* What a keeper gives leads to the same registry as all documents that it ever kept: for random
 * changes of every kind, at any moment, with changes that are not finished. */
#include "registry_life.h"

#include "../../support/chance.h"

enum {
    SEQUENCES = 60,
    CHANGES = 40,
    BUSINESSES = 3,
    CAMPAIGNS = LIFE_CAMPAIGNS,
    GROUPS = 4,
    MARKET = 3,
    TOKENS = LIFE_TOKENS,
};

static int campaign_of_one_business(int campaign)
{
    return 1 + campaign % BUSINESSES;
}

/* A campaign, FBS or the Market's, and its warehouse, in a group of its business or in none. */
static void write_store(struct chance *chance, struct buffer *text)
{
    const int campaign = (int)chance_below(chance, CAMPAIGNS);
    const int business = campaign_of_one_business(campaign);
    const bool market = campaign >= CAMPAIGNS - 2;
    buffer_append_format(
        text,
        "{\"campaigns\":[{\"id\":%d,\"businessId\":%d,\"domain\":\"d%d\","
        "\"placementType\":\"%s\"%s}]",
        100 + campaign, business, (int)chance_below(chance, 3), market ? "FBY" : "FBS",
        chance_one_in(chance, 4) && !market ? ",\"push\":{\"url\":\"http://h\",\"token\":\"t\"}"
                                            : "");
    if (market) {
        buffer_append_text(text, "}");
        return;
    }
    const int group = (int)chance_below(chance, GROUPS);
    const int of_business = 1 + group % BUSINESSES;
    buffer_append_format(text,
                         ",\"warehouses\":[{\"id\":%d,\"campaignId\":%d,\"name\":\"w\\u00e4%d\"",
                         500 + campaign, 100 + campaign, (int)chance_below(chance, 3));
    if (of_business == business)
        buffer_append_format(text, ",\"groupId\":%d", 70 + group);
    if (chance_one_in(chance, 3))
        buffer_append_text(text, ",\"address\":{\"city\":\"c\",\"street\":\"\",\"number\":\"1\","
                                 "\"gps\":{\"latitude\":55.75,\"longitude\":37.1}}");
    buffer_append_text(text, "}]}");
}

static void write_groups(struct chance *chance, struct buffer *text)
{
    const int group = (int)chance_below(chance, GROUPS);
    buffer_append_format(text,
                         "{\"warehouseGroups\":[{\"id\":%d,\"businessId\":%d,\"name\":\"g%d\"}]}",
                         70 + group, 1 + group % BUSINESSES, (int)chance_below(chance, 3));
}

static void write_token(struct chance *chance, struct buffer *text)
{
    const int token = (int)chance_below(chance, TOKENS);
    buffer_append_format(text,
                         "{\"tokens\":[{\"name\":\"t%d\",\"businessId\":%d,\"scopes\":["
                         "\"all-methods\"],\"apiKey\":\"key %d\"%s}]}",
                         token, 1 + token % BUSINESSES, token,
                         chance_one_in(chance, 3) ? ",\"revoked\":true" : "");
}

static void write_removal(struct chance *chance, struct buffer *text)
{
    const int campaign = (int)chance_below(chance, CAMPAIGNS);
    const int token = (int)chance_below(chance, TOKENS);
    switch (chance_below(chance, 4)) {
    case 0:
        buffer_append_format(text, "{\"remove\":{\"campaigns\":[%d]%s", 100 + campaign,
                             campaign >= CAMPAIGNS - 2 ? "}}" : "");
        if (campaign < CAMPAIGNS - 2)
            buffer_append_format(text, ",\"warehouses\":[%d]}}", 500 + campaign);
        break;
    case 1:
        buffer_append_format(text, "{\"remove\":{\"warehouseGroups\":[%d]}}",
                             70 + (int)chance_below(chance, GROUPS));
        break;
    case 2:
        buffer_append_format(text, "{\"remove\":{\"marketWarehouses\":[%d]}}",
                             300 + (int)chance_below(chance, MARKET));
        break;
    default:
        buffer_append_format(text,
                             "{\"remove\":{\"tokens\":[{\"name\":\"t%d\",\"businessId\":%d}]}}",
                             token, 1 + token % BUSINESSES);
        break;
    }
}

/* One change of any kind; what it is comes from `chance` alone. */
static enum err change(struct life *life, struct chance *chance, struct error_list *errors)
{
    struct registry_outcome outcome;
    struct buffer text;
    enum err error = OK;
    buffer_init(&text);
    error_list_clear(errors);
    const int number = (int)chance_below(chance, CAMPAIGNS);
    switch (chance_below(chance, 10)) {
    case 0:
        write_groups(chance, &text);
        break;
    case 1:
        write_token(chance, &text);
        break;
    case 2:
        write_removal(chance, &text);
        break;
    case 3:
        buffer_append_format(&text, "{\"marketWarehouses\":[{\"id\":%d,\"name\":\"m\"}]}",
                             300 + number % MARKET);
        break;
    case 4:
        error = registry_keeper_enable_warehouse(life->keeper, 500 + number,
                                                 chance_one_in(chance, 2), errors, &outcome);
        break;
    case 5:
        buffer_append_format(&text, "t%d", number % TOKENS);
        error = registry_keeper_revoke_token(life->keeper, 1 + number % TOKENS % BUSINESSES,
                                             buffer_bytes(&text), errors, &outcome);
        buffer_clear(&text);
        break;
    default:
        write_store(chance, &text);
        break;
    }
    if (text.size > 0)
        error = registry_keeper_apply_text(life->keeper, buffer_bytes(&text), errors, &outcome);
    buffer_deinit(&text);
    return error;
}

/* What became of one sequence. */
struct tally {
    int changes;
    int unfinished; /* Gifts in the middle of a change. */
};

static void start_somewhere(struct life *life, struct error_list *errors)
{
    struct registry_outcome outcome;
    assert_int_equal(registry_keeper_apply_text(
                         life->keeper,
                         BYTES("{\"businesses\":[{\"id\":1,\"name\":\"a\"},{\"id\":2,\"name\":"
                               "\"b\"},{\"id\":3,\"name\":\"c\"}]}"),
                         errors, &outcome),
                     OK);
}

/* Goes on with what was given, and compares with what lived through it. */
static void expect_same_future(struct life *life, struct registry *other, struct chance *chance,
                               struct error_list *errors)
{
    struct diary *unread = calloc(1, sizeof(*unread));
    assert_non_null(unread);
    struct diary_store store = {.store = {&diary_ops}, .diary = unread};
    struct registry_keeper *keeper = registry_keeper_create(other, &store.store);
    assert_non_null(keeper);
    struct life again = {.store = store, .registry = other, .keeper = keeper};
    for (int i = 0; i < 10; i++) {
        struct chance same = *chance;
        const enum err error = change(life, chance, errors);
        assert_int_equal(change(&again, &same, errors), error);
        expect_same(life->registry, other);
    }
    registry_keeper_destroy(keeper);
    diary_deinit(unread);
    free(unread);
}

static void run_sequence(struct chance *chance, struct tally *tally)
{
    struct diary *kept = calloc(1, sizeof(*kept));
    struct diary *given = calloc(1, sizeof(*given));
    struct life life;
    struct error_list errors;
    assert_true(kept != NULL && given != NULL);
    diary_init(kept);
    diary_init(given);
    error_list_init(&errors);
    life_init(&life, kept);
    start_somewhere(&life, &errors);
    const int give_at = (int)chance_below(chance, CHANGES);
    uint32_t rest = 0;
    for (int i = 0; i < CHANGES; i++) {
        life.store.copy_error = chance_one_in(chance, 4) ? ERR_FULL : OK;
        life.store.moved_error = chance_one_in(chance, 4) ? ERR_FULL : OK;
        tally->changes += change(&life, chance, &errors) == OK;
        const struct registry_move *moves = NULL;
        if (i != give_at)
            continue;
        tally->unfinished += registry_unfinished(life.registry, &moves) > 0;
        life_give(&life, given);
        rest = kept->count;
    }
    life.store.copy_error = OK;
    life.store.moved_error = OK;
    struct registry *replayed = registry_create();
    struct registry *loaded = registry_create();
    assert_true(replayed != NULL && loaded != NULL);
    diary_replay(kept, 0, replayed);
    diary_replay(given, 0, loaded);
    diary_replay(kept, rest, loaded);
    expect_same(life.registry, replayed);
    expect_same(life.registry, loaded);
    expect_same_future(&life, loaded, chance, &errors);
    registry_destroy(replayed);
    registry_destroy(loaded);
    life_deinit(&life);
    error_list_deinit(&errors);
    diary_deinit(kept);
    diary_deinit(given);
    free(kept);
    free(given);
}

static void what_is_given_leads_to_the_same_registry(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct tally tally = {0};
    for (int i = 0; i < SEQUENCES; i++)
        run_sequence(&chance, &tally);
    assert_true(tally.changes > SEQUENCES * CHANGES / 3);
    assert_true(tally.unfinished > SEQUENCES / 20);
}

static enum err apply_text(struct life *life, const char *text)
{
    struct registry_outcome outcome;
    struct error_list errors;
    error_list_init(&errors);
    const enum err error =
        registry_keeper_apply_text(life->keeper, bytes_from_text(text), &errors, &outcome);
    error_list_deinit(&errors);
    return error;
}

static void number_of_a_removed_entry_is_not_given_again(void **state)
{
    (void)state;
    static const char *const last_store =
        "{\"campaigns\":[{\"id\":9,\"businessId\":1,\"domain\":\"d\",\"placementType\":\"FBS\"}],"
        "\"warehouses\":[{\"id\":9,\"campaignId\":9,\"name\":\"w\"}],"
        "\"marketWarehouses\":[{\"id\":9,\"name\":\"m\"}]}";
    struct diary *kept = calloc(1, sizeof(*kept));
    struct diary *given = calloc(1, sizeof(*given));
    struct life life;
    struct life later;
    assert_true(kept != NULL && given != NULL);
    life_init(&life, kept);
    assert_int_equal(apply_text(&life, "{\"businesses\":[{\"id\":1,\"name\":\"a\"}]}"), OK);
    assert_int_equal(apply_text(&life, last_store), OK);
    assert_int_equal(apply_text(&life, "{\"remove\":{\"campaigns\":[9],\"warehouses\":[9],"
                                       "\"marketWarehouses\":[9]}}"),
                     OK);
    life_give(&life, given);
    life_init(&later, kept);
    diary_replay(given, 0, later.registry);
    assert_int_equal(apply_text(&later, last_store), OK);
    struct campaign_facts campaign;
    struct market_warehouse_facts market;
    assert_true(registry_find_campaign(later.registry, 9, &campaign));
    assert_true(registry_find_market_warehouse(later.registry, 9, &market));
    assert_int_equal(campaign.shelf_id, 2);
    assert_int_equal(market.number, 2);
    life_deinit(&later);
    life_deinit(&life);
    diary_deinit(kept);
    diary_deinit(given);
    free(kept);
    free(given);
}

/* 20,000 stores with their groups and tokens are more than one record of the journal holds. */
static void large_registry_is_given_as_a_whole(void **state)
{
    (void)state;
    enum { STORES = 20000, PER_DOCUMENT = 5000 };
    struct diary *kept = calloc(1, sizeof(*kept));
    struct diary *given = calloc(1, sizeof(*given));
    struct life life;
    struct error_list errors;
    struct registry_outcome outcome;
    struct buffer text;
    assert_true(kept != NULL && given != NULL);
    error_list_init(&errors);
    buffer_init(&text);
    life_init(&life, kept);
    for (int first = 0; first < STORES; first += PER_DOCUMENT) {
        buffer_clear(&text);
        buffer_append_text(&text, "{\"businesses\":[");
        for (int i = first; i < first + PER_DOCUMENT; i++)
            buffer_append_format(&text, "%s{\"id\":%d,\"name\":\"%0120d\"}", i == first ? "" : ",",
                                 1 + i, i);
        buffer_append_text(&text, "],\"campaigns\":[");
        for (int i = first; i < first + PER_DOCUMENT; i++)
            buffer_append_format(&text,
                                 "%s{\"id\":%d,\"businessId\":%d,\"domain\":\"%0120d\","
                                 "\"placementType\":\"FBS\"}",
                                 i == first ? "" : ",", 1 + i, 1 + i, i);
        buffer_append_text(&text, "],\"warehouses\":[");
        for (int i = first; i < first + PER_DOCUMENT; i++)
            buffer_append_format(&text, "%s{\"id\":%d,\"campaignId\":%d,\"name\":\"%0120d\"}",
                                 i == first ? "" : ",", 1 + i, 1 + i, i);
        buffer_append_text(&text, "],\"tokens\":[");
        for (int i = first; i < first + PER_DOCUMENT; i++)
            buffer_append_format(&text,
                                 "%s{\"name\":\"t\",\"businessId\":%d,\"scopes\":[\"all-methods\"],"
                                 "\"apiKey\":\"key %d\"}",
                                 i == first ? "" : ",", 1 + i, i);
        buffer_append_text(&text, "]}");
        assert_int_equal(
            registry_keeper_apply_text(life.keeper, buffer_bytes(&text), &errors, &outcome), OK);
    }
    life_give(&life, given);
    assert_int_equal(given->count, 1);
    assert_true(given->contents[0].size > JOURNAL_RECORD_BYTES_MAX);
    struct registry *loaded = registry_create();
    assert_non_null(loaded);
    diary_replay(given, 0, loaded);
    expect_same_text(life.registry, loaded);
    registry_destroy(loaded);
    life_deinit(&life);
    buffer_deinit(&text);
    error_list_deinit(&errors);
    diary_deinit(kept);
    diary_deinit(given);
    free(kept);
    free(given);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_given_leads_to_the_same_registry),
        cmocka_unit_test(number_of_a_removed_entry_is_not_given_again),
        cmocka_unit_test(large_registry_is_given_as_a_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
