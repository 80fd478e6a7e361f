/* The whole of a copy: the source is read and checked as far as it can be before the target is
 * touched; then documents, then one shelf after the other; and at the end both are read anew and
 * compared. Only then is the target finished. */
#include "admin/copy.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/compare.h"
#include "admin/side.h"
#include "base/sha256.h"
#include "os/progress.h"

/* Hashes of documents, in their order. */
struct digests {
    struct sha256 *items;
    size_t count;
    size_t count_max;
};

struct copying {
    const struct copy_settings *settings;
    struct copy_report *report;
    struct side *from;
    struct side *to;
    struct progress progress;
    uint64_t cells_done;
    struct digests documents; /* Of the source, when both are read anew. */
    size_t documents_seen;    /* Of the target. */
    enum err error;
    const struct copy_place *place; /* Where the error was; NULL: nowhere, problem has it all. */
};

static const char *name_of(const struct copy_place *place)
{
    return place->folder != NULL ? place->folder : place->shown;
}

static enum err say(struct copying *copying, enum err error, const char *format, ...) PRINTF(3, 4);

/* Keeps the first thing that went wrong. */
static enum err say(struct copying *copying, enum err error, const char *format, ...)
{
    va_list arguments;
    if (copying->report->problem[0] != '\0')
        return error;
    copying->error = error;
    va_start(arguments, format);
    (void)vsnprintf(copying->report->problem, COPY_PROBLEM_BYTES, format, arguments);
    va_end(arguments);
    return error;
}

/* An operation of a side failed. */
static enum err failed_at(struct copying *copying, const struct side *side, enum err error)
{
    const bool is_source = side == copying->from;
    const struct copy_place *place = is_source ? &copying->settings->from : &copying->settings->to;
    if (error == OK)
        return OK;
    if (copying->place == NULL)
        copying->place = place;
    return say(copying, error, "%s: %s", name_of(place),
               side == NULL || side->problem[0] == '\0' ? err_text(error) : side->problem);
}

/* --- Progress. --- */

enum { BYTES_PER_MB = 1024 * 1024 };

static void begin_progress(struct copying *copying, const char *unit, uint64_t whole)
{
    const struct copy_settings *settings = copying->settings;
    progress_end(&copying->progress);
    copying->cells_done = 0;
    progress_init(&copying->progress, settings->os, settings->program, unit, (int64_t)whole,
                  settings->quiet);
}

static void tell_bytes(void *context, uint64_t bytes_done, uint64_t bytes_total)
{
    struct progress *progress = &((struct copying *)context)->progress;
    progress->state.whole_part = (int64_t)bytes_total;
    progress_update(progress, (int64_t)(bytes_done / BYTES_PER_MB), (int64_t)bytes_done);
}

static bool tell_cells(void *context, uint64_t cells_count)
{
    struct copying *copying = context;
    copying->cells_done += cells_count;
    progress_update(&copying->progress, (int64_t)copying->cells_done, (int64_t)copying->cells_done);
    return !copying->settings->stopped();
}

/* --- Carrying. --- */

static enum err open_side(struct copying *copying, const struct copy_place *place,
                          enum side_role role, struct side **side)
{
    const struct side_settings settings = {
        .os = copying->settings->os,
        .role = role,
        .watch = {copying, tell_bytes, tell_cells},
    };
    const enum err error = place->folder != NULL ? side_open_folder(&settings, place->folder, side)
                                                 : side_open_database(&settings, place->url, side);
    if (error != OK)
        return failed_at(copying, *side, error);
    if ((*side)->cleaned)
        progress_say(&copying->progress, "%s: what an unfinished copy had left was removed",
                     name_of(place));
    return OK;
}

static enum err begin_reading(struct copying *copying, struct side *side, uint64_t *cells_count)
{
    begin_progress(copying, "MiB read", 0);
    return failed_at(copying, side, side_begin_reading(side, cells_count));
}

static enum err add_document(void *context, struct bytes name, struct bytes content)
{
    struct copying *copying = context;
    const enum err error = side_add_document(copying->to, name, content);
    if (error != OK)
        return failed_at(copying, copying->to, error);
    return copying->settings->stopped() ? ERR_BUSY : OK;
}

