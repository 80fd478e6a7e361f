/* Each row is looked at by sheet/hygiene.h. A good one leaves its line in its cell; one that is bad
 * or skipped leaves a mark, too: the file does not lack its SKU. */
#include "ctl/intake.h"

#include <stdio.h>

#include "ctl/stop.h"
#include "wire/field.h"

/* So often the progress is shown. */
enum { ROWS_PER_LOOK = 1024 };

/* What waits this long in the outbox gets a new moment when the file says it again: the server may
 * refuse what is older than a day (CONTRACT §1.5). */
#define PENDING_AGE_MS_MAX (INT64_C(12) * 3600 * 1000)

enum ctl_exit intake_open(const struct options *options, const char *file,
                          struct source_choice *choice, struct row_source **source)
{
    struct buffer problem;
    buffer_init(&problem);
    enum err error = ERR_INVALID;
    *source = NULL;
    if (source_choose(os_real(), options, file, choice, &problem))
        error = row_source_open(&choice->settings, source, &problem);
    const int number = stop_signal();
    const bool is_said = problem.size > 0 && !problem.failed;
    if (error != OK && number == 0)
        (void)fprintf(stderr, "stockctl: %s\n", is_said ? buffer_text(&problem) : "out of memory");
    buffer_deinit(&problem);
    if (error == OK)
        return CTL_DONE;
    if (number != 0)
        return (enum ctl_exit)(CTL_SIGNAL + number);
    return is_said ? CTL_USAGE : CTL_MACHINE;
}

static void bad_row(struct intake *intake, uint64_t position)
{
    intake->bad++;
    buffer_clear(&intake->place);
    row_source_place(intake->source, position, &intake->place);
    progress_say_place(&intake->campaign->session.progress, "%s: %s", buffer_text(&intake->place),
                       hygiene_reason(intake->hygiene));
}

/* Whether the campaign was told this already, or will be. */
static bool is_told(struct intake *intake, const struct cell *cell, const struct leftover *leftover)
{
    const int64_t started_ms = intake->campaign->started_ms;
    const bool is_stamped = leftover->updated_at_ms == started_ms;
    if (intake->send_all || cell->told == CELL_NONE)
        return false;
    if (!is_stamped && leftover->updated_at_ms < cell->told_ms) {
        intake->stale++;
        return true;
    }
    const bool is_old = cell->is_pending && cell->told_ms < started_ms - PENDING_AGE_MS_MAX;
    return cell->told == leftover->count && !(is_stamped && is_old);
}

static void want(struct intake *intake, struct cell *cell, const struct leftover *leftover)
{
    if (is_told(intake, cell, leftover)) {
        intake->unchanged += !cell->is_pending;
        return;
    }
    const bool is_stamped = leftover->updated_at_ms == intake->campaign->started_ms;
    cell->wanted = (uint32_t)leftover->count & CELL_NONE;
    cell->wanted_ms =
        is_stamped ? campaign_moment(intake->campaign, cell) : leftover->updated_at_ms;
    intake->wanted++;
}

/* Gives the SKU's cell, marked. NULL: there is no room, the run ends. */
static struct cell *cell_of(struct intake *intake, struct bytes sku)
{
    struct cell *cell = NULL;
    const enum err error = cells_enter(intake->campaign->cells, sku, &cell);
    if (error == ERR_FULL) {
        progress_say(&intake->campaign->session.progress, "these are more SKUs than can be held");
        session_stop(&intake->campaign->session, CTL_MACHINE);
    } else if (error != OK) {
        session_stop_for_memory(&intake->campaign->session);
    }
    if (error != OK)
        return NULL;
    cell->is_listed = 1;
    return cell;
}

static void take_good(struct intake *intake, const struct leftover *leftover, uint64_t position)
{
    struct cell *cell = cell_of(intake, leftover->sku);
    if (cell == NULL)
        return;
    ASSERT(cell->line == 0); /* Its second row is a bad one. */
    cell->line = position < INT32_MAX ? (uint32_t)position & INT32_MAX : INT32_MAX;
    want(intake, cell, leftover);
}

