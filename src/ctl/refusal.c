/* A message names its row by `skus[17]…` or by the SKU in quotes; a SKU may hold quotes itself, so
 * every end that fits is tried. */
#include "ctl/refusal.h"

#include <string.h>

#include "base/printable.h"

enum { MESSAGE_BYTES_MAX = 600 };

void refusal_init(struct refusal *refusal)
{
    *refusal = (struct refusal){.messages_count = 0};
    buffer_init(&refusal->texts);
}

void refusal_deinit(struct refusal *refusal)
{
    buffer_deinit(&refusal->texts);
}

/* The line of the SKU that stands in single quotes, or 0. */
static uint64_t line_by_sku(const struct batch *batch, struct bytes message)
{
    const uint8_t *open = memchr(message.data, '\'', message.size);
    if (open == NULL)
        return 0;
    const uint8_t *begin = open + 1;
    const size_t size = (size_t)(message.data + message.size - begin);
    for (size_t i = 0; i < size; i++) {
        const uint64_t line =
            begin[i] == '\'' ? batch_line_of_sku(batch, (struct bytes){begin, i}) : 0;
        if (line != 0)
            return line;
    }
    return 0;
}

/* The line of the item whose index stands in `skus[17]`, or 0. */
static uint64_t line_by_index(const struct batch *batch, struct bytes message)
{
    const struct bytes name = BYTES("skus[");
    const uint8_t *at = memmem(message.data, message.size, name.data, name.size);
    if (at == NULL)
        return 0;
    const uint8_t *begin = at + name.size;
    struct bytes digits;
    (void)bytes_split((struct bytes){begin, (size_t)(message.data + message.size - begin)}, ']',
                      &digits);
    int64_t index = -1;
    return bytes_to_int64(digits, &index) ? batch_line_of_index(batch, index) : 0;
}

static void message_add(struct refusal *refusal, struct bytes text, const struct batch *batch)
{
    struct refusal_message *message = &refusal->messages[refusal->messages_count++];
    *message = (struct refusal_message){.text_offset = refusal->texts.size};
    printable_append(&refusal->texts, text, MESSAGE_BYTES_MAX);
    message->text_bytes = refusal->texts.size - message->text_offset;
    if (batch == NULL || text.size == 0)
        return;
    message->line = line_by_sku(batch, text);
    if (message->line == 0)
        message->line = line_by_index(batch, text);
}

static enum err read_root(struct json_parser *parser, struct bytes answer, struct json_value *root)
{
    struct json_failure failure;
    const enum json_outcome outcome = json_parse(parser, answer, root, &failure);
    if (outcome == JSON_NO_MEMORY)
        return ERR_MEMORY;
    return outcome == JSON_OK && json_type(*root) == JSON_OBJECT ? OK : ERR_INVALID;
}

void refusal_read(struct refusal *refusal, struct json_parser *parser, struct bytes answer,
                  const struct batch *batch)
{
    buffer_clear(&refusal->texts);
    refusal->messages_count = 0;
    struct json_value root;
    struct json_value errors;
    if (read_root(parser, answer, &root) != OK || !json_find(root, BYTES("errors"), &errors) ||
        json_type(errors) != JSON_ARRAY)
        return;
    struct json_walk walk = json_walk_begin(errors);
    struct json_value error;
    while (json_next_element(&walk, &error) && refusal->messages_count < ERRORS_PER_REPLY_MAX) {
        struct json_value text;
        if (json_type(error) != JSON_OBJECT)
            continue;
        if (json_find(error, BYTES("message"), &text) || json_find(error, BYTES("code"), &text))
            message_add(refusal, json_type(text) == JSON_STRING ? json_string(text) : BYTES(""),
                        batch);
    }
    if (refusal->texts.failed)
        refusal->messages_count = 0;
}

struct bytes refusal_text(const struct refusal *refusal, uint32_t index)
{
    ASSERT(index < refusal->messages_count);
    const struct refusal_message *message = &refusal->messages[index];
    if (message->text_bytes == 0)
        return BYTES(""); /* Where all are empty there are no texts to point into. */
    return (struct bytes){refusal->texts.data + message->text_offset, message->text_bytes};
}

enum err answer_check_ok(struct json_parser *parser, struct bytes answer)
{
    struct json_value root;
    struct json_value status;
    const enum err error = read_root(parser, answer, &root);
    if (error != OK)
        return error;
    const bool is_ok = json_find(root, BYTES("status"), &status) &&
                       json_type(status) == JSON_STRING &&
                       bytes_equal(json_string(status), BYTES("OK"));
    return is_ok ? OK : ERR_INVALID;
}

const char *refusal_advice(int64_t status)
{
    switch (status) {
    case 401:
        return "check the token, and --auth when it is an OAuth token";
    case 403:
        return "as the server says: a missing scope (a :read-only one is enough to pull), a store "
               "of another cabinet, one that is switched off, or a wrong OAuth token";
    case 404:
        return "check --campaign (campaignId, not the store's ID) and --url";
    case 423:
        return "the cabinet is being moved; try again later";
    default:
        return "check --url: that is not how the API answers";
    }
}

const char *refusal_advice_operator(int64_t status)
{
    switch (status) {
    case 401:
        return "check the operator's token; stockd keeps it in operator.token of its data folder";
    case 421:
        return "call it by its address, or start stockd with --operator-host";
    default:
        return "check --operator-url: that is not how the operator's API answers";
    }
}
