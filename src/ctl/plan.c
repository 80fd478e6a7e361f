/* A batch of an earlier run in which some SKU is wanted otherwise is dissolved: its other rows are
 * wanted as they stand there, moment included, and go into new batches. A batch is cut by items and
 * by what its body takes at most (CONTRACT §10). */
#include "ctl/plan.h"

#include <inttypes.h>

#include "base/date.h"
#include "book/outbox.h"

/* What an item takes beside its SKU, its count and its moment, with the comma before it; and what
 * stands around all of them. */
enum {
    ITEM_BYTES = sizeof(",{\"sku\":\"\",\"items\":[{\"count\":,\"updatedAt\":\"\"}]}") - 1,
    BODY_BYTES = sizeof("{\"skus\":[]}") - 1,
};

struct plan {
    struct campaign *campaign;
    struct rows_writer writer;
    struct buffer data;
    int64_t body_bytes; /* At most, of the batch that is being gathered. */
    bool is_urgent;
    bool has_changed;
};

int64_t plan_zero_lacking(struct campaign *campaign)
{
    int64_t lacking = 0;
    for (uint32_t i = 0; i < cells_count(campaign->cells); i++) {
        struct cell *cell = cells_at(campaign->cells, i);
        const bool is_told = cell->told != CELL_NONE;
        const bool has_units = is_told && cell->told > 0;
        const bool leaves_soon = cell->is_pending && cell->told == 0;
        if (cell->is_listed || leaves_soon || (!has_units && !cell->has_stock))
            continue;
        const int64_t moment_ms = campaign_moment(campaign, cell);
        cell->wanted = 0;
        if (cell->wanted_ms < moment_ms)
            cell->wanted_ms = moment_ms;
        lacking++;
    }
    return lacking;
}

struct plan_zeroes plan_count_zeroes(const struct campaign *campaign)
{
    struct plan_zeroes zeroes = {0, 0};
    for (uint32_t i = 0; i < cells_count(campaign->cells); i++) {
        const struct cell *cell = cells_at(campaign->cells, i);
        if (!cell->has_stock && (cell->told == CELL_NONE || cell->told == 0))
            continue;
        zeroes.in_stock++;
        zeroes.to_zero += cell->wanted == 0;
    }
    return zeroes;
}

/* What the row takes in a body (wire/put_stocks.h). */
static int64_t item_bytes(const struct book_row *row)
{
    /* Milliseconds are written only where there are some. */
    size_t bytes = ITEM_BYTES + row->sku.size + DATE_ISO8601_BYTES_MAX;
    bytes -= row->updated_at_ms % 1000 == 0 ? sizeof(".000") - 1 : 0;
    for (int64_t rest = row->count; rest > 9; rest /= 10)
        bytes++;
    bytes++;
    if (!bytes_are_plain_ascii(row->sku)) {
        for (size_t i = 0; i < row->sku.size; i++)
            bytes +=
                row->sku.data[i] == '"' || row->sku.data[i] == '\\' || row->sku.data[i] == '\t';
    }
    return (int64_t)bytes;
}

/* Adds the batch that was gathered, if there is one, and begins the next. */
static enum err batch_end(struct plan *plan)
{
    enum err error = OK;
    if (plan->writer.count > 0) {
        rows_end(&plan->writer);
        struct book_batch batch = {
            .state = plan->is_urgent ? BATCH_URGENT : BATCH_WAITS,
            .rows_count = plan->writer.count,
            .data = buffer_bytes(&plan->data),
        };
        error = plan->data.failed ? ERR_MEMORY
                                  : outbox_add(plan->campaign->book, plan->campaign->shop, &batch);
        plan->has_changed = true;
    }
    buffer_clear(&plan->data);
    rows_begin(&plan->writer, &plan->data);
    plan->body_bytes = BODY_BYTES;
    return error;
}