static enum err carry_shelves(struct copying *copying)
{
    for (;;) {
        struct store_shelf shelf;
        bool found = false;
        enum err error = side_read_shelf(copying->from, &shelf, &found);
        if (error != OK || !found)
            return failed_at(copying, copying->from, error);
        error = side_add_shelf(copying->to, &shelf);
        if (error != OK)
            return failed_at(copying, copying->to, error);
    }
}

/* Cells are told of by both sides where both are databases; folders tell what they write. */
static uint64_t told_cells(const struct copying *copying, uint64_t cells_count)
{
    const bool from_database = copying->settings->from.folder == NULL;
    return from_database ? 2 * cells_count : cells_count;
}

static enum err carry(struct copying *copying)
{
    uint64_t cells_count = 0;
    enum err error = open_side(copying, &copying->settings->from, SIDE_SOURCE, &copying->from);
    if (error == OK)
        error = begin_reading(copying, copying->from, &cells_count);
    if (error == OK)
        error = open_side(copying, &copying->settings->to, SIDE_TARGET, &copying->to);
    if (error != OK)
        return error;
    begin_progress(copying, "cells copied", told_cells(copying, cells_count));
    error = failed_at(copying, copying->from,
                      side_read_documents(copying->from, copying, add_document));
    if (error == OK)
        error = carry_shelves(copying);
    side_end_reading(copying->from);
    return error == OK ? failed_at(copying, copying->to, side_seal(copying->to)) : error;
}

/* --- Comparing. --- */

static struct sha256 digest_of(struct bytes name, struct bytes content)
{
    const struct sha256 both[2] = {sha256_of(name), sha256_of(content)};
    return sha256_of((struct bytes){both[0].data, sizeof(both)});
}

static enum err keep_digest(void *context, struct bytes name, struct bytes content)
{
    struct copying *copying = context;
    struct digests *digests = &copying->documents;
    if (digests->count == digests->count_max) {
        const size_t count_max = digests->count_max == 0 ? 16 : 2 * digests->count_max;
        struct sha256 *items = reallocarray(digests->items, count_max, sizeof(*items));
        if (items == NULL)
            return say(copying, ERR_MEMORY, "out of memory");
        digests->items = items;
        digests->count_max = count_max;
    }
    digests->items[digests->count++] = digest_of(name, content);
    return OK;
}

static enum err differs(struct copying *copying, const char *words)
{
    return say(copying, ERR_CORRUPT, "the copy in %s differs from %s: %s",
               name_of(&copying->settings->to), name_of(&copying->settings->from), words);
}

static enum err compare_document(void *context, struct bytes name, struct bytes content)
{
    struct copying *copying = context;
    const struct digests *digests = &copying->documents;
    const size_t at = copying->documents_seen++;
    const struct sha256 digest = digest_of(name, content);
    if (at < digests->count && sha256_equal(&digests->items[at], &digest))
        return OK;
    return differs(copying, "a document is another one");
}

static enum err compare_documents(struct copying *copying)
{
    enum err error =
        failed_at(copying, copying->from, side_read_documents(copying->from, copying, keep_digest));
    if (error == OK)
        error = failed_at(copying, copying->to,
                          side_read_documents(copying->to, copying, compare_document));
    if (error == OK && copying->documents_seen != copying->documents.count)
        error = differs(copying, "documents are missing");
    copying->report->totals.documents = copying->documents_seen;
    return error;
}

static void add_up(struct copy_totals *totals, const struct store_shelf *shelf)
{
    const struct shelf_sums sums = shelf_sums(shelf->shelf);
    totals->shelves++;
    totals->cells += shelf_cells_count(shelf->shelf);
    totals->available += sums.available;
    totals->reserved += sums.reserved;
    totals->unfit += sums.unfit;
    totals->orders += order_book_count(shelf->orders);
    totals->orders_open += order_book_open_count(shelf->orders, 0);
}

