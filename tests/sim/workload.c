/* Steps: each kind of command, filled with values. */
#include "workload.h"

#include <inttypes.h>
#include <stdio.h>

enum { MARKS = 1 << STOCK_MARKS_COUNT, DOCUMENT_BYTES_MAX = 4000 };

static void make_put(struct workload *workload, struct step *step)
{
    uint32_t picked[SKUS_MAX];
    const uint32_t count = pick_skus(workload, PUT_SKUS_MAX, picked);
    const int64_t moment_ms = pick_moment(workload);
    const bool one_moment = chance_one_in(workload->chance, 2);
    for (uint32_t i = 0; i < count; i++)
        workload->writes[i] = (struct stock_write){workload->skus[picked[i]], pick_count(workload),
                                                   one_moment ? moment_ms : pick_moment(workload)};
    step->command = (struct store_command){
        .kind = STORE_PUT,
        .shelf_id = pick_shelf(workload),
        .put = {.items = workload->writes,
                .items_count = count,
                .unknown_policy = chance_one_in(workload->chance, 3)
                                      ? (enum store_unknown)pick_index(workload, 3)
                                      : STORE_UNKNOWN_CREATE},
    };
}

static void make_mark(struct workload *workload, struct step *step)
{
    uint32_t picked[SKUS_MAX];
    const uint32_t count = pick_skus(workload, PUT_SKUS_MAX, picked);
    const uint32_t set = pick_index(workload, MARKS) & pick_index(workload, MARKS);
    for (uint32_t i = 0; i < count; i++)
        workload->mark_keys[i] = workload->skus[picked[i]];
    step->command = (struct store_command){
        .kind = STORE_MARK,
        .shelf_id = pick_shelf(workload),
        .mark = {.keys = workload->mark_keys,
                 .keys_count = count,
                 .set = set,
                 .clear = pick_index(workload, MARKS) & ~set,
                 .create_unknown = chance_one_in(workload->chance, 2)},
    };
}

/* One to three types of each SKU. */
static void make_count(struct workload *workload, struct step *step)
{
    static const enum stock_type types[] = {STOCK_FIT,    STOCK_QUARANTINE, STOCK_AVAILABLE,
                                            STOCK_DEFECT, STOCK_EXPIRED,    STOCK_UTILIZATION};
    uint32_t picked[SKUS_MAX];
    const uint32_t types_count = 1 + pick_index(workload, 3);
    const uint32_t skus_count = pick_skus(workload, PUT_SKUS_MAX / types_count, picked);
    const int64_t moment_ms = pick_moment(workload);
    const bool one_moment = chance_one_in(workload->chance, 2);
    uint32_t count = 0;
    for (uint32_t i = 0; i < skus_count; i++) {
        const uint32_t first = pick_index(workload, 6);
        for (uint32_t j = 0; j < types_count; j++)
            workload->counts[count++] = (struct stock_count){
                workload->skus[picked[i]], types[(first + j) % 6], pick_count(workload),
                one_moment ? moment_ms : pick_moment(workload)};
    }
    step->command = (struct store_command){
        .kind = STORE_COUNT,
        .shelf_id = pick_shelf(workload),
        .count = {.ties = (enum store_ties)pick_index(workload, 2),
                  .items = workload->counts,
                  .items_count = count},
    };
}

static void make_reserve(struct workload *workload, struct step *step)
{
    uint32_t picked[SKUS_MAX];
    uint32_t count = pick_skus(workload, ORDER_ITEMS_MAX, picked);
    count = chance_one_in(workload->chance, 2) ? 1 : count;
    for (uint32_t i = 0; i < count; i++) {
        const int64_t few = chance_between(workload->chance, 1, 4);
        const int64_t any = pick_count(workload);
        workload->order_items[i] = (struct stock_order_item){
            workload->skus[picked[i]], chance_one_in(workload->chance, 3) && any > 0 ? any : few};
    }
    step->command = (struct store_command){
        .kind = STORE_ORDER,
        .shelf_id = pick_shelf(workload),
        .order = {.action = ORDER_RESERVE,
                  .campaign_id = 10 + pick_index(workload, workload->campaigns_count),
                  .id = workload->ids[pick_index(workload, workload->ids_count)],
                  .now_ms = workload->now_ms,
                  .expires_at_ms = pick_expiry(workload),
                  .items = workload->order_items,
                  .items_count = count},
    };
}

