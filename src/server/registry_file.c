/* Reading the file and logging; call/registry_keeper does the rest. */
#include "server/registry_file.h"

#include <stdlib.h>

#include "base/limits.h"
#include "os/log.h"

static void log_errors(const char *path, const struct error_list *errors)
{
    size_t start = 0;
    for (uint32_t i = 0; i < errors->count; i++) {
        log_line(LOG_ERROR, "event=registry_wrong file=%s problem=\"%.*s\"", path,
                 (int)(errors->ends[i] - start), (const char *)errors->text.data + start);
        start = errors->ends[i];
    }
}

/* Logs errors that were told, or else the one that was not. */
static void log_failure(const char *path, enum err error, const struct error_list *errors)
{
    log_errors(path, errors);
    if (errors->count > 0)
        return;
    log_line(LOG_ERROR, "event=registry_not_kept file=%s error=\"%s\"", path,
             error == ERR_UNSUPPORTED ? "too many entries at once; split it, apply it in parts"
                                      : err_text(error));
}

enum err registry_complete(struct registry_keeper *keeper)
{
    struct error_list errors;
    error_list_init(&errors);
    const enum err error = registry_keeper_complete(keeper, &errors);
    if (error != OK)
        log_failure("(kept in the store)", error, &errors);
    error_list_deinit(&errors);
    return error;
}

enum err registry_file_take(struct registry_file *file, struct bytes content)
{
    file->applied = sha256_from_hex(content, &file->hash);
    return file->applied ? OK : ERR_CORRUPT;
}

void registry_file_init(struct registry_file *file)
{
    *file = (struct registry_file){.applied = false};
    pthread_mutex_init(&file->lock, NULL);
}

void registry_file_deinit(struct registry_file *file)
{
    pthread_mutex_destroy(&file->lock);
}

void registry_file_hold(struct registry_file *file)
{
    pthread_mutex_lock(&file->lock);
}

void registry_file_release(struct registry_file *file)
{
    pthread_mutex_unlock(&file->lock);
}

enum err registry_file_give(const struct registry_file *file,
                            const struct store_document_sink *sink)
{
    char hex[SHA256_HEX_BYTES];
    if (!file->applied)
        return OK;
    sha256_to_hex(&file->hash, hex);
    return sink->take(sink->context, BYTES(REGISTRY_FILE_DOCUMENT), bytes_from_text(hex));
}

/* Keeps that this file was applied, durable when this returns. */
static enum err remember(struct registry_file *file, const struct sha256 *hash, struct store *store)
{
    char hex[SHA256_HEX_BYTES];
    sha256_to_hex(hash, hex);
    registry_file_hold(file);
    const enum err error =
        store_add_document(store, BYTES(REGISTRY_FILE_DOCUMENT), bytes_from_text(hex));
    if (error == OK) {
        file->applied = true;
        file->hash = *hash;
    }
    registry_file_release(file);
    return error;
}

static enum err apply_text(struct registry_file *file, const char *path, struct bytes text,
                           const struct registry_target *target)
{
    const struct sha256 hash = sha256_of(text);
    if (file->applied && sha256_equal(&file->hash, &hash)) {
        log_line(LOG_INFO, "event=registry_unchanged file=%s", path);
        return OK;
    }
    struct registry_outcome outcome;
    struct error_list errors;
    error_list_init(&errors);
    enum err error = registry_keeper_apply_text(target->keeper, text, &errors, &outcome);
    if (error == OK)
        error = remember(file, &hash, target->store);
    if (error == ERR_BUSY && errors.count > 0)
        error = ERR_INVALID; /* It would strand units. */
    if (error != OK && error != ERR_BUSY)
        log_failure(path, error, &errors);
    else if (error == OK)
        log_line(LOG_INFO, "event=registry_applied file=%s changed=%s moves=%u", path,
                 outcome.changed ? "yes" : "no", outcome.moves_count);
    error_list_deinit(&errors);
    return error;
}

enum err registry_file_apply(struct registry_file *file, const char *path,
                             const struct registry_target *target)
{
    uint8_t *data = NULL;
    size_t size = 0;
    enum err error = os_read_file(target->os, path, REGISTRY_DOCUMENT_BYTES_MAX, &data, &size);
    if (error != OK) {
        log_line(LOG_ERROR, "event=registry_unreadable file=%s error=\"%s\"", path,
                 error == ERR_FULL ? "larger than 4 MiB; split it and apply it in parts"
                                   : err_text(error));
        return error;
    }
    error = apply_text(file, path, (struct bytes){data, size}, target);
    explicit_bzero(data, size); /* Keys may stand there. */
    free(data);
    return error;
}