static enum err compare_shelf(struct copying *copying, const struct store_shelf *from,
                              const struct store_shelf *to)
{
    struct buffer words;
    buffer_init(&words);
    buffer_append_format(&words, "shelf %" PRId64 ": ", from->id);
    const size_t begun = words.size;
    struct buffer difference;
    buffer_init(&difference);
    compare_shelves(from, to, &difference);
    buffer_append(&words, buffer_bytes(&difference));
    enum err error = OK;
    if (words.failed || difference.failed)
        error = say(copying, ERR_MEMORY, "out of memory");
    else if (words.size > begun)
        error = differs(copying, buffer_text(&words));
    buffer_deinit(&difference);
    buffer_deinit(&words);
    return error;
}

static enum err compare_all_shelves(struct copying *copying)
{
    for (;;) {
        struct store_shelf from;
        struct store_shelf to;
        bool from_found = false;
        bool to_found = false;
        enum err error =
            failed_at(copying, copying->from, side_read_shelf(copying->from, &from, &from_found));
        if (error == OK)
            error = failed_at(copying, copying->to, side_read_shelf(copying->to, &to, &to_found));
        if (error != OK || (!from_found && !to_found))
            return error;
        if (from_found != to_found || from.id != to.id)
            return differs(copying, "it has other shelves");
        error = compare_shelf(copying, &from, &to);
        if (error != OK)
            return error;
        add_up(&copying->report->totals, &to);
        progress_tick(&copying->progress);
    }
}

static enum err compare(struct copying *copying)
{
    uint64_t cells_count = 0;
    uint64_t databases = 0;
    databases += copying->settings->from.folder == NULL;
    databases += copying->settings->to.folder == NULL;
    enum err error = begin_reading(copying, copying->from, &cells_count);
    if (error == OK)
        error = begin_reading(copying, copying->to, &cells_count);
    if (error != OK)
        return error;
    begin_progress(copying, "cells compared", databases * cells_count);
    error = compare_documents(copying);
    if (error == OK)
        error = compare_all_shelves(copying);
    if (error == OK)
        error = failed_at(copying, copying->to, side_finish(copying->to));
    return error;
}

/* --- All of it. --- */

static enum err check_places(struct copying *copying)
{
    const struct copy_place *from = &copying->settings->from;
    const struct copy_place *to = &copying->settings->to;
    if (from->folder != NULL && to->folder != NULL &&
        (os_path_is_within(to->folder, from->folder) ||
         os_path_is_within(from->folder, to->folder)))
        return say(copying, ERR_INVALID,
                   "one of the two folders is in the other; name one that stands elsewhere");
    return OK;
}

static enum copy_outcome outcome_of(const struct copying *copying, enum err error)
{
    const bool at_database = copying->place != NULL && copying->place->folder == NULL;
    switch (error) {
    case OK:
        return COPY_DONE;
    case ERR_INVALID:
        return COPY_WRONG;
    case ERR_IO:
        return at_database ? COPY_UNREACHABLE : COPY_MACHINE;
    case ERR_DENIED:
        return at_database ? COPY_NOT_ALLOWED : COPY_MACHINE;
    case ERR_FULL:
    case ERR_MEMORY:
        return COPY_MACHINE;
    case ERR_NOT_FOUND:
    case ERR_BUSY:
    case ERR_CORRUPT:
    case ERR_UNSUPPORTED:
        break;
    }
    return COPY_REFUSED;
}

enum copy_outcome copy_store(const struct copy_settings *settings, struct copy_report *report)
{
    struct copying copying = {.settings = settings, .report = report};
    const int64_t began_us = settings->os->uptime_us(settings->os);
    *report = (struct copy_report){.problem = ""};
    progress_init(&copying.progress, settings->os, settings->program, "", 0, settings->quiet);
    enum err error = check_places(&copying);
    if (error == OK)
        error = carry(&copying);
    if (error == OK)
        error = compare(&copying);
    side_close(copying.to);
    side_close(copying.from);
    free(copying.documents.items);
    progress_end(&copying.progress);
    report->took_ms = (settings->os->uptime_us(settings->os) - began_us) / 1000;
    if (error != OK && settings->stopped()) {
        (void)snprintf(report->problem, sizeof(report->problem), "interrupted");
        return COPY_STOPPED;
    }
    return outcome_of(&copying, error);
}
