/* The files of the query log: finding them at the start, writing behind the last one, finishing it
 * when it is large or a day old, and removing the oldest. A finished file ends with a summary of
 * the moments it covers, so that a start reads the ends of files only. Nothing here is precious:
 * what cannot be read is passed over. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "operator/request_lines.h"
#include "operator/request_log_internal.h"
#include "os/log.h"
#include "wire/json.h"

enum { FILE_NAME_BYTES_MAX = 32, FILES_CAPACITY_MIN = 64 };

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

static void file_name(uint64_t index, char name[FILE_NAME_BYTES_MAX])
{
    (void)snprintf(name, FILE_NAME_BYTES_MAX, "%016" PRIx64 ".requests", index);
}

void request_file_path(const struct request_log *log, uint64_t index,
                       char path[REQUEST_PATH_OF_FILE_BYTES_MAX])
{
    char name[FILE_NAME_BYTES_MAX];
    file_name(index, name);
    const int length = snprintf(path, REQUEST_PATH_OF_FILE_BYTES_MAX, "%s/%s", log->folder, name);
    ASSERT(length > 0 && length < REQUEST_PATH_OF_FILE_BYTES_MAX);
}

uint64_t request_files_bytes(const struct request_log *log)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < log->files_count; i++)
        bytes += log->files[i].bytes;
    return bytes;
}

/* The file that is written, or NULL: the next lines begin one. */
static struct request_file *unfinished_file(struct request_log *log)
{
    if (log->files_count == 0 || log->files[log->files_count - 1].finished)
        return NULL;
    return &log->files[log->files_count - 1];
}

static enum err file_add(struct request_log *log, uint64_t index)
{
    if (log->files_count == log->files_capacity) {
        const size_t capacity =
            log->files_capacity == 0 ? FILES_CAPACITY_MIN : 2 * log->files_capacity;
        struct request_file *files = realloc(log->files, capacity * sizeof(*files));
        if (files == NULL)
            return ERR_MEMORY;
        log->files = files;
        log->files_capacity = capacity;
    }
    log->files[log->files_count++] =
        (struct request_file){.index = index, .span = REQUEST_SPAN_NONE};
    return OK;
}

/* Takes a file off the list. */
static void file_forget(struct request_log *log, size_t at)
{
    log->files_count--;
    for (size_t i = at; i < log->files_count; i++)
        log->files[i] = log->files[i + 1];
}

static enum err file_remove(struct request_log *log, size_t at)
{
    struct os *os = log->settings.os;
    if (!log->files[at].finished) {
        os->close(os, log->file);
        log->file = NULL;
    }
    char path[REQUEST_PATH_OF_FILE_BYTES_MAX];
    request_file_path(log, log->files[at].index, path);
    const enum err error = os->remove(os, path);
    if (error != OK && error != ERR_NOT_FOUND)
        return error;
    file_forget(log, at);
    return OK;
}

/* Opens the unfinished file that an earlier run left, or that a failed removal closed. A line break
 * comes first, for its last line may be torn. */
static enum err file_continue(struct request_log *log, struct request_file *file)
{
    struct os *os = log->settings.os;
    char path[REQUEST_PATH_OF_FILE_BYTES_MAX];
    request_file_path(log, file->index, path);
    enum err error = os->open(os, path, OS_OPEN_WRITE, &log->file);
    if (error == OK)
        error = os->write(os, log->file, file->bytes, BYTES("\n"));
    if (error == OK) {
        file->bytes++;
        return OK;
    }
    os->close(os, log->file);
    log->file = NULL;
    return error;
}

static enum err file_begin(struct request_log *log)
{
    struct os *os = log->settings.os;
    char path[REQUEST_PATH_OF_FILE_BYTES_MAX];
    const uint64_t index = log->next_index;
    request_file_path(log, index, path);
    enum err error = os->open(os, path, OS_OPEN_CREATE, &log->file);
    if (error == ERR_NOT_FOUND) { /* The folder could not be made at the start, or is gone. */
        error = os->make_folder(os, log->folder);
        if (error == OK)
            error = os->open(os, path, OS_OPEN_CREATE, &log->file);
    }
    if (error == OK || error == ERR_BUSY)
        log->next_index++;
    if (error != OK)
        return error;
    error = file_add(log, index);
    if (error != OK) {
        os->close(os, log->file);
        log->file = NULL;
        (void)os->remove(os, path); /* If it stays, a start finds it empty and removes it. */
    }
    return error;
}

