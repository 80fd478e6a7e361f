/* The values of a statement in PostgreSQL's binary form, built in an arena: numbers big-endian,
 * arrays of one dimension that begin at 1. Values that cannot be built for want of memory set
 * `failed`, and the builder checks once, at the end.
 *
 * Items of a command are sent sorted by the bytes of their SKUs (COLLATE "C"): whoever locks
 * several rows of a shelf does it in that order, so that no two ever wait for each other. */
#ifndef STORE_PG_VALUE_H
#define STORE_PG_VALUE_H

#include "base/arena.h"
#include "base/stock.h"
#include "store/pg_pool.h"

/* The order in which `count` keys are sent that stand `stride` bytes apart: the number of each,
 * those of equal SKUs in their own order. In the arena; NULL: no memory. */
MUST_USE const uint32_t *pg_sort_keys(struct arena *arena, const struct stock_key *keys,
                                      size_t stride, uint32_t count);

/* Writes the values of a request one after another. */
struct pg_writer {
    struct pg_request *request;
    struct arena *arena;
    bool failed; /* No memory; the request must not be sent. */
};

/* A request without values yet. */
struct pg_writer pg_write_begin(struct pg_request *request, struct arena *arena);

void pg_write_int8(struct pg_writer *writer, int64_t value);
void pg_write_int4(struct pg_writer *writer, int32_t value);
void pg_write_bool(struct pg_writer *writer, bool value);

/* A text or a bytea; copied. */
void pg_write_bytes(struct pg_writer *writer, struct bytes value);

/* A text[] of the SKUs of keys that stand `stride` bytes apart, in an order that pg_sort_keys()
 * gave; NULL: in their own. */
void pg_write_skus(struct pg_writer *writer, const struct stock_key *keys, size_t stride,
                   uint32_t count, const uint32_t *order);

/* Room for an array of `count` numbers, to be filled by as many calls of pg_put_int8() or
 * pg_put_int4(), each of which gives where the next one goes; NULL: no memory. */
MUST_USE uint8_t *pg_write_int8s(struct pg_writer *writer, uint32_t count);
MUST_USE uint8_t *pg_write_int4s(struct pg_writer *writer, uint32_t count);
uint8_t *pg_put_int8(uint8_t *at, int64_t value);
uint8_t *pg_put_int4(uint8_t *at, int32_t value);

/* An int4[] of the order itself: the place that each item has in the command. */
void pg_write_places(struct pg_writer *writer, const uint32_t *order, uint32_t count);

/* Element `index` of a text[] that pg_write_skus() wrote. Lends from it. */
struct bytes pg_sku_at(const struct pg_value *skus, uint32_t index);

#endif
