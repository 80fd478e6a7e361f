/* A push in a world of its own: a shop that answers as it is told (over loopback, with the HTTP
 * library), a store of as many SKUs as are wanted, and waits that end when something has happened.
 */
#ifndef TESTS_UNIT_PUSH_PUSH_WORLD_H
#define TESTS_UNIT_PUSH_PUSH_WORLD_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../support/expect.h"
#include "os/os.h"
#include "push/push.h"
#include "wire/push_stocks.h"

enum {
    WORLD_SKUS_MAX = 3000,
    WORLD_REQUESTS_MAX = 2000,
    WORLD_SHOPS_MAX = 200,
    WORLD_CAMPAIGN = 10003,
    WORLD_WAREHOUSE = 501,
    WORLD_SHELF = 7,
    WORLD_WAIT_S = 20,
};

#define WORLD_TOKEN "right token+/&"
#define WORLD_STAMP INT64_C(1700000000000)

/* What the shop does with a request that has the right token. */
enum world_answer {
    WORLD_ANSWERS,
    WORLD_HANGS, /* Says nothing until it is told something else. */
    WORLD_SAYS,  /* `text` with `status` and `content_type`. */
    WORLD_WRONG_WAREHOUSE,
    WORLD_NOISE, /* Ten million bytes. */
};

struct world_request {
    uint32_t skus_count;
    bool right_token;
    bool in_query;
    int64_t at_us;
};

/* `lock` guards everything from `woken` on; `changed` says that it did. */
struct world {
    struct os *os;
    struct store store;
    struct push *push;
    struct push_settings settings;
    struct push_shop shop;
    struct MHD_Daemon *daemon;
    char url[64];
    pthread_mutex_t lock;
    pthread_cond_t changed;

    uint64_t version;
    bool has_shop;
    uint32_t shops_count; /* Campaigns from WORLD_CAMPAIGN on; the answer is that of the first. */
    bool all_hang;        /* Not only the first hangs. */
    uint32_t asked_by_shop[WORLD_SHOPS_MAX];
    enum world_answer answer;
    const char *text;
    unsigned int status;
    const char *content_type;
    bool ignores_token;
    uint32_t fails_count; /* So many requests with the right token get a 500 first. */
    struct world_request requests[WORLD_REQUESTS_MAX];
    uint32_t requests_count;
    uint32_t asked_count; /* Of them, with the right token. */
    uint32_t busy;        /* Requests with the right token that wait for their answer. */
    uint32_t busy_max;

    uint32_t skus_count;
    char skus[WORLD_SKUS_MAX][16];
    uint32_t marks[WORLD_SKUS_MAX];
    bool bare[WORLD_SKUS_MAX]; /* There never was a number. */
    int64_t counts[WORLD_SKUS_MAX];
    int64_t stamps[WORLD_SKUS_MAX];
    enum verdict put_verdict;
    bool late; /* The store completes commands from another thread. */
    uint32_t puts_count;
    struct stock_cause put_cause; /* Of the last one. */
    char document[32];            /* The last one that was kept. */
    enum err document_error;      /* Keeping one ends with it. */
    bool keeps_slowly;            /* Keeping a document takes until this ends. */
    bool is_keeping;
    bool keeping_gave_up; /* It never ended. */

    char failure[256]; /* Code and message, as world_status() found them. The test's thread. */
};

static inline struct world *world_of(struct store *store)
{
    return (struct world *)(void *)((char *)store - offsetof(struct world, store));
}

static inline void world_page(struct world *world, struct store_command *command)
{
    int64_t start = 0;
    if (command->page.position.size > 0)
        ASSERT(bytes_to_int64(command->page.position, &start));
    command->views =
        arena_allocate(command->arena, command->page.limit * sizeof(struct stock_view));
    command->views_count = 0;
    uint32_t at = (uint32_t)start;
    for (; at < world->skus_count && command->views_count < command->page.limit; at++) {
        if (world->bare[at] && !command->page.filter.never_updated)
            continue;
        command->views[command->views_count++] =
            (struct stock_view){.sku = bytes_from_text(world->skus[at]), .marks = world->marks[at]};
    }
    command->page.next = (struct bytes){NULL, 0};
    if (at >= world->skus_count)
        return;
    char *text = arena_allocate(command->arena, 16);
    (void)snprintf(text, 16, "%u", at);
    command->page.next = bytes_from_text(text);
}

