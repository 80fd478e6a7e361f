/* Offers of a YML feed as rows: <offer id><count>, or the sum of its <outlet instock> (CONTRACT
 * §13). One thread. */
#ifndef SHEET_YML_READER_H
#define SHEET_YML_READER_H

#include "base/buffer.h"
#include "sheet/row.h"

struct yml_reader;

struct yml_settings {
    bool outlets;       /* The sum of all outlets … */
    const char *outlet; /* … or of those with this warehouse_name; NULL and false: <count>. */
    int64_t now_ms;
};

/* NULL: no memory. */
MUST_USE struct yml_reader *yml_reader_create(const struct yml_settings *settings);
void yml_reader_destroy(struct yml_reader *reader);

/* Takes the next bytes, and at the `is_last` ones the end; all rows of earlier ones must have been
 * taken. ERR_INVALID: yml_reader_problem() says why; rows before that place can be taken.
 * ERR_MEMORY. After an error nothing is fed. */
MUST_USE enum err yml_reader_feed(struct yml_reader *reader, struct bytes bytes, bool is_last);

/* Gives the next offer; false when more bytes are needed. Lends until the next call. updatedAt is
 * the feed's date where it is of the last 24 hours (C65). */
MUST_USE bool yml_reader_next(struct yml_reader *reader, struct row *row);

/* Why, and on which line. */
const char *yml_reader_problem(const struct yml_reader *reader, uint64_t *line);

/* Whether it was seen to be a YML. */
bool yml_reader_has_root(const struct yml_reader *reader);

/* A position is the number of the offer, from 1, and its line. */
uint64_t yml_position_offer(uint64_t position);
uint64_t yml_position_line(uint64_t position);

#endif
