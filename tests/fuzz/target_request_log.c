/* Files of the query log that some earlier run, or a broken disk, left: a listing gives every line
 * that is an entry, newest first, whatever stands between. */
#include <stdio.h>

#include "check.h"
#include "fuzz.h"
#include "operator/request_log.h"
#include "os/os_sim.h"

enum { FILES_MAX = 3, ENTRIES_MAX = 512, PAGES_MAX = 2000 };

/* What a plain reading finds: of each entry its moment and its cost, oldest first. */
struct found {
    int64_t at_ms[ENTRIES_MAX];
    int64_t took_us[ENTRIES_MAX];
    size_t count;
};

static void found_add(struct found *found, const struct request_entry *entry)
{
    if (found->count == ENTRIES_MAX)
        return;
    found->at_ms[found->count] = entry->received_at_ms;
    found->took_us[found->count++] = entry->took_us;
}

/* Reads lines one after the other. */
static void read_plainly(struct bytes content, struct found *found)
{
    struct json_case json;
    json_case_init(&json);
    while (content.size > 0) {
        struct bytes line;
        struct request_error errors[ERRORS_PER_REPLY_MAX];
        struct request_entry entry;
        content = bytes_split(content, '\n', &line);
        if (line.size > 0 && json_case_parse(&json, line) == JSON_OK &&
            request_entry_decode(json.root, errors, &entry))
            found_add(found, &entry);
    }
    json_case_deinit(&json);
}

static void write_file(struct os *os, unsigned index, struct bytes content)
{
    char path[64];
    struct os_file *file = NULL;
    (void)snprintf(path, sizeof(path), "requests/%016x.requests", index);
    ASSERT(os->open(os, path, OS_OPEN_CREATE, &file) == OK);
    ASSERT(os->write(os, file, 0, content) == OK);
    os->close(os, file);
}

/* Follows the pages to their end. */
static void read_pages(struct request_log *log, size_t limit, struct bytes position,
                       struct found *found)
{
    struct request_filter filter = {
        .from_ms = INT64_MIN, .to_ms = INT64_MAX, .limit = limit, .position = position};
    struct arena arena;
    arena_init(&arena);
    size_t pages = 0;
    do {
        struct request_page page;
        const enum err error = request_log_find(log, &filter, &arena, &page);
        ASSERT(error == OK || (error == ERR_INVALID && pages == 0 && position.size > 0));
        if (error != OK)
            break;
        ASSERT(page.entries_count <= limit);
        for (size_t i = 0; i < page.entries_count; i++) {
            struct buffer shown;
            buffer_init(&shown);
            request_entry_show(&shown, &page.entries[i]);
            check_object(buffer_bytes(&shown));
            buffer_deinit(&shown);
            found_add(found, &page.entries[i]);
        }
        filter.position = page.position;
        ASSERT(++pages < PAGES_MAX);
    } while (filter.position.size > 0);
    arena_deinit(&arena);
}

static void check_listing(struct request_log *log, const struct found *plain, size_t limit)
{
    static struct found listed;
    listed.count = 0;
    read_pages(log, limit, (struct bytes){NULL, 0}, &listed);
    if (plain->count == ENTRIES_MAX)
        return;
    ASSERT(listed.count == plain->count);
    for (size_t i = 0; i < plain->count; i++) {
        const size_t newest = plain->count - 1 - i;
        ASSERT(listed.at_ms[i] == plain->at_ms[newest]);
        ASSERT(listed.took_us[i] == plain->took_us[newest]);
    }
}

/* Takes the content of a file: what stands in front of the next mark, or all of it. */
static struct bytes take_content(struct bytes *input, bool all)
{
    static const struct bytes mark = BYTES_INIT("\n%%\n");
    const uint8_t *found =
        all || input->size == 0 ? NULL : memmem(input->data, input->size, mark.data, mark.size);
    struct bytes content = *input;
    if (found != NULL)
        content.size = (size_t)(found - input->data);
    const size_t taken = content.size + (found == NULL ? 0 : mark.size);
    *input = taken == input->size ? (struct bytes){NULL, 0}
                                  : (struct bytes){input->data + taken, input->size - taken};
    return content;
}

/* The first line is a position, as a page token may bring it. What follows is the files, parted by
 * a line of their own: %%. */
void fuzz_request_log(struct bytes input)
{
    static struct found plain;
    static struct found rest;
    struct bytes position;
    input = bytes_split(input, '\n', &position);
    struct os_sim *sim = os_sim_create(1);
    struct os *os = os_sim_os(sim);
    os_sim_set_now(sim, FUZZ_NOW_MS);
    ASSERT(os->make_folder(os, "requests") == OK);
    plain.count = rest.count = 0;
    for (unsigned i = 1; i <= FILES_MAX; i++) {
        const struct bytes content = take_content(&input, i == FILES_MAX);
        write_file(os, i, content);
        read_plainly(content, &plain);
    }
    /* So many days that nothing is too old. */
    const struct request_log_settings settings = {os, "requests", INT64_C(20000000),
                                                  REQUEST_LOG_BYTES_MIN};
    struct request_log *log = request_log_open(&settings);
    ASSERT(log != NULL);
    check_listing(log, &plain, 1);
    check_listing(log, &plain, 7);
    read_pages(log, REQUEST_LOG_PAGE_MAX, position, &rest);
    ASSERT(rest.count <= plain.count + 1); /* A position within a line cuts it. */
    request_log_close(log);
    os_sim_destroy(sim);
}