/* Writes the summary and closes. It may fail: then a start reads the whole file. */
static void file_finish(struct request_log *log, struct request_file *file)
{
    struct os *os = log->settings.os;
    if (log->file != NULL || file_continue(log, file) == OK) {
        char summary[128];
        const int size =
            snprintf(summary, sizeof(summary), "{\"from\":%" PRId64 ",\"to\":%" PRId64 "}\n",
                     file->span.from_ms, file->span.to_ms);
        const struct bytes bytes = {(const uint8_t *)summary, (size_t)size};
        if (os->write(os, log->file, file->bytes, bytes) == OK)
            file->bytes += bytes.size;
    }
    file->finished = true;
    os->close(os, log->file);
    log->file = NULL;
}

static bool file_is_full(const struct request_log *log, const struct request_file *file)
{
    const int64_t now_ms = log->settings.os->now_ms(log->settings.os);
    return file->bytes >= log->file_bytes_max ||
           (file->span.from_ms <= file->span.to_ms && now_ms - file->span.from_ms >= DAY_MS);
}

/* Makes a file ready for so many bytes more. */
static enum err room_make(struct request_log *log, size_t bytes)
{
    struct request_file *file = unfinished_file(log);
    if (file != NULL && file_is_full(log, file))
        file_finish(log, file);
    while (log->files_count > 0 &&
           request_files_bytes(log) + bytes > (uint64_t)log->settings.bytes_max) {
        const enum err error = file_remove(log, 0);
        if (error != OK)
            return error;
    }
    file = unfinished_file(log);
    if (file == NULL)
        return file_begin(log);
    if (log->file != NULL)
        return OK;
    const enum err error = file_continue(log, file);
    file->finished = error != OK && error != ERR_FULL; /* The next try begins another. */
    return error;
}

enum err request_files_append(struct request_log *log, struct bytes lines, struct request_span span)
{
    struct os *os = log->settings.os;
    enum err error = room_make(log, lines.size);
    if (error != OK)
        return error;
    struct request_file *file = unfinished_file(log);
    ASSERT(file != NULL && log->file != NULL);
    error = os->write(os, log->file, file->bytes, lines);
    if (error != OK) { /* A start must not find what was dropped. */
        (void)os->truncate(os, log->file, file->bytes);
        return error;
    }
    file->bytes += lines.size;
    request_span_add(&file->span, span);
    return OK;
}

enum err request_files_expire(struct request_log *log)
{
    const int64_t since_ms =
        log->settings.os->now_ms(log->settings.os) - log->settings.days * DAY_MS;
    enum err error = OK;
    for (size_t i = log->files_count; i-- > 0;) {
        if (log->files[i].span.to_ms >= since_ms)
            continue;
        const enum err removed = file_remove(log, i);
        error = removed != OK ? removed : error;
    }
    return error;
}

/* The moments of an entry's line are its own, of a summary's all that it covers. False: neither. */
static bool root_span(struct json_value root, struct request_span *span, bool *summary)
{
    struct json_value from;
    struct json_value to;
    if (json_type(root) != JSON_OBJECT)
        return false;
    *summary = json_find(root, BYTES("from"), &from) && json_find(root, BYTES("to"), &to);
    if (*summary)
        return json_to_int64(from, &span->from_ms) && json_to_int64(to, &span->to_ms);
    struct request_error errors[ERRORS_PER_REPLY_MAX];
    struct request_entry entry;
    const bool decoded = request_entry_decode(root, errors, &entry);
    *span = (struct request_span){entry.received_at_ms, entry.received_at_ms};
    return decoded;
}

/* What loading needs for one file after the other. */
struct loader {
    struct request_log *log;
    struct json_parser *parser;
    uint8_t *window;
    enum err error;
};