static enum err cell_add(struct plan *plan, const struct cell *cell)
{
    const struct book_row row = {cells_sku(plan->campaign->cells, cell), cell->wanted,
                                 cell->wanted_ms};
    const int64_t bytes = item_bytes(&row);
    enum err error = OK;
    if (plan->writer.count == PUT_SKUS_MAX || plan->body_bytes + bytes > BODY_BYTES_MAX)
        error = batch_end(plan);
    if (plan->writer.count == 0)
        plan->is_urgent = cell->wanted == 0;
    rows_add(&plan->writer, &row);
    plan->body_bytes += bytes;
    return error;
}

/* Adds all cells that want zero, or all that want something else. */
static enum err cells_add(struct plan *plan, bool zeroes)
{
    const struct cells *cells = plan->campaign->cells;
    enum err error = OK;
    for (uint32_t i = 0; i < cells_count(cells) && error == OK; i++) {
        const struct cell *cell = cells_at(cells, i);
        if (cell->wanted != CELL_NONE && (cell->wanted == 0) == zeroes)
            error = cell_add(plan, cell);
    }
    return error;
}

/* Whether some row of the batch is wanted otherwise now. With `take`, all others are wanted as they
 * stand there. */
static enum err batch_look(struct plan *plan, bool take, bool *is_superseded)
{
    struct rows_walk walk;
    struct book_row row;
    enum err error = rows_walk_begin(&walk, buffer_bytes(&plan->data));
    while (error == OK && rows_walk_next(&walk, &row)) {
        struct cell *cell = cells_find(plan->campaign->cells, row.sku);
        ASSERT(cell != NULL);
        if (cell->wanted != CELL_NONE)
            *is_superseded = true;
        else if (take) {
            cell->wanted = (uint32_t)row.count & CELL_NONE;
            cell->wanted_ms = row.updated_at_ms;
        }
    }
    if (error == OK && walk.cursor.failed)
        error = ERR_CORRUPT;
    return error == OK ? OK : book_fail_rows(plan->campaign->book, error);
}

static enum err batch_dissolve(struct plan *plan, int64_t batch_id)
{
    bool is_superseded = false;
    enum err error = outbox_read(plan->campaign->book, batch_id, &plan->data);
    if (error == OK)
        error = batch_look(plan, false, &is_superseded);
    if (error != OK || !is_superseded)
        return error;
    error = batch_look(plan, true, &is_superseded);
    if (error == OK)
        error = outbox_remove(plan->campaign->book, batch_id);
    plan->has_changed = true;
    return error;
}

/* A batch is looked at before any other was dissolved or after: no SKU stands in two of them. */
static enum err waiting_dissolve(struct plan *plan)
{
    struct buffer ids;
    int64_t rows = 0;
    buffer_init(&ids);
    enum err error = outbox_list(plan->campaign->book, plan->campaign->shop, &ids, &rows);
    for (size_t at = 0; at < ids.size && error == OK; at += sizeof(int64_t)) {
        int64_t batch_id = 0;
        memcpy(&batch_id, ids.data + at, sizeof(batch_id));
        error = batch_dissolve(plan, batch_id);
    }
    buffer_deinit(&ids);
    return error;
}

enum err plan_write(struct campaign *campaign)
{
    struct plan plan = {.campaign = campaign};
    buffer_init(&plan.data);
    enum err error = book_begin(campaign->book, BOOK_SURVIVES_POWER);
    if (error == OK)
        error = waiting_dissolve(&plan);
    buffer_clear(&plan.data);
    rows_begin(&plan.writer, &plan.data);
    plan.body_bytes = BODY_BYTES;
    if (error == OK)
        error = cells_add(&plan, true);
    if (error == OK)
        error = cells_add(&plan, false);
    if (error == OK)
        error = batch_end(&plan);
    if (error == OK && plan.has_changed)
        error = book_commit(campaign->book);
    book_rollback(campaign->book);
    buffer_deinit(&plan.data);
    return error;
}
