/* Reading the query log, newest first. The list of files is copied under the writers' lock; the
 * files themselves are read without it: what stands in front of a file's known end never changes. A
 * position is a file's index and an offset in it: the next page ends there. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "operator/request_lines.h"
#include "operator/request_log_internal.h"
#include "wire/json.h"

enum { POSITION_BYTES_MAX = 40, STATUS_CLASS_MAX = 5 };

/* One call under way. */
struct finder {
    struct request_log *log;
    const struct request_filter *filter;
    struct arena *arena;
    struct json_parser *parser;
    uint8_t *window;
    struct request_file *files; /* In order; a copy in the arena. */
    size_t files_count;
    uint64_t last_index; /* Lines in front of this place are looked at. */
    uint64_t last_offset;
    struct request_entry *found;
    size_t found_count;
    uint64_t scanned_bytes;
};

/* Reads `INDEX.OFFSET`, both decimal. */
static enum err position_decode(struct finder *finder)
{
    finder->last_index = UINT64_MAX;
    finder->last_offset = UINT64_MAX;
    if (finder->filter->position.size == 0)
        return OK;
    struct bytes head;
    int64_t index = 0;
    int64_t offset = 0;
    const struct bytes tail = bytes_split(finder->filter->position, '.', &head);
    if (!bytes_to_int64(head, &index) || !bytes_to_int64(tail, &offset) || index < 1 || offset < 0)
        return ERR_INVALID;
    finder->last_index = (uint64_t)index;
    finder->last_offset = (uint64_t)offset;
    return OK;
}

static enum err position_encode(const struct finder *finder, uint64_t index, uint64_t offset,
                                struct bytes *position)
{
    char *text = arena_allocate(finder->arena, POSITION_BYTES_MAX + 1);
    if (text == NULL)
        return ERR_MEMORY;
    const int size = snprintf(text, POSITION_BYTES_MAX + 1, "%" PRIu64 ".%" PRIu64, index, offset);
    *position = (struct bytes){(const uint8_t *)text, (size_t)size};
    return OK;
}

/* Copies the list of files, as it is when all that gathered was written. */
static enum err files_copy(struct finder *finder)
{
    struct request_log *log = finder->log;
    request_log_write(log);
    pthread_mutex_lock(&log->write_lock);
    finder->files_count = log->files_count;
    finder->files = arena_allocate(finder->arena, log->files_count * sizeof(*finder->files) + 1);
    for (size_t i = 0; i < finder->files_count && finder->files != NULL; i++)
        finder->files[i] = log->files[i];
    pthread_mutex_unlock(&log->write_lock);
    return finder->files == NULL ? ERR_MEMORY : OK;
}

static bool status_matches(int64_t status, int64_t wanted)
{
    if (wanted >= 1 && wanted <= STATUS_CLASS_MAX)
        return status / 100 == wanted;
    return wanted == 0 || status == wanted;
}

bool request_filter_takes(const struct request_filter *filter, const struct request_entry *entry)
{
    return (filter->id == 0 || entry->id == filter->id) &&
           (filter->campaign_id == 0 || entry->campaign_id == filter->campaign_id) &&
           status_matches(entry->status, filter->status) &&
           (filter->method.size == 0 || bytes_equal(entry->method, filter->method)) &&
           entry->received_at_ms >= filter->from_ms && entry->received_at_ms < filter->to_ms;
}

/* Takes a line into the page if it is an entry that matches. */
static enum err line_take(struct finder *finder, struct bytes line)
{
    struct json_value root;
    struct json_failure failure;
    struct request_error errors[ERRORS_PER_REPLY_MAX];
    struct request_entry entry;
    if (line.size == 0 || line.size > REQUEST_LINE_BYTES_MAX)
        return OK;
    const enum json_outcome outcome = json_parse(finder->parser, line, &root, &failure);
    if (outcome == JSON_NO_MEMORY)
        return ERR_MEMORY;
    if (outcome != JSON_OK || !request_entry_decode(root, errors, &entry) ||
        !request_filter_takes(finder->filter, &entry))
        return OK;
    const enum err error =
        request_entry_copy(&entry, finder->arena, &finder->found[finder->found_count]);
    if (error == OK)
        finder->found_count++;
    return error;
}

