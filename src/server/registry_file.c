/* A document goes the same way whether it comes from a file or from the store: bytes, JSON,
 * document, registry. From a file its tokens are hashed on the way, so no secret reaches the disk.
 * */
#include "server/registry_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "os/log.h"

static const struct bytes document_name = BYTES_INIT("registry");

static enum err decode_json(struct json_parser *parser, struct bytes text, struct arena *arena,
                            struct registry_document *document, struct error_list *errors)
{
    struct json_value root;
    struct json_failure failure;
    switch (json_parse(parser, text, &root, &failure)) {
    case JSON_OK:
        break;
    case JSON_NO_MEMORY:
        return ERR_MEMORY;
    case JSON_EMPTY:
        error_list_add(errors, "line 1: the file is empty");
        return ERR_INVALID;
    case JSON_TRUNCATED:
        error_list_add(errors, "line %zu: the file ends in the middle of the document",
                       failure.line);
        return ERR_INVALID;
    case JSON_NOT_UTF8:
        error_list_add(errors, "byte %zu: the file is not UTF-8", failure.offset);
        return ERR_INVALID;
    case JSON_MALFORMED:
        error_list_add(errors, "line %zu, column %zu: %s", failure.line, failure.column,
                       failure.problem);
        return ERR_INVALID;
    }
    if (registry_document_decode(root, arena, document, errors))
        return OK;
    return errors->count > 0 ? ERR_INVALID : ERR_MEMORY;
}

/* Decodes a text and applies it. The decoded document lives in the registry's arena. */
static enum err apply_text(struct registry *registry, struct bytes text,
                           enum registry_origin origin, struct registry_document *document,
                           struct registry_change *change, struct error_list *errors)
{
    struct json_parser *parser = json_parser_create();
    struct buffer padded;
    buffer_init(&padded);
    buffer_append(&padded, text);
    buffer_append_zeros(&padded, JSON_PADDING_BYTES);
    enum err error = parser == NULL || padded.failed ? ERR_MEMORY : OK;
    if (error == OK)
        error = decode_json(parser, (struct bytes){padded.data, text.size},
                            registry_arena(registry), document, errors);
    if (error == OK)
        error = registry_apply(registry, document, origin, change, errors);
    buffer_deinit(&padded);
    json_parser_destroy(parser);
    return error;
}

static void log_errors(const char *path, const struct error_list *errors)
{
    size_t start = 0;
    for (uint32_t i = 0; i < errors->count; i++) {
        log_line(LOG_ERROR, "event=registry_wrong file=%s problem=\"%.*s\"", path,
                 (int)(errors->ends[i] - start), (const char *)errors->text.data + start);
        start = errors->ends[i];
    }
}

enum err registry_take_document(void *context, struct bytes name, struct bytes content)
{
    struct registry *registry = context;
    if (!bytes_equal(name, document_name))
        return ERR_UNSUPPORTED;
    struct registry_document document;
    struct registry_change change;
    struct error_list errors;
    error_list_init(&errors);
    const enum err error =
        apply_text(registry, content, REGISTRY_KEPT, &document, &change, &errors);
    log_errors("(kept in the store)", &errors);
    error_list_deinit(&errors);
    return error == ERR_INVALID ? ERR_CORRUPT : error;
}

/* Makes a change durable: first the units that move, then the document that says so. A power cut
 * between the two leaves copies that nobody sees: the next document gets shelves with higher
 * numbers (registry_reserve_shelves), and applying the file again carries the units again. */
static enum err keep_text(struct bytes text, const struct registry_change *change,
                          struct store *store)
{
    if (text.size > REGISTRY_KEPT_BYTES_MAX)
        return ERR_UNSUPPORTED;
    for (uint32_t i = 0; i < change->moves_count; i++) {
        const enum err error =
            store_copy_shelf(store, change->moves[i].from_shelf_id, change->moves[i].to_shelf_id);
        if (error != OK)
            return error;
    }
    return store_add_document(store, document_name, text);
}

static enum err keep_change(const struct registry_document *document,
                            const struct registry_change *change, struct store *store)
{
    struct buffer text;
    buffer_init(&text);
    registry_document_encode(&text, document);
    const enum err error = text.failed ? ERR_MEMORY : keep_text(buffer_bytes(&text), change, store);
    buffer_deinit(&text);
    return error;
}

static enum err apply_file_text(const char *path, struct bytes text, struct registry *registry,
                                struct store *store)
{
    struct registry_document document;
    struct registry_change change;
    struct error_list errors;
    struct store_metrics metrics;
    store_metrics(store, &metrics);
    registry_reserve_shelves(registry, metrics.shelf_id_max);
    error_list_init(&errors);
    enum err error = apply_text(registry, text, REGISTRY_NEW, &document, &change, &errors);
    log_errors(path, &errors);
    error_list_deinit(&errors);
    if (error == OK && change.changed)
        error = keep_change(&document, &change, store);
    if (error == OK) {
        log_line(LOG_INFO, "event=registry_applied file=%s changed=%s moves=%u", path,
                 change.changed ? "yes" : "no", change.moves_count);
    } else if (error != ERR_INVALID) {
        log_line(LOG_ERROR, "event=registry_not_kept file=%s error=\"%s\"", path,
                 error == ERR_UNSUPPORTED ? "too many entries at once; split it, apply it in parts"
                                          : err_text(error));
    }
    return error;
}

enum err registry_apply_file(struct os *os, const char *path, struct registry *registry,
                             struct store *store)
{
    uint8_t *data = NULL;
    size_t size = 0;
    enum err error = os_read_file(os, path, REGISTRY_DOCUMENT_BYTES_MAX, &data, &size);
    if (error != OK) {
        log_line(LOG_ERROR, "event=registry_unreadable file=%s error=\"%s\"", path,
                 error == ERR_FULL ? "larger than 4 MiB; split it and apply it in parts"
                                   : err_text(error));
        return error;
    }
    error = apply_file_text(path, (struct bytes){data, size}, registry, store);
    free(data);
    return error;
}
