/* Uploads over a store that does what the test says: which commands a file becomes, and what
 * becomes of it when the store has no room or does not know a SKU. */
#include "operator_world.h"

#include <inttypes.h>
#include <sched.h>
#include <stdio.h>

enum { PUTS_MAX = 8, PATH_BYTES = 100, ID_BYTES = 16 };

/* What the store does, and what it was asked; the thread that applies asks it. */
struct script {
    pthread_mutex_t lock;
    int64_t known;          /* The number of SKUs that begin with 'k'; all others are unknown. */
    int pages_without_room; /* Lists and pages that find none before one does. */
    int puts_without_room;  /* Likewise. */
    const char *unknown;    /* Refused by the first write that has it. */
    struct store_put puts[PUTS_MAX];
    uint32_t puts_count;
    int64_t put_shelf_id;
    uint32_t marks_count;
    int64_t mark_shelf_id;
    char by[STOCK_CAUSE_BY_BYTES_MAX];
    struct stock_view views[GET_OFFER_IDS_MAX];
    bool holds_lists; /* Lists wait until this is over; then it says that one does. */
    bool is_asked;
    pthread_cond_t changed;
};

static void play_list(struct script *script, struct store_command *command)
{
    command->views = script->views;
    command->views_count = 0;
    for (uint32_t i = 0; i < command->list.keys_count; i++) {
        const struct bytes sku = command->list.keys[i].sku;
        if (sku.data[0] == 'k')
            script->views[command->views_count++] = (struct stock_view){
                .sku = sku, .available = script->known, .updated_at_ms = NOW_MS - 1};
    }
}

static void play_put(struct script *script, struct store_command *command)
{
    for (uint32_t i = 0; i < command->put.items_count && script->unknown != NULL; i++) {
        if (!bytes_equal(command->put.items[i].key.sku, bytes_from_text(script->unknown)))
            continue;
        command->put.unknown = bytes_from_text(script->unknown);
        command->verdict = VERDICT_UNKNOWN_SKU;
        script->unknown = NULL;
        return;
    }
    if (script->puts_count < PUTS_MAX)
        script->puts[script->puts_count++] = command->put;
    script->put_shelf_id = command->shelf_id;
    assert_int_equal(command->cause.source, STOCK_SOURCE_OPERATOR);
    (void)snprintf(script->by, sizeof(script->by), "%.*s", BYTES_ARG(command->cause.by));
    command->put.applied_count = command->put.items_count - 1;
    command->put.stale_count = 1;
}

static void play(struct store_fake *fake, struct store_command *command)
{
    struct script *script = fake->answer_context;
    pthread_mutex_lock(&script->lock);
    script->is_asked |= command->kind == STORE_LIST;
    pthread_cond_broadcast(&script->changed);
    while (command->kind == STORE_LIST && script->holds_lists)
        pthread_cond_wait(&script->changed, &script->lock);
    int *without_room =
        command->kind == STORE_PUT ? &script->puts_without_room : &script->pages_without_room;
    command->verdict = *without_room > 0 ? VERDICT_NO_ROOM : VERDICT_OK;
    command->views_count = 0;
    if (*without_room > 0) {
        --*without_room;
    } else if (command->kind == STORE_LIST) {
        play_list(script, command);
    } else if (command->kind == STORE_PUT) {
        play_put(script, command);
    } else if (command->kind == STORE_MARK) {
        assert_int_equal(command->mark.clear, STOCK_DELETED);
        assert_false(command->mark.create_unknown);
        script->marks_count++;
        script->mark_shelf_id = command->shelf_id;
    } else {
        assert_int_equal(command->kind, STORE_PAGE);
        command->page.next = (struct bytes){NULL, 0};
    }
    pthread_mutex_unlock(&script->lock);
}

static void begin(struct world *world, struct script *script)
{
    world_init(world);
    pthread_mutex_init(&script->lock, NULL);
    pthread_cond_init(&script->changed, NULL);
    world->store.answer = play;
    world->store.answer_context = script;
}

static void end(struct world *world, struct script *script)
{
    world_deinit(world);
    pthread_mutex_destroy(&script->lock);
    pthread_cond_destroy(&script->changed);
}

/* Sends without touching the store, which another thread may use. */
static int send(struct world *world, const char *method, const char *path, const char *body)
{
    world_begin(&world->one, method, path, body);
    exchange_case_run(&world->one, &world->handler);
    return world->one.exchange.status;
}

static const char *reply_text(struct world *world)
{
    return buffer_text(&world->one.exchange.reply);
}

static void expect_said(struct world *world, const char *text)
{
    if (strstr(reply_text(world), text) == NULL)
        assert_string_equal(reply_text(world), text); /* Shows both. */
}

