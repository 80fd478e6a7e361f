/* Reservations expire by themselves: a thread sleeps until the first of them is due, and releases
 * what is, by ordinary records. Nothing to expire: it sleeps for good. A calendar that jumps is
 * seen within RECHECK_MS, and where there is no room for a record it tries again in as long.
 *
 * Of the shelves with such orders it keeps a list, and touches those alone where one may be due.
 * The next_ms of a listed shelf is never later than its first order to expire, and that of the
 * expiry never later than those: whoever adds an order lowers both, and the thread raises one only
 * by looking at what it speaks of after having set it to "none". */
#include "os/os.h"
#include "store/record.h"
#include "store/store_local_internal.h"

enum {
    RECHECK_MS = 500,
    PAUSE_MS = 20,        /* Between two looks at the shelves: many orders share one. */
    RELEASES_A_LOCK = 64, /* So that others come to the shelf in between. */
    RECORD_OF_ORDER_BYTES_MAX = 512 + 512 + ORDER_ITEMS_MAX * 4 * 10
};

/* What a look at the shelves found. */
struct expiry_pass {
    int64_t now_ms;
    bool refused; /* There was no room for a record. */
    uint64_t seq; /* Of the last record; 0: none. */
};

/* Releases one order that is due. False: no room. With the shelf locked. */
static bool release_one(struct store_local *local, struct local_shelf *shelf, struct order *order,
                        struct expiry_pass *pass)
{
    uint8_t data[RECORD_OF_ORDER_BYTES_MAX];
    const struct stock_cause cause = local_own_cause(local, STOCK_SOURCE_EXPIRY, pass->now_ms);
    const size_t bytes_max =
        record_order_bytes_max(order->id) + record_cause_bytes_max(&cause, order->lines_count);
    ASSERT(bytes_max <= sizeof(data));
    if (journal_reserve(local->journal, bytes_max) != OK)
        return false;
    struct buffer record = {data, 0, bytes_max, false};
    order_book_change(shelf->orders, order, ORDER_EXPIRED, pass->now_ms);
    record_cause_encode(&record, &cause, shelf->shelf, order);
    record_order_encode(&record, shelf->id, order);
    ASSERT(!record.failed);
    shelf->seq_last = journal_append(local->journal, bytes_max, buffer_bytes(&record));
    pass->seq = shelf->seq_last;
    return true;
}

/* Releases some of what is due on a shelf. Returns when the first order that is left is due, which
 * may be long ago; INT64_MAX: none is. */
static int64_t release_some(struct store_local *local, struct local_shelf *shelf,
                            struct expiry_pass *pass)
{
    pthread_mutex_lock(&shelf->lock);
    int released = 0;
    struct order *order = order_book_first_to_expire(shelf->orders);
    while (order != NULL && order->expires_at_ms <= pass->now_ms && released < RELEASES_A_LOCK &&
           !pass->refused) {
        pass->refused = !release_one(local, shelf, order, pass);
        released++;
        order = order_book_first_to_expire(shelf->orders);
    }
    const int64_t next_ms = order == NULL ? INT64_MAX : order->expires_at_ms;
    pthread_mutex_unlock(&shelf->lock);
    return next_ms;
}

static void lower(int64_t *moment_ms, int64_t other_ms)
{
    if (other_ms < *moment_ms)
        *moment_ms = other_ms;
}

/* Releases what is due, as long as there is room. With the lock, which is let go while a shelf is
 * looked at. A shelf that is listed meanwhile comes in front and waits for the next pass. */
static struct expiry_pass release_due(struct store_local *local)
{
    struct local_expiry *expiry = &local->expiry;
    struct expiry_pass pass = {.now_ms = local->os->now_ms(local->os)};
    expiry->next_ms = INT64_MAX;
    struct local_shelf *shelf = expiry->shelves;
    while (shelf != NULL) {
        if (shelf->next_ms <= pass.now_ms && !pass.refused) {
            shelf->next_ms = INT64_MAX;
            pthread_mutex_unlock(&expiry->lock);
            const int64_t next_ms = release_some(local, shelf, &pass);
            pthread_mutex_lock(&expiry->lock);
            lower(&shelf->next_ms, next_ms);
        } else {
            lower(&expiry->next_ms, shelf->next_ms);
            shelf = shelf->expiring_next;
        }
    }
    return pass;
}

/* Sleeps until something changes, or for so long. In the machine's own time, whatever clock the
 * store has: it is the machine's thread. With the lock. */
static void sleep_ms(struct local_expiry *expiry, int64_t ms)
{
    struct os *machine = os_real();
    const int64_t until_us = machine->uptime_us(machine) + ms * 1000;
    const struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};
    (void)pthread_cond_timedwait(&expiry->changed, &expiry->lock, &until);
}

