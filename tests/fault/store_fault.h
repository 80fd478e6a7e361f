/* A store on a simulated machine, with something of everything in it, that can be shown as text:
 * two shelves, one of them at the Market with history, marks, unfit units, orders in each state. */
#ifndef TESTS_FAULT_STORE_FAULT_H
#define TESTS_FAULT_STORE_FAULT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/expect.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/hash.h"
#include "os/log.h"
#include "os/os_sim.h"
#include "store/store_local.h"

enum { SHELF = 1, MANY = 900, SKU_BYTES = 120 };
#define MARKET_SHELF ((INT64_C(5) << 32) + 1)
#define MOMENT       INT64_C(1700000000000)
#define FAULT_FOLDER "data"

struct fault_world {
    struct os_sim *sim;
    struct store *store; /* NULL: it is not open. */
    struct store_opening opening;
    struct arena arena;
    enum verdict verdict;    /* Of the last command. */
    struct buffer documents; /* That came back. */
    char skus[MANY][SKU_BYTES];
    struct stock_write many[MANY];
};

static inline struct stock_key key_of(const char *sku)
{
    const struct bytes bytes = bytes_from_text(sku);
    return (struct stock_key){bytes, bytes_hash(bytes)};
}

static inline struct stock_write write_of(const char *sku, int64_t count, int64_t updated_at_ms)
{
    return (struct stock_write){key_of(sku), count, updated_at_ms};
}

/* Of all commands. */
extern const struct stock_cause fault_cause;

/* A machine, and nothing on it. */
void fault_world_init(struct fault_world *world);

/* A machine with an open store that holds something. */
void fault_world_begin(struct fault_world *world);

/* Ends both. */
void fault_world_end(struct fault_world *world);

/* Opens the store of this machine, or one in another folder of it. */
enum err fault_world_open(struct fault_world *world);
enum err fault_world_open_at(struct fault_world *world, const char *folder);

/* With what a folder of this machine is opened. */
struct store_local_settings fault_world_settings(struct fault_world *world, const char *folder);

/* Commits, closes, and opens again. */
void fault_world_reopen(struct fault_world *world);

/* Writes all that the store holds, documents that came back left out. */
void fault_world_show(struct fault_world *world, struct buffer *text);

#endif