/* Hands a file over to the campaign. Gives the path of the upload. */
static void check_file(struct world *world, int campaign, const char *file, char path[PATH_BYTES])
{
    (void)snprintf(path, PATH_BYTES, "/api/v1/campaigns/%d/uploads", campaign);
    assert_int_equal(send(world, "POST", path, file), 200);
    const char *id = strstr(reply_text(world), "\"uploadId\":\"");
    assert_non_null(id);
    const size_t size = strlen(path);
    (void)snprintf(path + size, PATH_BYTES - size, "/%.*s", ID_BYTES,
                   id + strlen("\"uploadId\":\""));
}

/* Has it applied, and waits for its end. */
static void apply(struct world *world, const char *path, int confirm)
{
    char text[PATH_BYTES + 16];
    char body[64];
    (void)snprintf(text, sizeof(text), "%s/apply", path);
    (void)snprintf(body, sizeof(body), "{\"confirm\":%d}", confirm);
    assert_int_equal(send(world, "POST", text, body), 200);
    do {
        (void)sched_yield();
        assert_int_equal(send(world, "GET", path, ""), 200);
    } while (strstr(reply_text(world), "\"state\":\"APPLYING\"") != NULL);
}

static void numbers_that_differ_are_written_as_the_operators(void **state)
{
    (void)state;
    struct world world;
    struct script script = {.known = 5};
    char path[PATH_BYTES];
    begin(&world, &script);
    check_file(&world, 11, "sku,count\nk1,5\nk2,6\nn,7\n", path);
    expect_said(&world, "\"changes\":2,\"unchanged\":1,\"stale\":0,\"changed\":1,\"new\":1");
    assert_int_equal(script.puts_count, 0);
    apply(&world, path, 2);
    expect_said(&world, "\"state\":\"DONE\",\"done\":2,\"total\":2,\"stale\":1,\"refusedCount\":0");
    assert_int_equal(script.puts_count, 1);
    assert_int_equal(script.puts[0].items_count, 2);
    assert_int_equal(script.put_shelf_id, SHELF_ALONE);
    assert_string_equal(script.by, "upload file");
    assert_int_equal(script.marks_count, 0);
    end(&world, &script);
}

static void a_member_of_a_group_brings_back_first(void **state)
{
    (void)state;
    struct world world;
    struct script script = {.known = 5};
    char path[PATH_BYTES];
    begin(&world, &script);
    check_file(&world, 12, "sku,count\nk1,6\n", path);
    apply(&world, path, 1);
    assert_int_equal(script.put_shelf_id, SHELF_GROUP);
    assert_int_equal(script.mark_shelf_id, SHELF_GROUPED);
    assert_int_equal(script.marks_count, 1);
    end(&world, &script);
}

static void batches_are_those_of_a_request(void **state)
{
    (void)state;
    struct world world;
    struct script script = {.known = 5};
    struct buffer file;
    char path[PATH_BYTES];
    begin(&world, &script);
    buffer_init(&file);
    buffer_append_text(&file, "sku,count\n");
    for (int i = 0; i < 2 * PUT_SKUS_MAX + 1; i++)
        buffer_append_format(&file, "n%d,1\n", i);
    check_file(&world, 11, buffer_text(&file), path);
    apply(&world, path, 2 * PUT_SKUS_MAX + 1);
    assert_int_equal(script.puts_count, 3);
    assert_int_equal(script.puts[0].items_count, PUT_SKUS_MAX);
    assert_int_equal(script.puts[1].items_count, PUT_SKUS_MAX);
    assert_int_equal(script.puts[2].items_count, 1);
    buffer_deinit(&file);
    end(&world, &script);
}

static void a_store_without_room_is_asked_again_and_not_for_ever(void **state)
{
    (void)state;
    struct world world;
    struct script script = {.known = 5, .pages_without_room = 3};
    char path[PATH_BYTES];
    begin(&world, &script);
    check_file(&world, 11, "sku,count\nk1,6\nn,1\n", path);
    script.pages_without_room = 1000;
    assert_int_equal(send(&world, "POST", "/api/v1/campaigns/11/uploads", "sku,count\na,1\n"), 503);
    assert_int_equal(world.one.exchange.retry_after_s, 1);
    script.puts_without_room = 3;
    apply(&world, path, 2);
    expect_said(&world, "\"state\":\"DONE\",\"done\":2");
    end(&world, &script);
}

static void one_that_failed_goes_on_where_it_was(void **state)
{
    (void)state;
    struct world world;
    struct script script = {.known = 5, .puts_without_room = 1000000};
    char path[PATH_BYTES];
    begin(&world, &script);
    check_file(&world, 11, "sku,count\nk1,6\n", path);
    apply(&world, path, 1);
    expect_said(&world, "\"state\":\"FAILED\",\"done\":0");
    expect_said(&world, "\"problem\":\"the store has no room");
    script.puts_without_room = 0;
    apply(&world, path, 1);
    expect_said(&world, "\"state\":\"DONE\",\"done\":1");
    assert_null(strstr(reply_text(&world), "\"problem\""));
    end(&world, &script);
}

