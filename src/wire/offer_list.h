/* Lists of offers: bodies that have `offerIds` alone, or objects that begin with an `offerId`; and
 * the answers that tell failures (CONTRACT §4, §8). */
#ifndef WIRE_OFFER_LIST_H
#define WIRE_OFFER_LIST_H

#include "wire/field.h"
#include "wire/sku_list.h"

/* Decodes a body `{"offerIds":[…]}` of 1 to `max` SKUs. As sku_list_decode(). */
MUST_USE bool offer_list_decode_body(struct json_value root, size_t max, struct arena *arena,
                                     struct sku_list *list, struct error_list *errors);

/* What happens where the same SKU comes again. */
enum offer_repeats {
    OFFER_REPEATS_TOLD,      /* One error with all of its positions, counted from 0. */
    OFFER_REPEATS_REFUSED,   /* An error for each. */
    OFFER_REPEATS_TOLERATED, /* It is taken once. */
};

struct offer_list_rules {
    const char *name; /* Of the array. */
    size_t max;
    enum offer_repeats repeats;
};

/* A walk over an array of objects. */
struct offer_walk {
    struct offer_list_rules rules;
    struct error_list *errors;
    struct json_walk walk; /* Behind the element at hand. */
    size_t index;          /* Of the element at hand. */
    size_t next;
    struct sku_list list; /* The SKUs so far. */
    size_t *positions;    /* Where each of them stood first; SIZE_MAX: its error was told. */
    struct seen_table seen;
};

/* Begins at the member `rules->name` of a body. False when `errors` tell why not, or when there is
 * no memory (then `errors` are empty); list.elements_count is set in any case. */
MUST_USE bool offer_list_begin(struct json_value root, const struct offer_list_rules *rules,
                               struct arena *arena, struct offer_walk *walk,
                               struct error_list *errors);

/* Gives the next object; false at the end. *added: its `offerId` is valid and new, and is the last
 * key of walk->list. What is wrong with it was told. */
bool offer_list_next(struct offer_walk *walk, struct json_value *element, bool *added);

/* Writes an answer that tells failures alone: `{"status":"OK","result":{"NAME":[…]}}`, without the
 * list where there were none. */
void offer_list_encode_failures(struct buffer *body, const char *name, const struct stock_key *keys,
                                uint32_t keys_count);

#endif
