/* The rules of the store once more, as plainly and slowly as they can be written: from
 * docs/contract.md (§12, C7, C60 to C63, C118, C128), docs/formats.md (§4) and store.h, and sharing
 * no code with src/ledger and src/store. Everything is looked for by walking through all of it.
 *
 * A model is a value: copies are independent of each other. What never changes (lines of orders,
 * the past of a cell) is shared and lives in the run's arena. */
#ifndef TESTS_SIM_MODEL_H
#define TESTS_SIM_MODEL_H

#include "deed.h"

/* Something that happened to the units of a cell, newest first: for turnover. */
struct past {
    const struct past *before;
    int64_t from_ms; /* Units lay there from here… */
    int64_t until_ms;
    int64_t units;
    int64_t sold; /* …and so many of them were sold at its end. */
};

struct model_cell {
    struct bytes sku;
    bool numbered; /* A number ever came. */
    int64_t moment_ms;
    int64_t available;
    int64_t reserved;
    int64_t unfit[STOCK_UNFIT_COUNT];
    uint32_t marks;
    bool ordered;    /* Orders took units since a number was written… */
    int64_t written; /* …and it was this. */

    bool lived; /* Of a cell with a past: time is counted from changed_ms on. */
    int64_t changed_ms;
    const struct past *past;
    int64_t turnover; /* Of a cell that was read: what it said at that moment. */
};

struct model_order {
    int64_t campaign_id;
    struct bytes id;
    enum order_state state;
    int64_t created_ms;
    int64_t changed_ms;
    int64_t expires_ms;
    uint64_t ended; /* Counts: which order was over first. */
    const struct deed_item *lines;
    uint32_t lines_count;
};

struct model_shelf {
    int64_t id;
    struct model_cell *cells;
    uint32_t cells_count;
    uint32_t cells_max;
    struct model_order *orders;
    uint32_t orders_count;
    uint32_t orders_max;
    uint64_t ended_count;
    uint64_t last_number; /* Of the last record about it; 0: none. */
};

struct model_document {
    struct bytes name;
    struct bytes content;
};

struct model {
    struct arena *memory; /* The run's. */
    struct model_shelf *shelves;
    uint32_t shelves_count;
    uint32_t shelves_max;
    struct model_document *documents;
    uint32_t documents_count;
    uint32_t documents_max;
};

void model_init(struct model *model, struct arena *memory);
void model_deinit(struct model *model);
void model_copy(struct model *to, const struct model *from);

/* NULL: there is none. */
struct model_shelf *model_shelf_find(const struct model *model, int64_t id);
struct model_cell *model_cell_find(const struct model_shelf *shelf, struct bytes sku);
struct model_order *model_order_find(const struct model_shelf *shelf, int64_t campaign_id,
                                     struct bytes id);

/* Found, or made. */
struct model_shelf *model_shelf_open(struct model *model, int64_t id);
struct model_cell *model_cell_add(struct model_shelf *shelf, struct bytes sku);
struct model_order *model_order_add(struct model_shelf *shelf);
void model_document_add(struct model *model, struct bytes name, struct bytes content);

/* Does it. `number` is that of the record that comes of it, if one does. */
struct outcome model_do(struct model *model, const struct deed *deed, uint64_t number);

/* The parts of it, by kind. */
struct outcome model_put(struct model_shelf *shelf, const struct deed *deed, struct arena *memory);
struct outcome model_mark(struct model_shelf *shelf, const struct deed *deed);
struct outcome model_count(struct model_shelf *shelf, const struct deed *deed,
                           struct arena *memory);
struct outcome model_order(struct model_shelf *shelf, const struct deed *deed,
                           struct arena *memory);
struct outcome model_expire(struct model_shelf *shelf, const struct deed *deed);

/* How many units of the SKU an order could get; shelf may be NULL. */
int64_t model_orderable(const struct model_shelf *shelf, struct bytes sku);

bool model_order_is_open(const struct model_order *order);

/* Whether the order is for exactly these. */
bool model_order_is_for(const struct model_order *order, const struct deed_item *items,
                        uint32_t items_count);

/* The number of a cell's units is about to change at that moment; some of them may be sold. */
void model_live_on(struct model_cell *cell, int64_t moment_ms, int64_t sold, struct arena *memory);

/* Tenths of a day that the units take to sell; -1: nothing sold (C63, C128). */
int64_t model_turnover(const struct model_cell *cell, int64_t now_ms);

/* Whether shelves of that number have a past. */
bool model_has_past(int64_t shelf_id);

/* What lies on a shelf, which may be NULL. */
struct shelf_totals model_totals(const struct model_shelf *shelf, int64_t campaign_id);

/* Writes the first difference to what was read at `now_ms` as text; false: there is none. */
bool model_differs(const struct model *model, const struct model *seen, int64_t now_ms, char *text,
                   size_t text_bytes);

/* What is wrong with a model by itself: units that are negative, units held by nobody, … False:
 * nothing is. */
bool model_is_broken(const struct model *model, char *text, size_t text_bytes);

/* The page that comes of it. */
struct model_page {
    enum verdict verdict;
    const struct model_cell *cells[STORE_PAGE_CELLS_MAX];
    uint32_t cells_count;
    int64_t next; /* -1: none. */
    int64_t prev;
};
void model_page(const struct model_shelf *shelf, const struct store_page *asked,
                struct model_page *page);

#endif