static void what_the_store_does_not_know_any_more_is_left_out_and_told(void **state)
{
    (void)state;
    struct world world;
    struct script script = {.known = 5, .unknown = "n\"2"};
    char path[PATH_BYTES];
    begin(&world, &script);
    check_file(&world, 11, "sku;count\nn1;1\n\"n\"\"2\";2\nn3;3\n", path);
    apply(&world, path, 3);
    expect_said(&world, "\"state\":\"DONE\",\"done\":3,\"total\":3,\"stale\":1,\"refusedCount\":1,"
                        "\"refused\":[{\"sku\":\"n\\\"2\",\"text\":"
                        "\"Unknown shop-sku for warehouse '501'\"}]");
    assert_int_equal(script.puts[0].items_count, 2);
    end(&world, &script);
}

/* The end of the service does not wait for the rest of it. */
static void the_end_stops_what_is_being_applied(void **state)
{
    (void)state;
    struct world world;
    struct script script = {.known = 5, .puts_without_room = 1000000};
    char path[PATH_BYTES];
    char text[PATH_BYTES + 16];
    begin(&world, &script);
    check_file(&world, 11, "sku,count\nk1,6\n", path);
    (void)snprintf(text, sizeof(text), "%s/apply", path);
    assert_int_equal(send(&world, "POST", text, "{\"confirm\":1}"), 200);
    end(&world, &script);
    assert_int_equal(script.puts_count, 0);
}

/* Whoever hands a file over beside the test. */
struct other {
    pthread_t thread;
    const struct http_handler *handler;
    struct exchange_case one;
};

static void *other_run(void *context)
{
    struct other *other = context;
    world_begin(&other->one, "POST", "/api/v1/campaigns/11/uploads", "sku,count\nk1,6\n");
    exchange_case_run(&other->one, other->handler);
    return NULL;
}

/* It does not end unless the registry is changed while the check waits for the store. */
static void a_change_of_the_registry_does_not_wait_for_a_check(void **state)
{
    (void)state;
    struct world world;
    struct script script = {.known = 5, .holds_lists = true};
    struct other other = {.handler = &world.handler};
    begin(&world, &script);
    exchange_case_init(&other.one);
    assert_int_equal(pthread_create(&other.thread, NULL, other_run, &other), 0);
    pthread_mutex_lock(&script.lock);
    while (!script.is_asked)
        pthread_cond_wait(&script.changed, &script.lock);
    pthread_mutex_unlock(&script.lock);
    assert_int_equal(send(&world, "POST", "/api/v1/registry",
                          "{\"campaigns\":[{\"id\":14,\"businessId\":1,\"domain\":\"d\","
                          "\"placementType\":\"FBY\"}]}"),
                     200);
    assert_int_equal(send(&world, "GET", "/api/v1/campaigns/14/uploads/none", ""), 404);

    pthread_mutex_lock(&script.lock);
    script.holds_lists = false;
    pthread_cond_broadcast(&script.changed);
    pthread_mutex_unlock(&script.lock);
    assert_int_equal(pthread_join(other.thread, NULL), 0);
    assert_int_equal(other.one.exchange.status, 200);
    exchange_case_deinit(&other.one);
    end(&world, &script);
}

static void a_body_beyond_the_limit_is_refused_when_it_passes_it(void **state)
{
    (void)state;
    struct world world;
    struct script script = {.known = 5};
    static uint8_t piece[1 << 20];
    begin(&world, &script);
    struct http_exchange *exchange = &world.one.exchange;
    world_begin(&world.one, "POST", "/api/v1/campaigns/11/uploads", "");
    world.handler.begin(world.handler.context, exchange);
    assert_int_equal(exchange->status, 0);
    for (int64_t done = 0; done < UPLOAD_BYTES_MAX; done += (int64_t)sizeof(piece)) {
        exchange->take_body(exchange, (struct bytes){piece, sizeof(piece)});
        assert_int_equal(exchange->status, 0);
    }
    exchange->take_body(exchange, (struct bytes){piece, 1});
    assert_int_equal(exchange->status, 400);
    world.handler.end(world.handler.context, exchange);
    end(&world, &script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_that_differ_are_written_as_the_operators),
        cmocka_unit_test(a_member_of_a_group_brings_back_first),
        cmocka_unit_test(batches_are_those_of_a_request),
        cmocka_unit_test(a_store_without_room_is_asked_again_and_not_for_ever),
        cmocka_unit_test(one_that_failed_goes_on_where_it_was),
        cmocka_unit_test(what_the_store_does_not_know_any_more_is_left_out_and_told),
        cmocka_unit_test(the_end_stops_what_is_being_applied),
        cmocka_unit_test(a_change_of_the_registry_does_not_wait_for_a_check),
        cmocka_unit_test(a_body_beyond_the_limit_is_refused_when_it_passes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
