/* What every element of a request that writes counts has: a SKU, a count, and when it was true
 * (CONTRACT §1, §14). For put_stocks.c and v3_stocks.c; push_stocks.c writes such elements, too. */
#ifndef WIRE_STOCK_WRITE_H
#define WIRE_STOCK_WRITE_H

#include "wire/put_stocks.h"

/* A body on its way through a decoder. */
struct stock_write_decoder {
    const struct put_stocks_rules *rules;
    struct error_list *errors;
    const char *array; /* Paths are made of this, the index, and one of the two names. */
    const char *count_name;
    const char *updated_at_name;
    size_t index;      /* Of the element of the array at hand. */
    struct bytes date; /* The updatedAt read last: SKUs of one request tend to share it. */
    int64_t date_ms;
};

/* Each reads into *write; false: an error was added. A missing value is NULL. */
MUST_USE bool stock_write_sku(const struct stock_write_decoder *decoder,
                              const struct json_value *sku, struct stock_write *write);
MUST_USE bool stock_write_numbers(struct stock_write_decoder *decoder,
                                  const struct json_value *count,
                                  const struct json_value *updated_at, struct stock_write *write);

/* The same of values that are there, of the right type and nearly always good: false where they are
 * not, or not simple to judge. Nothing is said then, and the functions above have to look. */
MUST_USE bool stock_write_simple(struct stock_write_decoder *decoder, struct bytes sku,
                                 int64_t count, struct bytes updated_at, struct stock_write *write);

/* The bounds on updatedAt (CONTRACT §1.5), once all of *write is there. */
MUST_USE bool stock_write_check_moment(const struct stock_write_decoder *decoder,
                                       const struct stock_write *write);

/* Write the members of an element: it begins with its SKU, behind the comma that is due after an
 * element before it; the caller ends it. */
void stock_write_encode_sku(struct buffer *body, struct bytes sku);
void stock_write_encode_numbers(struct buffer *body, int64_t count, int64_t updated_at_ms);

#endif