static enum err take_row(struct intake *intake, const struct row *row)
{
    struct leftover leftover = {.sku = {NULL, 0}};
    enum leftover_kind kind = LEFTOVER_BLANK;
    /* What hygiene does takes as long as the look-up's cache miss. */
    cells_prefetch(intake->campaign->cells, bytes_trim(row->fields[ROW_SKU]));
    const enum err error = hygiene_take(intake->hygiene, row, &kind, &leftover);
    if (error != OK)
        return error;
    switch (kind) {
    case LEFTOVER_SEND:
        take_good(intake, &leftover, row->position);
        break;
    case LEFTOVER_SKIP:
        intake->skipped++;
        (void)cell_of(intake, leftover.sku);
        break;
    case LEFTOVER_BLANK:
        break;
    case LEFTOVER_BAD:
        bad_row(intake, row->position);
        if (sku_is_valid(leftover.sku))
            (void)cell_of(intake, leftover.sku);
        else
            intake->nameless++;
        break;
    }
    return OK;
}

/* Tells what was found beside bad rows, which were told one by one. */
static void report(struct intake *intake)
{
    if (hygiene_totals(intake->hygiene).warnings == 0)
        return;
    struct progress *progress = &intake->campaign->session.progress;
    struct buffer text;
    buffer_init(&text);
    hygiene_report(intake->hygiene, false, &text);
    struct bytes rest = buffer_bytes(&text);
    while (rest.size > 0 && !text.failed) {
        struct bytes line;
        rest = bytes_split(rest, '\n', &line);
        progress_say(progress, "%.*s", BYTES_ARG(line));
    }
    progress_say(progress, "stockctl check shows where");
    buffer_deinit(&text);
}

/* Why the rest cannot be read. */
static void rest_failed(struct intake *intake, enum err error)
{
    struct session *session = &intake->campaign->session;
    intake->is_cut = true;
    if (error == ERR_MEMORY) {
        session_stop_for_memory(session);
        return;
    }
    progress_say_place(&session->progress, "%s", row_source_problem(intake->source));
    /* Of an archive with a wrong checksum nobody knows which of its numbers are right. */
    if (error == ERR_CORRUPT)
        progress_say(&session->progress, "nothing was sent");
    if (error == ERR_IO || error == ERR_CORRUPT) {
        session_stop(session, CTL_MACHINE);
        return;
    }
    intake->bad++;
    progress_say(&session->progress, "nothing was read from there on");
}

void intake_read(struct intake *intake)
{
    struct session *session = &intake->campaign->session;
    const struct hygiene_settings settings = {
        .rules = {.started_ms = intake->campaign->started_ms,
                  .stamp_now = intake->stamp_now,
                  .buffer = intake->campaign->session.options->buffer},
    };
    intake->hygiene = hygiene_create(&settings, intake->source);
    if (intake->hygiene == NULL) {
        session_stop_for_memory(session);
        return;
    }
    struct progress *progress = &session->progress;
    const struct row *row = NULL;
    int64_t taken = 0;
    progress_next(progress, row_source_bytes(intake->source));
    enum err error = row_source_next(intake->source, &row);
    while (error == OK && row != NULL && session->exit == CTL_DONE && stop_signal() == 0) {
        if (take_row(intake, row) != OK)
            session_stop_for_memory(session);
        if (++taken % ROWS_PER_LOOK == 0) {
            progress_update(progress, taken, row_source_done_bytes(intake->source));
            progress_tick(progress);
        }
        error = row_source_next(intake->source, &row);
    }
    if (error != OK && error != ERR_BUSY)
        rest_failed(intake, error);
    report(intake);
}

void intake_deinit(struct intake *intake)
{
    hygiene_destroy(intake->hygiene);
    buffer_deinit(&intake->place);
}
