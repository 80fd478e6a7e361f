/* A request's writes as one SQL statement: parameters in PostgreSQL's binary format, built once,
 * and sent to a prepared statement. For the generator that speaks SQL itself, and for the front.
 * The statement is one of the bench's own, which PostgreSQL likes best, or that of a program.
 * Writes of a batch are sorted by SKU: two connections then lock the rows that they share in the
 * same order, and never wait for each other in a circle. */

#ifndef BENCH_SQL_STOCK_H
#define BENCH_SQL_STOCK_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <postgresql/libpq-fe.h>

/* The last writer wins; an equal stamp is applied, as the API's contract wants it. */
#define SQL_STOCK_RULE                                                                             \
    " ON CONFLICT (shelf_id, sku) DO UPDATE SET available = excluded.available,"                   \
    " updated_at = excluded.updated_at WHERE excluded.updated_at >= s.updated_at"

static const char sql_put_many[] =
    "INSERT INTO stock AS s (shelf_id, sku, available, updated_at)"
    " SELECT $1, w.* FROM unnest($2::text[], $3::int[], $4::bigint[]) AS w" SQL_STOCK_RULE;
static const char sql_put_one[] = "INSERT INTO stock AS s (shelf_id, sku, available, updated_at)"
                                  " VALUES ($1::int, $2::text, $3::int, $4::bigint)" SQL_STOCK_RULE;

/* What is prepared on a connection, and what it takes: shelf, SKUs, counts, moments. */
struct sql_form {
    const char *session; /* Settings, sent first; NULL: none. */
    const char *many;
    const char *one; /* Of a batch of one, without arrays; NULL: it goes like all others. */
    bool wide;       /* Shelf and counts have eight bytes instead of four. */
    bool why;        /* Five more values: what the sender knows, here everything, and the cause. */
    int32_t source;  /* Of the cause; 0: no history is kept. */
};

static const struct sql_form sql_form_own = {NULL, sql_put_many, sql_put_one, false, false, 0};

enum {
    SQL_OID_INT8 = 20,
    SQL_OID_INT4 = 23,
    SQL_OID_TEXT = 25,
    SQL_ARRAY_HEAD_BYTES = 20, /* Dimensions, flags, type, elements, first index. */
    SQL_STAMP_BYTES = 4 + 8,   /* Each element has its size in front. */
};

/* Three arrays in the caller's memory of sql_batch_bytes(). */
struct sql_batch {
    const struct sql_form *form;
    uint8_t *counts;
    uint8_t *stamps;
    uint8_t *skus;
    size_t skus_bytes;
    int32_t writes_count;
    int32_t writes_added;
};

static inline size_t sql_count_bytes(const struct sql_form *form)
{
    return form->wide ? 4 + 8 : 4 + 4;
}

static inline size_t sql_batch_bytes(size_t writes_count, size_t skus_bytes)
{
    const size_t fixed = SQL_STAMP_BYTES + SQL_STAMP_BYTES + 4;
    return 3 * SQL_ARRAY_HEAD_BYTES + writes_count * fixed + skus_bytes;
}

static inline uint8_t *sql_append_int4(uint8_t *end, int32_t number)
{
    const uint32_t big_endian = htobe32((uint32_t)number);
    memcpy(end, &big_endian, sizeof big_endian);
    return end + sizeof big_endian;
}

static inline uint8_t *sql_append_int8(uint8_t *end, int64_t number)
{
    const uint64_t big_endian = htobe64((uint64_t)number);
    memcpy(end, &big_endian, sizeof big_endian);
    return end + sizeof big_endian;
}

static inline void sql_array_begin(uint8_t *array, int32_t type, int32_t elements_count)
{
    array = sql_append_int4(array, 1);
    array = sql_append_int4(array, 0);
    array = sql_append_int4(array, type);
    array = sql_append_int4(array, elements_count);
    (void)sql_append_int4(array, 1);
}

/* Then as many writes follow, sorted by SKU. Lends `memory` until the batch was sent. */
static inline void sql_batch_begin(struct sql_batch *batch, const struct sql_form *form,
                                   uint8_t *memory, int32_t writes_count)
{
    const size_t count = (size_t)writes_count;
    batch->form = form;
    batch->counts = memory;
    batch->stamps = batch->counts + SQL_ARRAY_HEAD_BYTES + count * sql_count_bytes(form);
    batch->skus = batch->stamps + SQL_ARRAY_HEAD_BYTES + count * SQL_STAMP_BYTES;
    batch->skus_bytes = SQL_ARRAY_HEAD_BYTES;
    batch->writes_count = writes_count;
    batch->writes_added = 0;
    sql_array_begin(batch->counts, form->wide ? SQL_OID_INT8 : SQL_OID_INT4, writes_count);
    sql_array_begin(batch->stamps, SQL_OID_INT8, writes_count);
    sql_array_begin(batch->skus, SQL_OID_TEXT, writes_count);
}

