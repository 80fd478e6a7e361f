/* Two arrays that grow by doubling, and a table from cells to places in them. */
#include "ledger/cell_details.h"

#include <stdlib.h>

#include "base/limits.h"

enum { COUNT_MIN = 16 };

void cell_details_init(struct cell_details *details, bool keeps_history)
{
    *details = (struct cell_details){.keeps_history = keeps_history};
    map_init(&details->index_by_cell);
}

void cell_details_deinit(struct cell_details *details)
{
    map_deinit(&details->index_by_cell);
    free(details->beside);
    free(details->turnovers);
}

enum err cell_details_reserve(struct cell_details *details, uint32_t more)
{
    const uint64_t wanted = (uint64_t)details->count + more;
    if (wanted <= details->count_max)
        return OK;
    uint64_t count_max = details->count_max == 0 ? COUNT_MIN : details->count_max;
    while (count_max < wanted)
        count_max *= 2;
    if (count_max > SHELF_CELLS_MAX)
        count_max = SHELF_CELLS_MAX;
    const uint32_t room = (uint32_t)(count_max - details->count);
    const enum err error = room < more ? ERR_FULL : map_reserve(&details->index_by_cell, room);
    if (error != OK)
        return error;
    struct cell_beside *beside = realloc(details->beside, count_max * sizeof(*beside));
    if (beside == NULL)
        return ERR_MEMORY;
    details->beside = beside;
    if (details->keeps_history) {
        struct turnover *turnovers = realloc(details->turnovers, count_max * sizeof(*turnovers));
        if (turnovers == NULL)
            return ERR_MEMORY;
        details->turnovers = turnovers;
    }
    details->count_max = (uint32_t)count_max;
    return OK;
}

void cell_details_add(struct cell_details *details, uint32_t cell)
{
    ASSERT(details->count < details->count_max);
    const uint32_t index = details->count++;
    details->beside[index] = (struct cell_beside){.ordered = false};
    if (details->keeps_history)
        turnover_init(&details->turnovers[index]);
    const enum err error = map_set(&details->index_by_cell, cell, index);
    ASSERT(error == OK); /* Room was made. */
    ASSERT(details->index_by_cell.count == details->count);
}

struct cell_beside *cell_details_beside(const struct cell_details *details, uint32_t cell)
{
    const uint32_t index = map_get(&details->index_by_cell, cell);
    return index == MAP_ABSENT ? NULL : &details->beside[index];
}

struct turnover *cell_details_turnover(const struct cell_details *details, uint32_t cell)
{
    if (!details->keeps_history)
        return NULL;
    const uint32_t index = map_get(&details->index_by_cell, cell);
    return index == MAP_ABSENT ? NULL : &details->turnovers[index];
}