static inline void world_put(struct world *world, struct store_command *command)
{
    world->puts_count++;
    world->put_cause = command->cause;
    command->verdict = world->put_verdict;
    command->put.applied_count = command->put.items_count;
    command->put.stale_count = 0;
    for (uint32_t i = 0; i < command->put.items_count && command->verdict == VERDICT_OK; i++) {
        const struct stock_write *item = &command->put.items[i];
        const int at = (int)strtol((const char *)item->key.sku.data + 4, NULL, 10);
        world->counts[at] = item->count;
        world->stamps[at] = item->updated_at_ms;
    }
}

static inline bool world_submit(struct store *store, struct store_command *command)
{
    struct world *world = world_of(store);
    pthread_mutex_lock(&world->lock);
    ASSERT(command->shelf_id == WORLD_SHELF);
    command->verdict = VERDICT_OK;
    if (command->kind == STORE_PAGE)
        world_page(world, command);
    else
        world_put(world, command);
    const bool late = world->late;
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
    return !late;
}

static inline void *world_wake(void *context)
{
    struct store_command *command = context;
    command->wake(command);
    return NULL;
}

static inline void world_await(struct store *store, struct store_command *command)
{
    (void)store;
    pthread_t thread;
    ASSERT(pthread_create(&thread, NULL, world_wake, command) == 0);
    (void)pthread_detach(thread);
}

/* With the lock held. */
static inline void world_keep_slowly(struct world *world)
{
    struct os *machine = os_real();
    const struct timespec until = {machine->now_ms(machine) / 1000 + WORLD_WAIT_S / 2, 0};
    world->is_keeping = true;
    pthread_cond_broadcast(&world->changed);
    while (world->keeps_slowly && !world->keeping_gave_up)
        world->keeping_gave_up = pthread_cond_timedwait(&world->changed, &world->lock, &until) != 0;
    world->is_keeping = false;
}

static inline enum err world_add_document(struct store *store, struct bytes name,
                                          struct bytes content)
{
    struct world *world = world_of(store);
    ASSERT(bytes_equal(name, BYTES(PUSH_DOCUMENT)));
    pthread_mutex_lock(&world->lock);
    world_keep_slowly(world);
    const enum err error = world->document_error;
    if (error == OK)
        (void)snprintf(world->document, sizeof(world->document), "%.*s", BYTES_ARG(content));
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
    return error;
}

static const struct store_ops world_ops = {
    .submit = world_submit, .await = world_await, .add_document = world_add_document};

static inline uint64_t world_version(void *context)
{
    struct world *world = context;
    pthread_mutex_lock(&world->lock);
    const uint64_t version = world->version;
    pthread_mutex_unlock(&world->lock);
    return version;
}

static inline void world_list(void *context, push_take_shop *take, void *taker)
{
    struct world *world = context;
    pthread_mutex_lock(&world->lock);
    const uint32_t count = world->has_shop ? world->shops_count : 0;
    struct push_shop shop = world->shop;
    pthread_mutex_unlock(&world->lock);
    for (uint32_t i = 0; i < count; i++) {
        char url[96];
        (void)snprintf(url, sizeof(url), "%.*s%u/", BYTES_ARG(world->shop.url), i);
        shop.url = bytes_from_text(url);
        shop.campaign_id = WORLD_CAMPAIGN + i;
        take(taker, &shop);
    }
}

/* What the shop does with one request; with the lock held. */
static inline void world_encode(struct world *world, struct bytes body, struct buffer *reply)
{
    struct json_parser *parser = json_parser_create();
    struct arena arena;
    struct error_list errors;
    struct push_stocks request;
    struct json_value root;
    struct json_failure failure;
    arena_init(&arena);
    error_list_init(&errors);
    ASSERT(json_parse(parser, body, &root, &failure) == JSON_OK);
    ASSERT(push_stocks_decode(root, &arena, &request, &errors));
    ASSERT(request.warehouse_id == WORLD_WAREHOUSE);
    world->requests[world->requests_count - 1].skus_count = request.keys_count;
    push_stocks_answer_begin(reply);
    for (uint32_t i = 0; i < request.keys_count; i++) {
        const int at = (int)strtol((const char *)request.keys[i].sku.data + 4, NULL, 10);
        push_stocks_answer_item(reply, world->answer == WORLD_WRONG_WAREHOUSE ? 1 : WORLD_WAREHOUSE,
                                request.keys[i].sku, at + 1, WORLD_STAMP);
    }
    push_stocks_answer_end(reply);
    error_list_deinit(&errors);
    arena_deinit(&arena);
    json_parser_destroy(parser);
}