/* Adds a write without its SKU; gives the place of the SKU's sku_bytes, which the caller fills. */
static inline uint8_t *sql_batch_add(struct sql_batch *batch, size_t sku_bytes, int32_t count,
                                     int64_t updated_at_ms)
{
    const size_t index = (size_t)batch->writes_added++;
    uint8_t *at = batch->counts + SQL_ARRAY_HEAD_BYTES + index * sql_count_bytes(batch->form);
    if (batch->form->wide)
        (void)sql_append_int8(sql_append_int4(at, 8), count);
    else
        (void)sql_append_int4(sql_append_int4(at, 4), count);
    at = batch->stamps + SQL_ARRAY_HEAD_BYTES + index * SQL_STAMP_BYTES;
    (void)sql_append_int8(sql_append_int4(at, 8), updated_at_ms);
    at = batch->skus + batch->skus_bytes;
    batch->skus_bytes += 4 + sku_bytes;
    return sql_append_int4(at, (int32_t)sku_bytes);
}

/* Runs what a connection begins with. False: PQerrorMessage() tells why. */
static inline bool sql_prepare(PGconn *connection, const struct sql_form *form)
{
    const Oid types_many[] = {form->wide ? SQL_OID_INT8 : SQL_OID_INT4, 0, 0, 0, 0, 0, 0, 0, 0};
    PGresult *results[] = {
        form->session == NULL ? NULL : PQexec(connection, form->session),
        PQprepare(connection, "many", form->many, form->why ? 9 : 4, types_many),
        form->one == NULL ? NULL : PQprepare(connection, "one", form->one, 0, NULL),
    };
    bool done = true;
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        done = done && (results[i] == NULL || PQresultStatus(results[i]) == PGRES_COMMAND_OK);
        PQclear(results[i]);
    }
    return done;
}

/* NULL, or a connection with everything prepared; `problem` then holds NULL. Both are to be given
 * to PQfinish(). */
static inline PGconn *sql_open(const char *conninfo, const struct sql_form *form,
                               const char **problem)
{
    PGconn *connection = PQconnectdb(conninfo);
    *problem = NULL;
    if (connection == NULL)
        *problem = "no memory";
    else if (PQstatus(connection) != CONNECTION_OK || !sql_prepare(connection, form))
        *problem = PQerrorMessage(connection);
    return connection;
}

/* A program's statement may tell in the first column of a row that something was in the way. */
static inline bool sql_succeeded(const PGresult *result)
{
    static const char fine[4] = {0};
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        return PQresultStatus(result) == PGRES_COMMAND_OK;
    return PQntuples(result) == 1 && PQgetlength(result, 0, 0) == (int)sizeof fine &&
           memcmp(PQgetvalue(result, 0, 0), fine, sizeof fine) == 0;
}

/* Sends a batch and waits until it is durable. Gives false, and what PQerrorMessage() tells, when
 * it was not carried out. A batch of one goes without arrays. */
static inline bool sql_batch_put(PGconn *connection, int32_t shelf_id,
                                 const struct sql_batch *batch)
{
    enum { PARAMETERS = 9, WITHOUT_WHY = 4, BINARY = 1 };
    static const int formats[PARAMETERS] = {BINARY, BINARY, BINARY, BINARY, BINARY,
                                            BINARY, BINARY, BINARY, BINARY};
    static const char by[] = "sql_load";
    const struct sql_form *form = batch->form;
    const size_t writes_count = (size_t)batch->writes_count;
    const bool many = writes_count != 1 || form->one == NULL;
    const size_t skipped = many ? 0 : SQL_ARRAY_HEAD_BYTES + 4; /* To the first element itself. */
    uint8_t shelf[8];
    uint8_t epoch[8];
    uint8_t source[4];
    uint8_t at_ms[8];
    uint8_t request_id[8];
    const uint8_t *shelf_end =
        form->wide ? sql_append_int8(shelf, shelf_id) : sql_append_int4(shelf, shelf_id);
    (void)sql_append_int8(epoch, INT64_MAX);
    (void)sql_append_int4(source, form->source);
    (void)sql_append_int8(at_ms, (int64_t)time(NULL) * 1000);
    (void)sql_append_int8(request_id, 1);
    const char *const values[PARAMETERS] = {(const char *)shelf,
                                            (const char *)batch->skus + skipped,
                                            (const char *)batch->counts + skipped,
                                            (const char *)batch->stamps + skipped,
                                            (const char *)epoch,
                                            (const char *)source,
                                            (const char *)at_ms,
                                            by,
                                            (const char *)request_id};
    const size_t counts_bytes = SQL_ARRAY_HEAD_BYTES + writes_count * sql_count_bytes(form);
    const size_t stamps_bytes = SQL_ARRAY_HEAD_BYTES + writes_count * SQL_STAMP_BYTES;
    const int sizes[PARAMETERS] = {(int)(shelf_end - shelf),
                                   (int)(batch->skus_bytes - skipped),
                                   (int)(counts_bytes - skipped),
                                   (int)(stamps_bytes - skipped),
                                   (int)sizeof epoch,
                                   (int)sizeof source,
                                   (int)sizeof at_ms,
                                   (int)sizeof by - 1,
                                   (int)sizeof request_id};
    PGresult *result =
        PQexecPrepared(connection, many ? "many" : "one", form->why ? PARAMETERS : WITHOUT_WHY,
                       values, sizes, formats, BINARY);
    const bool done = sql_succeeded(result);
    PQclear(result);
    return done;
}

#endif
