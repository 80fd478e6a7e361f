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

static enum err apply_file_text(const char *path, struct bytes text, struct registry_keeper *keeper)
{
    struct registry_outcome outcome;
    struct error_list errors;
    error_list_init(&errors);
    const enum err error = registry_keeper_apply_text(keeper, text, &errors, &outcome);
    if (error != OK)
        log_failure(path, error, &errors);
    else
        log_line(LOG_INFO, "event=registry_applied file=%s changed=%s moves=%u", path,
                 outcome.changed ? "yes" : "no", outcome.moves_count);
    error_list_deinit(&errors);
    return error;
}

enum err registry_apply_file(struct os *os, const char *path, struct registry_keeper *keeper)
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
    error = apply_file_text(path, (struct bytes){data, size}, keeper);
    free(data);
    return error;
}
