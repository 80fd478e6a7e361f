/* Bytes of the protocol: a letter, a size, a body. */
#include "pg_fake_message.h"

void pg_fake_put_u16(struct buffer *out, uint32_t number)
{
    buffer_append_u8(out, (uint8_t)(number >> 8));
    buffer_append_u8(out, (uint8_t)number);
}

void pg_fake_put_u32(struct buffer *out, uint32_t number)
{
    pg_fake_put_u16(out, number >> 16);
    pg_fake_put_u16(out, number);
}

static void pg_fake_put_text(struct buffer *out, const char *text)
{
    buffer_append_text(out, text);
    buffer_append_u8(out, 0);
}

void pg_fake_put_message(struct buffer *out, char type, const struct buffer *body)
{
    const struct bytes bytes = body == NULL ? (struct bytes){NULL, 0} : buffer_bytes(body);
    buffer_append_u8(out, (uint8_t)type);
    pg_fake_put_u32(out, (uint32_t)bytes.size + 4);
    buffer_append(out, bytes);
}

void pg_fake_put_text_message(struct buffer *out, char type, const char *name, const char *value)
{
    struct buffer body;
    buffer_init(&body);
    pg_fake_put_text(&body, name);
    if (value != NULL)
        pg_fake_put_text(&body, value);
    pg_fake_put_message(out, type, &body);
    buffer_deinit(&body);
}

void pg_fake_put_error(struct buffer *out, char type, const char *severity, const char *state,
                       const char *words)
{
    const char *const fields[] = {"S", severity, "V", severity, "C", state, "M", words};
    struct buffer body;
    buffer_init(&body);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i += 2) {
        buffer_append_text(&body, fields[i]);
        pg_fake_put_text(&body, fields[i + 1]);
    }
    buffer_append_u8(&body, 0);
    pg_fake_put_message(out, type, &body);
    buffer_deinit(&body);
}

void pg_fake_put_ready(struct buffer *out)
{
    struct buffer body;
    buffer_init(&body);
    buffer_append_u8(&body, 'I');
    pg_fake_put_message(out, 'Z', &body);
    buffer_deinit(&body);
}

void pg_fake_put_columns(struct buffer *out, uint32_t type)
{
    struct buffer body;
    buffer_init(&body);
    pg_fake_put_u16(&body, 1);
    pg_fake_put_text(&body, "column");
    pg_fake_put_u32(&body, 0);
    pg_fake_put_u16(&body, 0);
    pg_fake_put_u32(&body, type);
    pg_fake_put_u16(&body, 0xFFFF);
    pg_fake_put_u32(&body, 0xFFFFFFFF);
    pg_fake_put_u16(&body, 1);
    pg_fake_put_message(out, 'T', &body);
    buffer_deinit(&body);
}

void pg_fake_put_row(struct buffer *out, const void *value, uint32_t bytes)
{
    struct buffer body;
    buffer_init(&body);
    pg_fake_put_u16(&body, 1);
    pg_fake_put_u32(&body, bytes);
    buffer_append(&body, (struct bytes){value, bytes});
    pg_fake_put_message(out, 'D', &body);
    buffer_deinit(&body);
}