/* Mostly of an order that was asked for before. */
static void make_order(struct workload *workload, struct step *step)
{
    static const enum order_action actions[] = {ORDER_READ, ORDER_PACK, ORDER_SHIP, ORDER_CANCEL};
    step->command = (struct store_command){
        .kind = STORE_ORDER,
        .shelf_id = pick_shelf(workload),
        .order = {.action = actions[pick_index(workload, 4)],
                  .campaign_id = 10 + pick_index(workload, workload->campaigns_count),
                  .id = workload->ids[pick_index(workload, workload->ids_count)],
                  .now_ms = workload->now_ms},
    };
    if (workload->has_last[STEP_RESERVE] && chance_one_in(workload->chance, 2)) {
        const struct step *reserve = &workload->last[STEP_RESERVE];
        step->command.shelf_id = reserve->command.shelf_id;
        step->command.order.campaign_id = reserve->command.order.campaign_id;
        step->command.order.id = reserve->command.order.id;
    }
}

static struct bytes pick_position(struct workload *workload)
{
    static const char *const odd[] = {"0", "1", "x", "12", "4294967296", "99999999999999999999"};
    if (chance_one_in(workload->chance, 2))
        return (struct bytes){NULL, 0};
    if (chance_one_in(workload->chance, 4))
        return bytes_from_text(odd[pick_index(workload, 6)]);
    return bytes_from_text((const char *)workload->positions[pick_index(workload, POSITIONS_MAX)]);
}

static int64_t pick_turnover_moment(struct workload *workload)
{
    return chance_one_in(workload->chance, 3) ? 0 : pick_moment(workload);
}

static void make_page(struct workload *workload, struct step *step)
{
    struct store_page page = {.position = pick_position(workload)};
    page.backward = chance_one_in(workload->chance, 2);
    page.limit =
        1 + pick_index(workload, chance_one_in(workload->chance, 4) ? STORE_PAGE_CELLS_MAX : 6);
    page.filter.presence = (enum store_presence)pick_index(workload, 3);
    page.filter.marks_mask = pick_index(workload, MARKS) & pick_index(workload, MARKS);
    page.filter.marks_wanted = page.filter.marks_mask & pick_index(workload, MARKS);
    page.filter.never_updated = chance_one_in(workload->chance, 2);
    page.turnover_at_ms = pick_turnover_moment(workload);
    if (chance_one_in(workload->chance, 3))
        page.filter = (struct store_filter){.never_updated = true};
    step->command =
        (struct store_command){.kind = STORE_PAGE, .shelf_id = pick_shelf(workload), .page = page};
}

static void make_list(struct workload *workload, struct step *step)
{
    uint32_t picked[SKUS_MAX];
    const uint32_t count = pick_skus(workload, GET_OFFER_IDS_MAX, picked);
    for (uint32_t i = 0; i < count; i++)
        workload->list_keys[i] = workload->skus[picked[i]];
    step->command = (struct store_command){
        .kind = STORE_LIST,
        .shelf_id = pick_shelf(workload),
        .list = {.keys = workload->list_keys,
                 .keys_count = count,
                 .turnover_at_ms = pick_turnover_moment(workload)},
    };
}

static void make_document(struct workload *workload, struct step *step)
{
    const size_t size =
        16 + pick_index(workload, chance_one_in(workload->chance, 8) ? DOCUMENT_BYTES_MAX : 100);
    uint8_t *content = arena_allocate(&workload->memory, size);
    ASSERT(content != NULL);
    memset(content, '.', size);
    (void)snprintf((char *)content, size, "text %" PRIu32, workload->documents_count++);
    step->name = chance_one_in(workload->chance, 2) ? BYTES("registry") : BYTES("push");
    step->content = (struct bytes){content, size};
}

static void make_copy(struct workload *workload, struct step *step)
{
    const uint32_t from = pick_index(workload, workload->shelves_count);
    const uint32_t to = (from + 1 + pick_index(workload, SHELVES_MAX)) % SHELVES_MAX;
    step->copying = (struct copying){
        .from_id = workload->shelf_ids[from],
        .to_id = to < workload->shelves_count && to != from ? workload->shelf_ids[to] : 77,
        .numbers = chance_one_in(workload->chance, 2),
        .ties = (enum store_ties)pick_index(workload, 2),
    };
}

