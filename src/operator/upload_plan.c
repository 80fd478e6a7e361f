/* A change is kind, SKU, the number before and one more, the number after, and the moment. Nobody
 * but this process reads it, and no longer than an hour. Positions count through both files. */
#include "operator/upload_plan.h"

#include <unistd.h>

#include "base/limits.h"
#include "sheet/spool.h"

enum {
    WRITE_BYTES = 256 * 1024,
    LOAD_BYTES = 64 * 1024,
    CHANGE_BYTES_MAX = 1 + 10 + SKU_BYTES_MAX + 3 * 10,
};
static_assert(CHANGE_BYTES_MAX <= LOAD_BYTES, "a change is loaded as a whole");

void upload_plan_init(struct upload_plan *plan)
{
    for (int i = 0; i < UPLOAD_PLAN_PARTS; i++) {
        plan->fds[i] = -1;
        plan->bytes[i] = 0;
        buffer_init(&plan->pending[i]);
    }
}

void upload_plan_deinit(struct upload_plan *plan)
{
    for (int i = 0; i < UPLOAD_PLAN_PARTS; i++) {
        if (plan->fds[i] >= 0)
            (void)close(plan->fds[i]);
        plan->fds[i] = -1;
        buffer_deinit(&plan->pending[i]);
    }
}

enum err upload_plan_open(struct upload_plan *plan, const char *folder, struct buffer *problem)
{
    enum err error = OK;
    for (int i = 0; i < UPLOAD_PLAN_PARTS && error == OK; i++)
        error = spool_open(folder, &plan->fds[i], problem);
    return error;
}

static enum err part_write(struct upload_plan *plan, int part, struct buffer *problem)
{
    struct buffer *pending = &plan->pending[part];
    if (pending->failed)
        return ERR_MEMORY;
    if (plan->bytes[0] + plan->bytes[1] + pending->size > UPLOAD_PLAN_BYTES_MAX)
        return ERR_FULL;
    const enum err error =
        spool_write(plan->fds[part], buffer_bytes(pending), &plan->bytes[part], problem);
    buffer_clear(pending);
    return error;
}

enum err upload_plan_add(struct upload_plan *plan, const struct upload_change *change,
                         struct buffer *problem)
{
    const int part = change->kind == UPLOAD_ZERO || change->kind == UPLOAD_FULL ? 0 : 1;
    struct buffer *pending = &plan->pending[part];
    buffer_append_u8(pending, (uint8_t)change->kind);
    buffer_append_varint(pending, change->sku.size);
    buffer_append(pending, change->sku);
    buffer_append_varint(pending, (uint64_t)(change->before + 1));
    buffer_append_varint(pending, (uint64_t)change->after);
    buffer_append_zigzag(pending, change->updated_at_ms);
    return pending->size < WRITE_BYTES ? OK : part_write(plan, part, problem);
}

enum err upload_plan_end(struct upload_plan *plan, struct buffer *problem)
{
    enum err error = OK;
    for (int i = 0; i < UPLOAD_PLAN_PARTS && error == OK; i++) {
        error = part_write(plan, i, problem);
        buffer_deinit(&plan->pending[i]);
        buffer_init(&plan->pending[i]);
    }
    return error;
}

bool upload_walk_begin(struct upload_walk *walk, const struct upload_plan *plan, uint64_t position)
{
    *walk = (struct upload_walk){.plan = plan, .position = position, .loaded_from = position};
    buffer_init(&walk->loaded);
    return position <= plan->bytes[0] + plan->bytes[1];
}

void upload_walk_end(struct upload_walk *walk)
{
    buffer_deinit(&walk->loaded);
}

bool upload_walk_is_over(const struct upload_walk *walk)
{
    return walk->position >= walk->plan->bytes[0] + walk->plan->bytes[1];
}

/* Loads what stands from the position on, of one of the files. */
static enum err walk_load(struct upload_walk *walk)
{
    const struct upload_plan *plan = walk->plan;
    const int part = walk->position < plan->bytes[0] ? 0 : 1;
    const uint64_t offset = part == 0 ? walk->position : walk->position - plan->bytes[0];
    struct buffer problem;
    size_t got = 0;
    buffer_clear(&walk->loaded);
    uint8_t *room = buffer_room(&walk->loaded, LOAD_BYTES);
    if (room == NULL)
        return ERR_MEMORY;
    buffer_init(&problem);
    const enum err error = spool_read(plan->fds[part], offset, room, LOAD_BYTES, &got, &problem);
    buffer_deinit(&problem);
    buffer_end_at(&walk->loaded, room + got);
    walk->loaded_from = walk->position;
    return error;
}

/* Reads the change at the position, as far as it was loaded. */
static bool walk_take(struct upload_walk *walk, struct upload_change *change)
{
    const size_t behind = (size_t)(walk->position - walk->loaded_from);
    const struct bytes rest = {walk->loaded.data + behind, walk->loaded.size - behind};
    struct cursor cursor = cursor_begin(rest);
    change->kind = (enum upload_change_kind)cursor_u8(&cursor);
    change->sku = cursor_bytes(&cursor, cursor_varint(&cursor));
    change->before = (int64_t)cursor_varint(&cursor) - 1;
    change->after = (int64_t)cursor_varint(&cursor);
    change->updated_at_ms = cursor_zigzag(&cursor);
    if (cursor.failed || (int)change->kind >= UPLOAD_CHANGE_KINDS_COUNT ||
        change->sku.size > SKU_BYTES_MAX || change->before > CELL_UNITS_MAX ||
        change->before < STOCK_NOT_KNOWN || change->after < 0 || change->after > STOCK_COUNT_MAX)
        return false;
    walk->position += rest.size - cursor_left(&cursor);
    return true;
}

enum err upload_walk_next(struct upload_walk *walk, struct upload_change *change)
{
    ASSERT(!upload_walk_is_over(walk));
    if (walk->position - walk->loaded_from < walk->loaded.size && walk_take(walk, change))
        return OK;
    const enum err error = walk_load(walk);
    if (error != OK)
        return error;
    return walk_take(walk, change) ? OK : ERR_CORRUPT;
}