static inline enum MHD_Result world_reply(struct MHD_Connection *connection, unsigned int status,
                                          const char *type, struct bytes text)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        text.size, (void *)(uintptr_t)text.data, MHD_RESPMEM_MUST_COPY);
    (void)MHD_add_response_header(response, "Content-Type", type);
    const enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static inline bool world_token_is_right(struct world *world, struct MHD_Connection *connection)
{
    const char *header = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
    const char *query =
        MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "auth-token");
    struct world_request *request = &world->requests[world->requests_count++];
    ASSERT(world->requests_count < WORLD_REQUESTS_MAX);
    ASSERT((header == NULL) != (query == NULL));
    *request = (struct world_request){.right_token =
                                          strcmp(header != NULL ? header : query, WORLD_TOKEN) == 0,
                                      .in_query = query != NULL,
                                      .at_us = world->os->uptime_us(world->os)};
    return request->right_token;
}

static inline enum MHD_Result world_ask(struct world *world, struct MHD_Connection *connection,
                                        uint32_t shop, struct bytes body)
{
    struct buffer reply;
    buffer_init(&reply);
    pthread_mutex_lock(&world->lock);
    const bool right = world_token_is_right(world, connection);
    unsigned int status = right || world->ignores_token ? 200 : 403;
    const char *type = "application/json";
    world_encode(world, body, &reply);
    if (right) {
        world->asked_count++;
        world->asked_by_shop[shop]++;
        if (++world->busy > world->busy_max)
            world->busy_max = world->busy;
        pthread_cond_broadcast(&world->changed);
        while (world->answer == WORLD_HANGS && (shop == 0 || world->all_hang))
            pthread_cond_wait(&world->changed, &world->lock);
        world->busy--;
    }
    if (right && world->fails_count > 0) {
        world->fails_count--;
        status = 500;
    } else if (right && world->answer == WORLD_SAYS) {
        buffer_clear(&reply);
        buffer_append_text(&reply, world->text);
        status = world->status;
        type = world->content_type;
    } else if (right && world->answer == WORLD_NOISE) {
        buffer_append_zeros(&reply, 10 * 1000 * 1000);
    }
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
    const enum MHD_Result result = world_reply(connection, status, type, buffer_bytes(&reply));
    buffer_deinit(&reply);
    return result;
}

/* NOLINTBEGIN(readability-function-size) */
/* tidy: allow function-parameters, the library's signature */
static inline enum MHD_Result world_on_request(void *context, struct MHD_Connection *connection,
                                               const char *url, const char *method,
                                               const char *version, const char *piece,
                                               size_t *piece_bytes, void **slot)
{
    (void)version;
    struct buffer *body = *slot;
    if (body == NULL) {
        ASSERT(strcmp(strrchr(url, '/'), "/stocks") == 0 && strcmp(method, "POST") == 0);
        body = calloc(1, sizeof(*body));
        *slot = body;
        return MHD_YES;
    }
    if (*piece_bytes > 0) {
        buffer_append(body, (struct bytes){(const uint8_t *)piece, *piece_bytes});
        *piece_bytes = 0;
        return MHD_YES;
    }
    const size_t size = body->size;
    const size_t base_size = strlen("/market/api/");
    ASSERT(strncmp(url, "/market/api/", base_size) == 0);
    const uint32_t shop = (uint32_t)strtoul(url + base_size, NULL, 10);
    buffer_append_zeros(body, JSON_PADDING_BYTES);
    return world_ask(context, connection, shop, (struct bytes){body->data, size});
}
/* NOLINTEND(readability-function-size) */

static inline void world_on_end(void *context, struct MHD_Connection *connection, void **slot,
                                enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    struct buffer *body = *slot;
    if (body != NULL)
        buffer_deinit(body);
    free(body);
}

