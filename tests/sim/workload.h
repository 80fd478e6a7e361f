/* What somebody may want of the store, made up at random: commands of every kind with values that
 * lie close together, at the edges, and in each other's way. It knows nothing of what they lead to.
 * One generator decides everything, so a seed is a run. */
#ifndef TESTS_SIM_WORKLOAD_H
#define TESTS_SIM_WORKLOAD_H

#include "../support/chance.h"
#include "auditor.h"

enum step_kind {
    STEP_PUT,
    STEP_MARK,
    STEP_COUNT,
    STEP_RESERVE,
    STEP_ORDER, /* Another action on an order. */
    STEP_PAGE,
    STEP_LIST,
    STEP_TOTALS,
    STEP_DOCUMENT,
    STEP_COPY,
    STEP_EXPIRE,
    STEP_COMMIT,
    STEP_CHECKPOINT, /* A piece of one, or a whole one, or its end before it is done. */
    STEP_BACKUP,
    STEP_ADVANCE, /* Time goes by. */
    STEP_JUMP,    /* The calendar jumps. */
    STEP_KINDS_COUNT,
};

struct step {
    enum step_kind kind;
    struct store_command command; /* Without an arena. Lists in it live until the next step. */
    struct copying copying;
    int64_t shelf_id; /* STEP_TOTALS */
    int64_t campaign_id;
    struct bytes name; /* STEP_DOCUMENT */
    struct bytes content;
    int64_t ms; /* STEP_ADVANCE, STEP_JUMP: by how much. */
    enum checkpointing { CHECKPOINT_PIECE, CHECKPOINT_WHOLE, CHECKPOINT_STOP } checkpointing;
};

enum {
    SHELVES_MAX = 6,
    SKUS_MAX = 160,
    CAMPAIGNS_MAX = 3,
    IDS_MAX = 40,
    MOMENTS_MAX = 8,
    POSITIONS_MAX = 8,
};

/* Invariant: SKUs, ids and documents live in `memory`, to the end of the run. */
struct workload {
    struct chance *chance;
    struct arena memory;
    int64_t shelf_ids[SHELVES_MAX];
    uint32_t shelves_count;
    struct stock_key skus[SKUS_MAX];
    uint32_t skus_count;
    uint32_t campaigns_count;
    struct bytes ids[IDS_MAX];
    uint32_t ids_count;
    uint32_t weights[STEP_KINDS_COUNT];
    int64_t count_max;  /* Of most numbers. */
    uint32_t items_max; /* Of most lists. */
    bool extremes;      /* Moments of the years 0000 and 9999 come, too. */

    int64_t now_ms;
    int64_t moments[MOMENTS_MAX]; /* That came before. */
    uint32_t moments_count;
    uint8_t positions[POSITIONS_MAX][16];
    uint32_t expiries_count;
    uint32_t documents_count;

    struct step
        last[STEP_KINDS_COUNT]; /* To ask for once more; .kind tells whether there is one. */
    bool has_last[STEP_KINDS_COUNT];
    struct stock_write writes[PUT_SKUS_MAX];
    struct stock_count counts[PUT_SKUS_MAX];
    struct stock_key mark_keys[PUT_SKUS_MAX];
    struct stock_key list_keys[GET_OFFER_IDS_MAX];
    struct stock_order_item order_items[ORDER_ITEMS_MAX];
};

void workload_init(struct workload *workload, struct chance *chance);
void workload_deinit(struct workload *workload);

/* Makes up the next step. */
void workload_next(struct workload *workload, int64_t now_ms, struct step *step);

/* A page was answered: its positions are good for others. */
void workload_note_page(struct workload *workload, const struct store_page *page);

/* Values that steps are made of (workload_values.c). */
uint32_t pick_index(struct workload *workload, uint32_t count);
int64_t pick_shelf(struct workload *workload);
int64_t pick_count(struct workload *workload);
int64_t pick_moment(struct workload *workload);
int64_t pick_expiry(struct workload *workload);
/* Distinct indexes of SKUs. Returns how many, 1…max. */
uint32_t pick_skus(struct workload *workload, uint32_t max, uint32_t picked[SKUS_MAX]);

#endif
