/* Checks that say more than cmocka's own: what was expected, what came, and which row of a table it
 * was. They fail the test that calls them. */
#ifndef TESTS_SUPPORT_EXPECT_H
#define TESTS_SUPPORT_EXPECT_H

#include "base/bytes.h"
#include "wire/reply.h"

#define ROWS_COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

/* `condition` holds; `label` is a text that tells which case it is. */
#define EXPECT(label, condition) expect_true((condition), #condition, (label), __FILE__, __LINE__)

/* `bytes` are those of a text. */
#define EXPECT_TEXT(bytes, text) expect_bytes((bytes), bytes_from_text(text), __FILE__, __LINE__)

/* `bytes` are equal to others. */
#define EXPECT_BYTES(bytes, expected) expect_bytes((bytes), (expected), __FILE__, __LINE__)

/* The list holds exactly this message; NULL: no message. */
#define EXPECT_ERROR(errors, text) expect_error((errors), (text), __FILE__, __LINE__)

void expect_true(bool condition, const char *text, const char *label, const char *file, int line);
void expect_bytes(struct bytes bytes, struct bytes expected, const char *file, int line);
void expect_error(const struct error_list *errors, const char *text, const char *file, int line);

/* A message of the list; index < errors->count. Lends from the list. */
struct bytes error_at(const struct error_list *errors, uint32_t index);

#endif
