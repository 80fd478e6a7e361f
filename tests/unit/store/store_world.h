/* A local store in a folder of its own that is removed in the end, and the commands of store.h as
 * calls that return when the command is complete. */
#ifndef TESTS_UNIT_STORE_STORE_WORLD_H
#define TESTS_UNIT_STORE_STORE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "os/log.h"
#include "store/store_local.h"

struct store_world {
    char folder[64];
    struct store *store;
    struct store_opening opening;
    struct arena arena;         /* Of the test's thread; reset by each page. */
    char documents[4096];       /* What came back, as name=content; or was kept since. */
    bool gives_nothing;         /* The owner of documents fails to give them. */
    pthread_mutex_t owner_lock; /* Held while a document is kept, and while all are given. */
    int64_t history_days;       /* From the next opening on. */
    int64_t history_bytes_max;
    struct stock_cause cause; /* Of all commands. */
};

static inline enum err take_document(void *context, struct bytes name, struct bytes content)
{
    struct store_world *world = context;
    const size_t used = strlen(world->documents);
    if (bytes_equal(name, BYTES("all"))) {
        (void)snprintf(world->documents, sizeof(world->documents), "%.*s", BYTES_ARG(content));
        return OK;
    }
    (void)snprintf(world->documents + used, sizeof(world->documents) - used, "%.*s=%.*s;",
                   BYTES_ARG(name), BYTES_ARG(content));
    return OK;
}

/* Keeps a document so that give_documents() knows of it. Any thread. */
static inline enum err keep_document(struct store_world *world, const char *name,
                                     const char *content)
{
    const struct bytes name_bytes = bytes_from_text(name);
    const struct bytes content_bytes = bytes_from_text(content);
    pthread_mutex_lock(&world->owner_lock);
    enum err error = store_add_document(world->store, name_bytes, content_bytes);
    if (error == OK)
        error = take_document(world, name_bytes, content_bytes);
    pthread_mutex_unlock(&world->owner_lock);
    return error;
}

static inline enum err give_documents(void *context, const struct store_document_sink *sink)
{
    struct store_world *world = context;
    pthread_mutex_lock(&world->owner_lock);
    sink->begin(sink->context);
    const enum err error = world->gives_nothing ? ERR_MEMORY
                                                : sink->take(sink->context, BYTES("all"),
                                                             bytes_from_text(world->documents));
    pthread_mutex_unlock(&world->owner_lock);
    return error;
}

static inline struct store_local_settings settings_of(struct store_world *world, struct os *os,
                                                      const char *folder)
{
    return (struct store_local_settings){
        .os = os,
        .folder = folder,
        .history_days = world->history_days,
        .history_bytes_max = world->history_bytes_max,
        .documents = {.context = world, .take = take_document, .give = give_documents}};
}

/* Opens the store of a folder of that machine, without threads. */
static inline enum err store_world_open_at(struct store_world *world, struct os *os,
                                           const char *folder)
{
    const struct store_local_settings settings = settings_of(world, os, folder);
    world->documents[0] = '\0';
    world->store = NULL;
    return store_local_open(&settings, &world->opening, &world->store);
}

static inline enum err store_world_open(struct store_world *world)
{
    const enum err error = store_world_open_at(world, os_real(), world->folder);
    return error == OK ? store_local_start(world->store) : error;
}

static inline void store_world_reopen(struct store_world *world)
{
    store_close(world->store);
    world->store = NULL;
    if (store_world_open(world) != OK)
        fail_msg("%s", world->opening.problem);
}

static inline int store_world_begin(void **state)
{
    struct store_world *world = calloc(1, sizeof(*world));
    if (world == NULL)
        return -1;
    (void)snprintf(world->folder, sizeof(world->folder), "/tmp/stockd-unit-XXXXXX");
    if (mkdtemp(world->folder) == NULL)
        return -1;
    arena_init(&world->arena);
    pthread_mutex_init(&world->owner_lock, NULL);
    *state = world;
    return store_world_open(world) == OK ? 0 : -1;
}

static inline void remove_files(const char *folder)
{
    char path[512];
    DIR *listing = opendir(folder);
    if (listing == NULL)
        return;
    for (struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing)) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        (void)unlink(path); /* Fails for folders, which go by themselves. */
    }
    (void)closedir(listing);
}

static inline int store_world_end(void **state)
{
    struct store_world *world = *state;
    if (world->store != NULL)
        store_close(world->store);
    static const char *const folders[] = {"journal", "checkpoints", "history"};
    for (size_t i = 0; i < 3; i++) {
        char path[80];
        (void)snprintf(path, sizeof(path), "%s/%s", world->folder, folders[i]);
        remove_files(path);
        (void)rmdir(path);
    }
    remove_files(world->folder);
    (void)rmdir(world->folder);
    arena_deinit(&world->arena);
    pthread_mutex_destroy(&world->owner_lock);
    free(world);
    return 0;
}

