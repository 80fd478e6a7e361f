/* Messages of a server of PostgreSQL, for the one of pg_fake.h. */
#ifndef TESTS_SUPPORT_PG_FAKE_MESSAGE_H
#define TESTS_SUPPORT_PG_FAKE_MESSAGE_H

#include "base/buffer.h"

void pg_fake_put_u16(struct buffer *out, uint32_t number);
void pg_fake_put_u32(struct buffer *out, uint32_t number);

/* `body` may be NULL: none. */
void pg_fake_put_message(struct buffer *out, char type, const struct buffer *body);
/* A message of one text, or of two. */
void pg_fake_put_text_message(struct buffer *out, char type, const char *name, const char *value);
/* An error, or a notice, by its type. */
void pg_fake_put_error(struct buffer *out, char type, const char *severity, const char *state,
                       const char *words);
void pg_fake_put_ready(struct buffer *out);
/* One binary column of this type; one row of it. */
void pg_fake_put_columns(struct buffer *out, uint32_t type);
void pg_fake_put_row(struct buffer *out, const void *value, uint32_t bytes);

#endif