/* A world of so many SKUs; the push is created, and started by world_start(). */
static inline struct world *world_create(uint32_t skus_count)
{
    struct world *world = calloc(1, sizeof(*world));
    ASSERT(world != NULL && skus_count <= WORLD_SKUS_MAX);
    world->os = os_real();
    world->store.ops = &world_ops;
    pthread_mutex_init(&world->lock, NULL);
    pthread_cond_init(&world->changed, NULL);
    world->skus_count = skus_count;
    for (uint32_t i = 0; i < skus_count; i++) {
        (void)snprintf(world->skus[i], sizeof(world->skus[i]), "sku-%u", i);
        world->counts[i] = -1;
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    world->daemon =
        MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, NULL,
                         NULL, world_on_request, world, MHD_OPTION_SOCK_ADDR, &address,
                         MHD_OPTION_NOTIFY_COMPLETED, world_on_end, NULL, MHD_OPTION_END);
    ASSERT(world->daemon != NULL);
    (void)snprintf(world->url, sizeof(world->url), "http://127.0.0.1:%u/market/api/",
                   MHD_get_daemon_info(world->daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    world->has_shop = true;
    world->shops_count = 1;
    world->shop = (struct push_shop){
        .campaign_id = WORLD_CAMPAIGN,
        .warehouse_id = WORLD_WAREHOUSE,
        .shelf_id = WORLD_SHELF,
        .period_ms = INT64_C(3600) * 1000,
        .url = bytes_from_text(world->url),
        .token = BYTES(WORLD_TOKEN),
    };
    world->settings = (struct push_settings){
        .os = world->os,
        .store = &world->store,
        .source = {world, world_version, world_list, NULL, NULL},
        .connect_timeout_ms = 5000,
        .answer_timeout_ms = 5000,
        .retry_ms = 10,
        .failures_max = 5,
        .future_tolerance_ms = 60000,
        .past_tolerance_ms = -1,
    };
    world->push = push_create();
    ASSERT(world->push != NULL);
    return world;
}

static inline void world_start(struct world *world)
{
    ASSERT(push_start(world->push, &world->settings) == OK);
}

static inline void world_tell(struct world *world, enum world_answer answer)
{
    pthread_mutex_lock(&world->lock);
    world->answer = answer;
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->lock);
}

static inline void world_destroy(struct world *world)
{
    push_destroy(world->push);
    world_tell(world, WORLD_ANSWERS);
    MHD_stop_daemon(world->daemon);
    pthread_cond_destroy(&world->changed);
    pthread_mutex_destroy(&world->lock);
    free(world);
}

/* What push says of a shop; campaign_id is 0 where there is none. Texts are gone. */
static inline struct push_state world_status_of(struct world *world, uint32_t shop)
{
    struct arena arena;
    struct push_state *list = NULL;
    uint32_t count = 0;
    arena_init(&arena);
    ASSERT(push_list(world->push, &arena, &list, &count) == OK);
    struct push_state status = {.campaign_id = 0};
    if (shop < count) {
        status = list[shop];
        ASSERT(status.campaign_id == WORLD_CAMPAIGN + shop);
        EXPECT_BYTES(bytes_clip(status.url, world->shop.url.size), world->shop.url);
        (void)snprintf(world->failure, sizeof(world->failure), "%.*s %.*s",
                       BYTES_ARG(status.failure_code), BYTES_ARG(status.failure_message));
    }
    arena_deinit(&arena);
    return status;
}

static inline struct push_state world_status(struct world *world)
{
    return world_status_of(world, 0);
}

typedef bool world_condition(struct world *world);

/* Waits until it holds; looks each millisecond. False: it never did. */
static inline bool world_wait(struct world *world, world_condition *condition)
{
    const int64_t end_us = world->os->uptime_us(world->os) + (int64_t)WORLD_WAIT_S * 1000000;
    while (world->os->uptime_us(world->os) < end_us) {
        if (condition(world))
            return true;
        const struct timespec pause = {.tv_nsec = 1000 * 1000};
        (void)nanosleep(&pause, NULL);
    }
    return false;
}

static inline bool world_round_is_over(struct world *world)
{
    return world_status(world).last_success_ms != 0;
}

static inline bool world_is_off(struct world *world)
{
    const struct push_state status = world_status(world);
    return status.campaign_id != 0 && !status.on;
}

#endif