/* A thread that waits for one command. */
struct completion {
    struct store_command command; /* First. */
    pthread_mutex_t lock;
    pthread_cond_t woken;
    int wakes_count;
};

static inline void completion_wake(struct store_command *command)
{
    struct completion *completion = (struct completion *)(void *)command;
    pthread_mutex_lock(&completion->lock);
    completion->wakes_count++;
    pthread_cond_signal(&completion->woken);
    pthread_mutex_unlock(&completion->lock);
}

/* Set by a test whose store has no threads: commands are committed by who waits for them. */
static bool store_is_alone;

/* Submits the command and returns when it is complete. */
static inline enum verdict run_command(struct store *store, struct store_command *command)
{
    struct completion completion = {.command = *command, .wakes_count = 0};
    pthread_mutex_init(&completion.lock, NULL);
    pthread_cond_init(&completion.woken, NULL);
    if (!store_submit(store, &completion.command)) {
        store_await(store, &completion.command, completion_wake);
        if (store_is_alone)
            assert_int_equal(store_local_commit(store), OK);
        pthread_mutex_lock(&completion.lock);
        while (completion.wakes_count == 0)
            pthread_cond_wait(&completion.woken, &completion.lock);
        pthread_mutex_unlock(&completion.lock);
    }
    pthread_cond_destroy(&completion.woken);
    pthread_mutex_destroy(&completion.lock);
    *command = completion.command;
    return command->verdict;
}

static inline struct stock_key key_of(const char *sku)
{
    const struct bytes bytes = bytes_from_text(sku);
    return (struct stock_key){bytes, bytes_hash(bytes)};
}

static inline struct stock_write write_of(const char *sku, int64_t count, int64_t updated_at_ms)
{
    return (struct stock_write){key_of(sku), count, updated_at_ms};
}

/* Writes items to a shelf. The result is in *put when it is wanted. */
static inline enum verdict put_items(struct store_world *world, int64_t shelf_id,
                                     enum store_unknown policy, const struct stock_write *items,
                                     uint32_t count, struct store_put *put)
{
    struct arena arena;
    arena_init(&arena);
    struct store_command command = {
        .kind = STORE_PUT,
        .shelf_id = shelf_id,
        .arena = &arena,
        .put = {.items = items, .items_count = count, .unknown_policy = policy},
        .cause = world->cause,
    };
    const enum verdict verdict = run_command(world->store, &command);
    arena_deinit(&arena);
    if (put != NULL)
        *put = command.put;
    return verdict;
}

/* Writes one item that the store must take. */
static inline void put_one(struct store_world *world, int64_t shelf_id, const char *sku,
                           int64_t count, int64_t updated_at_ms)
{
    const struct stock_write item = write_of(sku, count, updated_at_ms);
    assert_int_equal(put_items(world, shelf_id, STORE_UNKNOWN_CREATE, &item, 1, NULL), VERDICT_OK);
}

/* Reads one cell. False: it is not there. */
static inline bool get_one(struct store_world *world, int64_t shelf_id, const char *sku,
                           struct stock_view *view)
{
    const struct stock_key key = key_of(sku);
    arena_reset(&world->arena);
    struct store_command command = {
        .kind = STORE_LIST,
        .shelf_id = shelf_id,
        .arena = &world->arena,
        .list = {.keys = &key, .keys_count = 1},
    };
    assert_int_equal(run_command(world->store, &command), VERDICT_OK);
    if (command.views_count == 1)
        *view = command.views[0];
    return command.views_count == 1;
}

/* What is available; -1: no such cell. */
static inline int64_t count_of(struct store_world *world, int64_t shelf_id, const char *sku)
{
    struct stock_view view;
    return get_one(world, shelf_id, sku, &view) ? view.available : -1;
}

/* A page. The result lives until the next call of any of these. */
static inline struct store_command get_page(struct store_world *world, int64_t shelf_id,
                                            struct store_page page)
{
    uint8_t position[64];
    assert_true(page.position.size <= sizeof(position));
    if (page.position.size > 0)
        memcpy(position, page.position.data, page.position.size);
    page.position.data = position; /* It may lie in the arena. */
    arena_reset(&world->arena);
    struct store_command command = {
        .kind = STORE_PAGE, .shelf_id = shelf_id, .arena = &world->arena, .page = page};
    (void)run_command(world->store, &command);
    return command;
}

#endif
