/* File → rows → batches → client. A batch is filled while the other one is under way; when both
 * are, the reading waits. A row that was put into a batch is remembered by the hash of its SKU, so
 * that the SKU's second row is found wherever it stands. All rows without updatedAt get the moment
 * of the start, so a repeat of a request changes nothing. */
#include "ctl/push.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/map.h"
#include "ctl/session.h"
#include "ctl/stop.h"
#include "ctl/totals.h"

enum { READ_BYTES = 64 * 1024, BATCHES = CLIENT_CALLS_MAX };

/* Invariant: sent + refused + unsent = rows put into batches that have left. */
struct push {
    struct session session;
    const char *file; /* As messages name it. */
    int fd;
    int64_t file_bytes; /* 0: nobody knows. */
    struct csv_reader *reader;
    struct leftover_rules rules;
    struct map lines; /* Hash of a SKU -> its line, for rows that were put into a batch. */
    struct buffer problem;

    struct batch batches[BATCHES];
    bool under_way[BATCHES];
    struct batch *filling; /* NULL: none yet. */

    int64_t input_bytes; /* Read from the file so far. */
    int64_t done_bytes;  /* Of them, what was answered. */
    int64_t sent;
    int64_t refused;
    int64_t bad;
    int64_t skipped;
    int64_t unsent;
};

static void bad_row(struct push *push, uint64_t line, const char *reason)
{
    push->bad++;
    progress_say_place(&push->session.progress, "%s:%" PRIu64 ": %s", push->file, line, reason);
}

/* Takes back a call that has its result; false when none is begun. */
static bool take_result(struct push *push)
{
    struct session *session = &push->session;
    struct call_result result;
    if (!client_end_one(session->client, &result))
        return false;
    struct batch *batch = result.tag;
    push->under_way[batch - push->batches] = false;
    switch (session_judge(session, &result, batch, push->file)) {
    case JUDGED_GOOD:
        if (!answer_is_ok(session->parser, result.answer)) {
            session_stop_for_answer(session);
            push->unsent += batch->items_count;
            break;
        }
        push->sent += batch->items_count;
        break;
    case JUDGED_REFUSED:
        push->refused += batch->items_count;
        break;
    case JUDGED_END:
        push->unsent += batch->items_count;
        break;
    }
    if (push->done_bytes < (int64_t)batch->input_bytes)
        push->done_bytes = (int64_t)batch->input_bytes;
    progress_update(&session->progress, push->sent + push->refused, push->done_bytes);
    return true;
}

static bool must_stop(const struct push *push)
{
    return push->session.exit != CTL_DONE || stop_signal() != 0;
}

/* Gets an empty batch, if need be after the end of a call. */
static void batch_open(struct push *push)
{
    while (client_is_full(push->session.client)) {
        if (!take_result(push))
            break;
    }
    for (int i = 0; i < BATCHES; i++) {
        if (!push->under_way[i])
            push->filling = &push->batches[i];
    }
    ASSERT(push->filling != NULL);
    batch_clear(push->filling);
}

/* Sends the batch that was being filled. */
static void batch_leave(struct push *push)
{
    struct batch *batch = push->filling;
    push->filling = NULL;
    if (must_stop(push)) {
        push->unsent += batch->items_count;
        return;
    }
    batch->input_bytes = (uint64_t)push->input_bytes;
    const struct call_request request = {
        .method = "PUT",
        .body = batch_finish(batch),
        .items = batch->items_count,
        .tag = batch,
    };
    if (batch->body.failed || client_begin(push->session.client, &request) != OK) {
        session_stop_for_memory(&push->session);
        push->unsent += batch->items_count;
        return;
    }
    push->under_way[batch - push->batches] = true;
}

static void put_in_batch(struct push *push, const struct leftover *leftover, uint64_t line)
{
    if (push->filling == NULL)
        batch_open(push);
    enum err error = batch_add(push->filling, leftover, line);
    if (error == ERR_FULL) {
        batch_leave(push);
        batch_open(push);
        error = batch_add(push->filling, leftover, line);
    }
    if (error != OK)
        session_stop_for_memory(&push->session);
}

/* Whether the SKU has no earlier row. Remembers it. */
static bool is_first_row(struct push *push, struct bytes sku, uint64_t line)
{
    const int64_t key = (int64_t)bytes_hash(sku);
    const uint32_t earlier = map_get(&push->lines, key);
    if (earlier != MAP_ABSENT) {
        buffer_append_format(&push->problem,
                             "the SKU stands on line %" PRIu32 " already; that row is kept",
                             earlier);
        return false;
    }
    const uint32_t kept_line = line < MAP_ABSENT ? (uint32_t)line : MAP_ABSENT - 1;
    if (map_set(&push->lines, key, kept_line) != OK)
        session_stop_for_memory(&push->session);
    return true;
}

static void take_row(struct push *push, const struct csv_row *row)
{
    struct leftover leftover;
    buffer_clear(&push->problem);
    enum leftover_kind kind = leftover_decode(row, &push->rules, &leftover, &push->problem);
    if (kind == LEFTOVER_SEND && !is_first_row(push, leftover.sku, row->line))
        kind = LEFTOVER_BAD;
    switch (kind) {
    case LEFTOVER_SEND:
        put_in_batch(push, &leftover, row->line);
        break;
    case LEFTOVER_SKIP:
        push->skipped++;
        break;
    case LEFTOVER_BLANK:
        break;
    case LEFTOVER_BAD:
        bad_row(push, row->line, buffer_text(&push->problem));
        break;
    }
}