static bool finder_is_full(const struct finder *finder)
{
    const size_t limit = finder->filter->id == 0 ? finder->filter->limit : 1;
    return finder->found_count == limit;
}

static bool finder_is_done(const struct finder *finder)
{
    return finder_is_full(finder) || finder->scanned_bytes >= REQUEST_LOG_SCAN_BYTES_MAX;
}

/* Looks at the lines in front of *end until the finder is done; *end is then where it stopped. A
 * file that cannot be read, or not to its start, is passed over: it may just have been removed. */
static enum err file_scan(struct finder *finder, uint64_t index, uint64_t *end)
{
    struct os *os = finder->log->settings.os;
    char path[REQUEST_PATH_OF_FILE_BYTES_MAX];
    request_file_path(finder->log, index, path);
    struct os_file *file = NULL;
    const uint64_t scanned_before = finder->scanned_bytes;
    uint64_t left = *end;
    *end = 0;
    if (os->open(os, path, OS_OPEN_READ, &file) != OK)
        return OK;
    struct request_lines lines = request_lines_begin(os, file, finder->window, left);
    struct bytes line;
    enum err error = OK;
    while (error == OK && !finder_is_done(finder) && request_lines_previous(&lines, &line)) {
        finder->scanned_bytes = scanned_before + lines.bytes_read;
        error = line_take(finder, line);
    }
    os->close(os, file);
    if (lines.error == OK)
        *end = request_lines_offset(&lines);
    return error;
}

/* Where reading of this file starts, from its end; 0: nothing of it belongs to the page. */
static uint64_t file_end(const struct finder *finder, const struct request_file *file)
{
    if (file->index > finder->last_index || file->span.to_ms < finder->filter->from_ms ||
        file->span.from_ms >= finder->filter->to_ms)
        return 0;
    if (file->index < finder->last_index || file->bytes < finder->last_offset)
        return file->bytes;
    return finder->last_offset;
}

/* Goes through the files until the page is full, enough was read, or nothing is left. */
static enum err files_scan(struct finder *finder, struct request_page *page)
{
    for (size_t i = finder->files_count; i-- > 0;) {
        const struct request_file *file = &finder->files[i];
        uint64_t end = file_end(finder, file);
        enum err error = OK;
        if (end > 0 && !finder_is_done(finder))
            error = file_scan(finder, file->index, &end);
        if (error == OK && finder->filter->id != 0 && finder_is_full(finder))
            return OK; /* There is no other. */
        if (error == OK && end > 0)
            return position_encode(finder, file->index, end, &page->position);
        if (error != OK)
            return error;
    }
    return OK;
}

enum err request_log_find(struct request_log *log, const struct request_filter *filter,
                          struct arena *arena, struct request_page *page)
{
    ASSERT(filter->limit >= 1);
    ASSERT(filter->limit <= REQUEST_LOG_PAGE_MAX);
    struct finder finder = {.log = log, .filter = filter, .arena = arena};
    *page = (struct request_page){.entries_count = 0};
    enum err error = position_decode(&finder);
    if (error != OK)
        return error;
    finder.parser = json_parser_create();
    finder.window = malloc(REQUEST_WINDOW_BYTES + JSON_PADDING_BYTES);
    finder.found = arena_allocate(arena, filter->limit * sizeof(*finder.found));
    if (finder.parser == NULL || finder.window == NULL || finder.found == NULL)
        error = ERR_MEMORY;
    if (error == OK)
        error = files_copy(&finder);
    if (error == OK)
        error = files_scan(&finder, page);
    page->entries = finder.found;
    page->entries_count = finder.found_count;
    free(finder.window);
    json_parser_destroy(finder.parser);
    return error;
}

uint64_t request_filter_checksum(const struct request_filter *filter)
{
    const int64_t parts[] = {filter->campaign_id, filter->status, filter->from_ms, filter->to_ms,
                             (int64_t)filter->id};
    const uint64_t checksum = bytes_checksum(filter->method, 0);
    return bytes_checksum((struct bytes){(const uint8_t *)parts, sizeof(parts)}, checksum);
}