/* Adds a line to what is known of its file. ERR_MEMORY: it could not be read. */
static enum err line_load(struct json_parser *parser, struct bytes line, struct request_file *file)
{
    struct json_value root;
    struct json_failure failure;
    struct request_span span;
    bool summary = false;
    if (line.size == 0 || line.size > REQUEST_LINE_BYTES_MAX)
        return OK;
    const enum json_outcome outcome = json_parse(parser, line, &root, &failure);
    if (outcome == JSON_NO_MEMORY)
        return ERR_MEMORY;
    if (outcome == JSON_OK && root_span(root, &span, &summary)) {
        request_span_add(&file->span, span);
        file->finished = summary; /* It is the last line. */
    }
    return OK;
}

/* Learns the span of a file from its summary, or else from all its lines. */
static enum err span_load(struct loader *loader, struct os_file *opened, struct request_file *file)
{
    struct request_lines lines =
        request_lines_begin(loader->log->settings.os, opened, loader->window, file->bytes);
    struct bytes line;
    enum err error = OK;
    while (error == OK && !file->finished && request_lines_previous(&lines, &line))
        error = line_load(loader->parser, line, file);
    return error == OK ? lines.error : error;
}

static enum err file_load(struct loader *loader, struct request_file *file)
{
    struct os *os = loader->log->settings.os;
    char path[REQUEST_PATH_OF_FILE_BYTES_MAX];
    request_file_path(loader->log, file->index, path);
    struct os_file *opened = NULL;
    enum err error = os->open(os, path, OS_OPEN_READ, &opened);
    if (error != OK)
        return error;
    error = os->size(os, opened, &file->bytes);
    if (error == OK)
        error = span_load(loader, opened, file);
    os->close(os, opened);
    return error;
}

static void visit_name(void *context, const char *name)
{
    struct loader *loader = context;
    char expected[FILE_NAME_BYTES_MAX];
    const uint64_t index = strtoull(name, NULL, 16);
    file_name(index, expected);
    if (index == 0 || index == UINT64_MAX || strcmp(name, expected) != 0)
        return; /* Not ours: it stays. */
    if (index >= loader->log->next_index)
        loader->log->next_index = index + 1;
    const enum err error = file_add(loader->log, index);
    loader->error = error != OK ? error : loader->error;
}

static int compare_files(const void *left, const void *right)
{
    const struct request_file *one = left;
    const struct request_file *other = right;
    return one->index < other->index ? -1 : one->index > other->index;
}

static void files_inspect(struct loader *loader)
{
    struct request_log *log = loader->log;
    qsort(log->files, log->files_count, sizeof(log->files[0]), compare_files);
    for (size_t i = log->files_count; i-- > 0;) {
        struct request_file *file = &log->files[i];
        const bool last = i + 1 == log->files_count;
        const enum err error = file_load(loader, file);
        if (error != OK && error != ERR_NOT_FOUND) {
            log_line(LOG_WARN,
                     "event=request_log_unreadable folder=%s file=%016" PRIx64 " error=\"%s\"",
                     log->folder, file->index, err_text(error));
        }
        file->finished = file->finished || !last;
        if (error != OK)
            file_forget(log, i);
    }
}

enum err request_files_load(struct request_log *log)
{
    struct os *os = log->settings.os;
    struct loader loader = {.log = log, .error = OK};
    loader.parser = json_parser_create();
    loader.window = malloc(REQUEST_WINDOW_BYTES + JSON_PADDING_BYTES);
    if (loader.parser == NULL || loader.window == NULL)
        loader.error = ERR_MEMORY;
    enum err error = os->make_folder(os, log->folder);
    if (error == OK)
        error = os->list_folder(os, log->folder, visit_name, &loader);
    if (error != OK) {
        log_line(LOG_WARN, "event=request_log_unreadable folder=%s error=\"%s\"", log->folder,
                 err_text(error));
    }
    if (loader.error == OK && log->files_count > 0)
        files_inspect(&loader);
    free(loader.window);
    json_parser_destroy(loader.parser);
    return loader.error;
}