static void make_time(struct workload *workload, struct step *step)
{
    struct chance *chance = workload->chance;
    const int64_t day_ms = INT64_C(86400000);
    const int64_t expires_ms = workload->last[STEP_RESERVE].command.order.expires_at_ms;
    if (step->kind == STEP_ADVANCE && workload->has_last[STEP_RESERVE] &&
        expires_ms > workload->now_ms && chance_one_in(chance, 4))
        step->ms = expires_ms - workload->now_ms - chance_between(chance, 0, 1); /* To the edge. */
    else if (step->kind == STEP_ADVANCE)
        step->ms = chance_between(chance, 0, chance_one_in(chance, 8) ? 3 * day_ms : 8000);
    else
        step->ms = chance_between(chance, -1, 2) * chance_between(chance, 0, 45 * day_ms);
}

static void make(struct workload *workload, struct step *step)
{
    switch (step->kind) {
    case STEP_PUT:
        make_put(workload, step);
        break;
    case STEP_MARK:
        make_mark(workload, step);
        break;
    case STEP_COUNT:
        make_count(workload, step);
        break;
    case STEP_RESERVE:
        make_reserve(workload, step);
        break;
    case STEP_ORDER:
        make_order(workload, step);
        break;
    case STEP_PAGE:
        make_page(workload, step);
        break;
    case STEP_LIST:
        make_list(workload, step);
        break;
    case STEP_TOTALS:
        step->shelf_id = pick_shelf(workload);
        step->campaign_id = chance_one_in(workload->chance, 2) ? 0 : 10;
        break;
    case STEP_DOCUMENT:
        make_document(workload, step);
        break;
    case STEP_COPY:
        make_copy(workload, step);
        break;
    case STEP_ADVANCE:
    case STEP_JUMP:
        make_time(workload, step);
        break;
    case STEP_CHECKPOINT:
        step->checkpointing = chance_one_in(workload->chance, 30)   ? CHECKPOINT_STOP
                              : chance_one_in(workload->chance, 15) ? CHECKPOINT_WHOLE
                                                                    : CHECKPOINT_PIECE;
        break;
    case STEP_EXPIRE:
    case STEP_COMMIT:
    case STEP_BACKUP:
    case STEP_KINDS_COUNT:
        break;
    }
}

static enum step_kind pick_kind(struct workload *workload)
{
    uint32_t sum = 0;
    for (int kind = 0; kind < STEP_KINDS_COUNT; kind++)
        sum += workload->weights[kind];
    uint32_t left = pick_index(workload, sum);
    int kind = 0;
    while (left >= workload->weights[kind])
        left -= workload->weights[kind++];
    return (enum step_kind)kind;
}

/* Whether a step may be asked for once more as it was, as clients do that had no answer. */
static bool may_be_repeated(enum step_kind kind)
{
    return kind == STEP_PUT || kind == STEP_COUNT || kind == STEP_MARK || kind == STEP_RESERVE;
}

void workload_next(struct workload *workload, int64_t now_ms, struct step *step)
{
    workload->now_ms = now_ms;
    const enum step_kind kind = pick_kind(workload);
    if (may_be_repeated(kind) && workload->has_last[kind] && chance_one_in(workload->chance, 6)) {
        *step = workload->last[kind];
        if (kind == STEP_RESERVE)
            step->command.order.now_ms = now_ms;
        return;
    }
    *step = (struct step){.kind = kind};
    make(workload, step);
    workload->last[kind] = *step;
    workload->has_last[kind] = true;
}

void workload_note_page(struct workload *workload, const struct store_page *page)
{
    const struct bytes positions[] = {page->next, page->prev};
    for (int i = 0; i < 2; i++) {
        uint8_t *kept = workload->positions[pick_index(workload, POSITIONS_MAX)];
        if (positions[i].size == 0 || positions[i].size >= sizeof(workload->positions[0]))
            continue;
        memcpy(kept, positions[i].data, positions[i].size);
        kept[positions[i].size] = '\0';
    }
}