/* Waits until an order may be due. False: the thread is to end. With the lock. */
static bool wait_until_due(struct store_local *local)
{
    struct local_expiry *expiry = &local->expiry;
    while (!expiry->stopping) {
        const int64_t now_ms = local->os->now_ms(local->os);
        if (expiry->next_ms <= now_ms)
            return true;
        if (expiry->next_ms == INT64_MAX)
            (void)pthread_cond_wait(&expiry->changed, &expiry->lock);
        else if (expiry->next_ms < now_ms + RECHECK_MS)
            sleep_ms(expiry, expiry->next_ms - now_ms);
        else
            sleep_ms(expiry, RECHECK_MS);
    }
    return false;
}

static void *expiry_run(void *context)
{
    struct store_local *local = context;
    struct local_expiry *expiry = &local->expiry;
    pthread_mutex_lock(&expiry->lock);
    while (wait_until_due(local)) {
        const struct expiry_pass pass = release_due(local);
        if (!expiry->stopping)
            sleep_ms(expiry, pass.refused ? RECHECK_MS : PAUSE_MS);
    }
    pthread_mutex_unlock(&expiry->lock);
    return NULL;
}

void local_expiry_list_all(struct store_local *local)
{
    uint32_t index = 0;
    struct local_shelf *shelf = local_shelf_at(local, index);
    while (shelf != NULL) {
        pthread_mutex_lock(&shelf->lock);
        const struct order *order = order_book_first_to_expire(shelf->orders);
        const int64_t next_ms = order == NULL ? INT64_MAX : order->expires_at_ms;
        pthread_mutex_unlock(&shelf->lock);
        if (next_ms != INT64_MAX)
            local_expiry_note(local, shelf, next_ms);
        shelf = local_shelf_at(local, ++index);
    }
}

static struct expiry_pass look_once(struct store_local *local)
{
    pthread_mutex_lock(&local->expiry.lock);
    const struct expiry_pass pass = release_due(local);
    pthread_mutex_unlock(&local->expiry.lock);
    return pass;
}

/* Releases what expired while the service was down, before anybody asks. A batch that is full is
 * waited for; a disk that is full leaves the rest to the thread. */
static enum err release_before_start(struct store_local *local)
{
    struct expiry_pass pass;
    enum err error = OK;
    do {
        pass = look_once(local);
        if (pass.seq != 0)
            error = local_wait_until_durable(local, pass.seq);
    } while (error == OK && pass.refused && pass.seq != 0);
    return error;
}

enum err store_local_expire_due(struct store *store)
{
    struct store_local *local = local_of(store);
    ASSERT(!local->expiry.running);
    return look_once(local).refused ? ERR_FULL : OK;
}

void local_expiry_init(struct store_local *local)
{
    struct local_expiry *expiry = &local->expiry;
    pthread_condattr_t attributes;
    pthread_mutex_init(&expiry->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&expiry->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    expiry->next_ms = INT64_MAX;
}

void local_expiry_deinit(struct store_local *local)
{
    pthread_cond_destroy(&local->expiry.changed);
    pthread_mutex_destroy(&local->expiry.lock);
}

enum err local_expiry_begin(struct store_local *local)
{
    struct local_expiry *expiry = &local->expiry;
    const enum err error = release_before_start(local);
    if (error != OK)
        return error;
    expiry->running = pthread_create(&expiry->thread, NULL, expiry_run, local) == 0;
    return expiry->running ? OK : ERR_MEMORY;
}

void local_expiry_end(struct store_local *local)
{
    struct local_expiry *expiry = &local->expiry;
    if (!expiry->running)
        return;
    pthread_mutex_lock(&expiry->lock);
    expiry->stopping = true;
    pthread_mutex_unlock(&expiry->lock);
    pthread_cond_signal(&expiry->changed);
    (void)pthread_join(expiry->thread, NULL);
    expiry->running = false;
}

void local_expiry_note(struct store_local *local, struct local_shelf *shelf, int64_t expires_at_ms)
{
    struct local_expiry *expiry = &local->expiry;
    pthread_mutex_lock(&expiry->lock);
    if (!shelf->is_expiring) {
        shelf->is_expiring = true;
        shelf->next_ms = INT64_MAX;
        shelf->expiring_next = expiry->shelves;
        expiry->shelves = shelf;
    }
    lower(&shelf->next_ms, expires_at_ms);
    const bool sooner = expires_at_ms < expiry->next_ms;
    lower(&expiry->next_ms, expires_at_ms);
    pthread_mutex_unlock(&expiry->lock);
    if (sooner)
        pthread_cond_signal(&expiry->changed);
}
