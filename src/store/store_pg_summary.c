/* Documents are brought together, so that a node that starts need not take every change ever made:
 * a node that has taken all of them has their owners tell what they come to, and keeps that as the
 * summary up to the last one's number. It is kept only if none was added since, by whomever.
 *
 * The last document of the summary before it stays, and so do those behind: nodes go on from where
 * they are. One that has missed two summaries finds a gap in the numbers. */
#include "base/hash.h"
#include "os/log.h"
#include "store/store_pg_internal.h"

#include <inttypes.h>

enum { SUMMARY_DOCUMENTS = 256 }; /* So many changes ask for one. */

/* One in the making. */
struct summary {
    struct store_pg *pg;
    struct arena arena;
    int64_t number; /* Of the last document that it covers. */
    struct stock_key *names;
    struct stock_key *contents;
    uint32_t count;
    uint32_t count_max;
    uint64_t bytes;
};

enum err pg_summary_take(struct store_pg *pg)
{
    const struct store_documents *owner = &pg->documents;
    struct pg_request request = {.statement = PG_SUMMARY};
    struct pg_result *result = NULL;
    if (pg_pool_call(pg->pool, &request, &result) != PG_DONE)
        return ERR_IO;
    const uint32_t rows = pg_result_rows(result);
    const int64_t number = rows == 0 ? 0 : pg_result_int8(result, 0, 0);
    const int64_t key = rows == 0 ? 0 : pg_result_int8(result, 0, 3);
    enum err error = OK;
    for (uint32_t row = 0; row < rows && error == OK; row++)
        error = owner->take(owner->context, pg_result_bytes(result, row, 1),
                            pg_result_bytes(result, row, 2));
    pg_result_free(result);
    if (error != OK)
        return error;
    pthread_mutex_lock(&pg->lock);
    pg->document_last = number;
    pg->document_key = key;
    pg->summary_last = number;
    pthread_mutex_unlock(&pg->lock);
    return OK;
}

static void begin(void *context)
{
    struct summary *summary = context;
    summary->number = pg_document_last(summary->pg);
}

/* Room for one more. */
static bool make_room(struct summary *summary)
{
    if (summary->count < summary->count_max)
        return true;
    const uint32_t count_max = summary->count_max == 0 ? 16 : summary->count_max * 2;
    const size_t bytes = count_max * sizeof(struct stock_key);
    struct stock_key *names = arena_allocate(&summary->arena, bytes);
    struct stock_key *contents = arena_allocate(&summary->arena, bytes);
    if (names == NULL || contents == NULL)
        return false;
    for (uint32_t i = 0; i < summary->count; i++) {
        names[i] = summary->names[i];
        contents[i] = summary->contents[i];
    }
    summary->names = names;
    summary->contents = contents;
    summary->count_max = count_max;
    return true;
}

static enum err take(void *context, struct bytes name, struct bytes content)
{
    struct summary *summary = context;
    summary->bytes += name.size + content.size;
    if (summary->bytes > STORE_GIVEN_BYTES_MAX)
        return ERR_FULL;
    if (!make_room(summary) || !pg_keep_bytes(&summary->arena, &name) ||
        !pg_keep_bytes(&summary->arena, &content))
        return ERR_MEMORY;
    summary->names[summary->count] = (struct stock_key){name, 0};
    summary->contents[summary->count++] = (struct stock_key){content, 0};
    return OK;
}

/* Keeps it. ERR_BUSY: a document was added since. */
static enum err keep(struct summary *summary)
{
    struct store_pg *pg = summary->pg;
    struct pg_request request = {.statement = PG_SUMMARIZE};
    struct pg_result *result = NULL;
    struct pg_writer writer = pg_write_begin(&request, &summary->arena);
    pg_write_int8(&writer, summary->number);
    pg_write_skus(&writer, summary->names, sizeof(*summary->names), summary->count, NULL);
    pg_write_skus(&writer, summary->contents, sizeof(*summary->contents), summary->count, NULL);
    if (writer.failed)
        return ERR_MEMORY;
    if (pg_pool_call(pg->pool, &request, &result) != PG_DONE)
        return ERR_IO;
    const bool kept =
        pg_result_rows(result) == 1 && pg_result_int8(result, 0, 0) == (int64_t)PG_CODE_OK;
    pg_result_free(result);
    return kept ? OK : ERR_BUSY;
}

/* Asks for the last document's number, and notes which summary there is; another node may have made
 * one. ERR_IO. */
static enum err look(struct store_pg *pg, int64_t *document_last)
{
    struct pg_request request = {.statement = PG_DOCUMENT_LAST};
    struct pg_result *result = NULL;
    if (pg_pool_call(pg->pool, &request, &result) != PG_DONE)
        return ERR_IO;
    const bool given = pg_result_rows(result) == 1;
    if (given) {
        *document_last = pg_result_int8(result, 0, 0);
        pthread_mutex_lock(&pg->lock);
        pg->summary_last = pg_result_int8(result, 0, 1);
        pthread_mutex_unlock(&pg->lock);
    }
    pg_result_free(result);
    return given ? OK : ERR_IO;
}

enum err pg_confirm(struct store *store)
{
    struct store_pg *pg = pg_of(store);
    int64_t document_last = 0;
    const enum err error = look(pg, &document_last);
    if (error != OK)
        return error;
    return document_last == pg_document_last(pg) ? OK : ERR_BUSY;
}

static bool is_due(struct store_pg *pg)
{
    pthread_mutex_lock(&pg->lock);
    const bool due = pg->document_last - pg->summary_last >= SUMMARY_DOCUMENTS;
    pthread_mutex_unlock(&pg->lock);
    return due;
}

static enum err make(struct store_pg *pg)
{
    struct summary summary = {.pg = pg};
    const struct store_document_sink sink = {&summary, begin, take};
    arena_init(&summary.arena);
    enum err error = pg->documents.give(pg->documents.context, &sink);
    if (error == OK)
        error = keep(&summary);
    if (error == OK) {
        pthread_mutex_lock(&pg->lock);
        pg->summary_last = summary.number;
        pthread_mutex_unlock(&pg->lock);
        log_line(LOG_INFO, "event=documents_summarized last=%" PRId64 " bytes=%" PRIu64,
                 summary.number, summary.bytes);
    }
    arena_deinit(&summary.arena);
    return error;
}

enum err store_pg_summarize(struct store *store)
{
    struct store_pg *pg = pg_of(store);
    if (!is_due(pg))
        return OK;
    int64_t document_last = 0;
    const enum err error = look(pg, &document_last);
    return error != OK || !is_due(pg) ? error : make(pg);
}