/* Reads a piece of the file, working on calls until there is one. Returns its size, 0 at the end,
 * negative when the run has to end. */
static ssize_t read_piece(struct push *push, uint8_t *data)
{
    while (!must_stop(push)) {
        if (!client_wait_readable(push->session.client, push->fd)) {
            (void)take_result(push);
            continue;
        }
        const ssize_t size = read(push->fd, data, READ_BYTES);
        if (size >= 0)
            return size;
        if (errno != EINTR && errno != EAGAIN) {
            progress_say(&push->session.progress, "cannot read %s: %s", push->file,
                         strerror(errno));
            session_stop(&push->session, CTL_MACHINE);
        }
    }
    return -1;
}

/* Reports what makes the rest of the file unreadable. */
static void file_problem(struct push *push, enum err error)
{
    if (error == ERR_MEMORY) {
        session_stop_for_memory(&push->session);
        return;
    }
    uint64_t line = 0;
    const char *problem = csv_reader_problem(push->reader, &line);
    bad_row(push, line, problem);
    if (csv_reader_has_header(push->reader))
        progress_say(&push->session.progress, "nothing was read from there on");
    else
        session_stop(&push->session, CTL_USAGE);
}

/* Reads the whole file and sends what is in it. */
static void push_file(struct push *push)
{
    uint8_t data[READ_BYTES];
    bool more = true;
    while (more && !must_stop(push)) {
        const ssize_t size = read_piece(push, data);
        if (size < 0)
            break;
        push->input_bytes += size;
        more = size > 0;
        const enum err error =
            more ? csv_reader_feed(push->reader, (struct bytes){data, (size_t)size})
                 : csv_reader_finish(push->reader);
        struct csv_row row;
        while (!must_stop(push) && csv_reader_next(push->reader, &row))
            take_row(push, &row);
        if (error != OK) {
            file_problem(push, error);
            more = false;
        }
    }
    if (push->filling != NULL && push->filling->items_count > 0)
        batch_leave(push);
    bool under_way = true;
    while (under_way)
        under_way = take_result(push);
}

static void print_totals(const struct push *push)
{
    const struct total totals[] = {
        {"sent", push->sent},
        {"refused", push->refused},
        {"bad", push->bad},
        {"skipped", push->skipped},
    };
    struct buffer text;
    buffer_init(&text);
    totals_format(&text, totals, sizeof(totals) / sizeof(totals[0]),
                  progress_elapsed_ms(&push->session.progress),
                  push->session.options->output_form == OUTPUT_JSON);
    (void)fputs(buffer_text(&text), stdout);
    (void)fflush(stdout);
    buffer_deinit(&text);
}

static void print_end(struct push *push)
{
    struct session *session = &push->session;
    progress_end(&session->progress);
    if (stop_signal() != 0)
        progress_say(&session->progress, "interrupted; %" PRId64 " rows were sent", push->sent);
    if (push->unsent > 0) {
        progress_say(&session->progress,
                     "%" PRId64 " rows were read and not acknowledged; push the file again",
                     push->unsent);
    }
    print_totals(push);
}

/* Opens what is to be read. False: said why. */
static bool file_open(struct push *push, const char *path)
{
    push->file = path;
    push->fd = STDIN_FILENO;
    if (strcmp(path, "-") != 0)
        push->fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status = {.st_mode = 0};
    int code = push->fd < 0 || fstat(push->fd, &status) != 0 ? errno : 0;
    if (code == 0 && S_ISDIR(status.st_mode))
        code = EISDIR;
    if (code == 0) {
        push->file_bytes = S_ISREG(status.st_mode) ? (int64_t)status.st_size : 0;
        return true;
    }
    (void)fprintf(stderr, "stockctl: cannot open %s: %s\n", path, strerror(code));
    return false;
}

static enum err push_init(struct push *push, const struct options *options)
{
    push->rules = (struct leftover_rules){
        .started_ms = push->session.os->now_ms(push->session.os),
        .stamp_now = options->stamp_now,
    };
    push->reader = csv_reader_create();
    enum err error = push->reader == NULL ? ERR_MEMORY : OK;
    for (int i = 0; i < BATCHES && error == OK; i++)
        error = batch_init(&push->batches[i], PUT_SKUS_MAX, (size_t)BODY_BYTES_MAX);
    return error;
}

static void push_deinit(struct push *push)
{
    for (int i = 0; i < BATCHES; i++)
        batch_deinit(&push->batches[i]);
    csv_reader_destroy(push->reader);
    map_deinit(&push->lines);
    buffer_deinit(&push->problem);
    if (push->fd > STDIN_FILENO)
        (void)close(push->fd);
}

enum ctl_exit push_run(const struct options *options)
{
    struct push push = {.filling = NULL};
    map_init(&push.lines);
    buffer_init(&push.problem);
    if (!file_open(&push, options->file)) {
        push_deinit(&push);
        return CTL_USAGE;
    }
    struct session *session = &push.session;
    session_begin(session, options, "rows", push.file_bytes);
    if (session->exit == CTL_DONE) {
        if (push_init(&push, options) == OK)
            push_file(&push);
        else
            session_stop_for_memory(session);
        print_end(&push);
    }
    session_end(session);
    push_deinit(&push);
    return session_exit(session, push.bad + push.refused > 0 ? CTL_SOME_REFUSED : CTL_DONE);
}
