/* Documents of other modules (store.h), in one table that every node reads. They have numbers in
 * one order, and none appears in front of one that was read; a node adds one only behind the last
 * that it has seen, as what it adds was made from what it knew. So a change of one node is never
 * undone by another that had not heard of it. A database that lost the last one that a node knows,
 * by a failover or a restore, is found out by the sender's number of that one, and the node ends:
 * what it knows never was.
 *
 * That number is also what commands are known by: a shelf that is fenced refuses those of a node
 * that has not taken the document that the fence was made for (DESIGN §10). */
#include "store/store_pg_internal.h"

/* Taken at a time: each may have megabytes. */
enum { DOCUMENTS_AT_A_TIME = 4 };

int64_t pg_document_last(struct store_pg *pg)
{
    pthread_mutex_lock(&pg->lock);
    const int64_t last = pg->document_last;
    pthread_mutex_unlock(&pg->lock);
    return last;
}

static void set_document_last(struct store_pg *pg, int64_t number, int64_t key)
{
    pthread_mutex_lock(&pg->lock);
    pg->document_last = number;
    pg->document_key = key;
    pthread_mutex_unlock(&pg->lock);
}

bool store_pg_is_fenced(struct store *store)
{
    struct store_pg *pg = pg_of(store);
    pthread_mutex_lock(&pg->lock);
    const bool fenced = pg->fenced_epoch >= pg->document_last;
    pthread_mutex_unlock(&pg->lock);
    return fenced;
}

/* One statement about a shelf. ERR_IO, ERR_MEMORY. */
static enum err ask_shelf(struct store_pg *pg, enum pg_statement statement, int64_t shelf_id,
                          const int64_t *number)
{
    struct arena arena;
    struct pg_request request = {.statement = statement};
    struct pg_result *result = NULL;
    arena_init(&arena);
    struct pg_writer writer = pg_write_begin(&request, &arena);
    pg_write_int8(&writer, shelf_id);
    if (number != NULL)
        pg_write_int8(&writer, *number);
    enum err error = writer.failed ? ERR_MEMORY : OK;
    if (error == OK && pg_pool_call(pg->pool, &request, &result) != PG_DONE)
        error = ERR_IO;
    pg_result_free(result);
    arena_deinit(&arena);
    return error;
}

/* First all are fenced, so that no more come in, and then whoever is in is waited for. */
enum err pg_fence(struct store *store, const int64_t *shelf_ids, uint32_t shelves_count,
                  int64_t *fence)
{
    struct store_pg *pg = pg_of(store);
    *fence = pg_document_last(pg) + 1;
    enum err error = OK;
    for (uint32_t i = 0; i < shelves_count && error == OK; i++)
        error = ask_shelf(pg, PG_FENCE, shelf_ids[i], fence);
    for (uint32_t i = 0; i < shelves_count && error == OK; i++)
        error = ask_shelf(pg, PG_DRAIN, shelf_ids[i], NULL);
    return error;
}

/* Asks for some documents behind the last one. ERR_IO, ERR_MEMORY. */
static enum err ask_for_some(struct store_pg *pg, struct pg_result **result)
{
    pthread_mutex_lock(&pg->lock);
    const int64_t behind = pg->document_last;
    const int64_t key = pg->document_key;
    pthread_mutex_unlock(&pg->lock);
    struct arena arena;
    struct pg_request request = {.statement = PG_DOCUMENTS};
    arena_init(&arena);
    struct pg_writer writer = pg_write_begin(&request, &arena);
    pg_write_int8(&writer, behind);
    pg_write_int4(&writer, DOCUMENTS_AT_A_TIME);
    pg_write_int8(&writer, key);
    enum err error = writer.failed ? ERR_MEMORY : OK;
    if (error == OK && pg_pool_call(pg->pool, &request, result) != PG_DONE)
        error = ERR_IO;
    arena_deinit(&arena);
    return error;
}

static enum err take_some(struct store_pg *pg, const struct pg_result *result)
{
    const struct store_documents *owner = &pg->documents;
    enum err error = OK;
    for (uint32_t row = 0; row < pg_result_rows(result) && error == OK; row++) {
        if (pg_result_int8(result, row, 0) != pg_document_last(pg) + 1)
            return ERR_NOT_FOUND;
        error = owner->take(owner->context, pg_result_bytes(result, row, 1),
                            pg_result_bytes(result, row, 2));
        if (error == OK)
            set_document_last(pg, pg_result_int8(result, row, 0), pg_result_int8(result, row, 3));
    }
    return error;
}

enum err pg_documents_take(struct store_pg *pg)
{
    enum err error = pg_document_last(pg) == 0 ? pg_summary_take(pg) : OK;
    uint32_t rows = DOCUMENTS_AT_A_TIME;
    while (error == OK && rows == DOCUMENTS_AT_A_TIME) {
        struct pg_result *result = NULL;
        error = ask_for_some(pg, &result);
        if (error != OK)
            break;
        rows = pg_result_rows(result);
        error = take_some(pg, result);
        pg_result_free(result);
    }
    return error;
}

enum err store_pg_take_documents(struct store *store)
{
    return pg_documents_take(pg_of(store));
}

/* What became of a document. */
static enum err take_added(struct store_pg *pg, const struct pg_result *result, int64_t key)
{
    if (pg_result_rows(result) != 1)
        return ERR_IO;
    if (pg_result_int8(result, 0, 0) != PG_CODE_OK)
        return ERR_BUSY;
    set_document_last(pg, pg_result_int8(result, 0, 1), key);
    return OK;
}

/* Adds one behind the document of that number. */
static enum err add_behind(struct store *store, int64_t last, struct bytes name,
                           struct bytes content)
{
    struct store_pg *pg = pg_of(store);
    struct arena arena;
    struct pg_request request = {.statement = PG_DOCUMENT_ADD};
    struct pg_result *result = NULL;
    int64_t key = 0; /* By which it is known again where it is sent twice. */
    if (name.size + content.size > JOURNAL_RECORD_BYTES_MAX)
        return ERR_FULL;
    pg->os->random(pg->os, &key, sizeof(key));
    arena_init(&arena);
    struct pg_writer writer = pg_write_begin(&request, &arena);
    pg_write_bytes(&writer, name);
    pg_write_bytes(&writer, content);
    pg_write_int8(&writer, key);
    pg_write_int8(&writer, last);
    enum err error = writer.failed ? ERR_MEMORY : OK;
    if (error == OK && pg_pool_call(pg->pool, &request, &result) != PG_DONE)
        error = ERR_IO;
    if (error == OK)
        error = take_added(pg, result, key);
    pg_result_free(result);
    arena_deinit(&arena);
    return error;
}

enum err pg_add_document(struct store *store, struct bytes name, struct bytes content)
{
    return add_behind(store, pg_document_last(pg_of(store)), name, content);
}

enum err pg_add_fenced(struct store *store, int64_t fence, struct bytes name, struct bytes content)
{
    return add_behind(store, fence - 1, name, content);
}
