/* Reservations expire by themselves: a thread sleeps until the first of them is due, and releases
 * what is, by ordinary records. Nothing to expire: it sleeps for good. A calendar that jumps is
 * seen within RECHECK_MS, and where there is no room for a record it tries again in as long.
 *
 * next_ms is never later than the first order to expire: whoever adds one lowers it, and the thread
 * raises it only by looking at all shelves after having set it to "none". */
#include "os/os.h"
#include "store/record.h"
#include "store/store_local_internal.h"

enum {
    RECHECK_MS = 500,
    PAUSE_MS = 20,       /* Between two looks at all shelves: many orders share one. */
    RELEASES_A_LOCK = 64 /* So that others come to the shelf in between. */
};

/* What a look at the shelves found. */
struct expiry_pass {
    int64_t now_ms;
    int64_t next_ms; /* When the first of those that are left is due; INT64_MAX: none is. */
    bool refused;    /* There was no room for a record. */
    uint64_t seq;    /* Of the last record; 0: none. */
};

/* Releases one order that is due. False: no room. With the shelf locked. */
static bool release_one(struct store_local *local, struct local_shelf *shelf, struct order *order,
                        struct expiry_pass *pass)
{
    uint8_t data[512];
    const size_t bytes_max = record_order_bytes_max(order->id);
    ASSERT(bytes_max <= sizeof(data));
    if (journal_reserve(local->journal, bytes_max) != OK)
        return false;
    struct buffer record = {data, 0, bytes_max, false};
    order_book_change(shelf->orders, order, ORDER_EXPIRED, pass->now_ms);
    record_order_encode(&record, shelf->id, order);
    ASSERT(!record.failed);
    shelf->seq_last = journal_append(local->journal, bytes_max, buffer_bytes(&record));
    pass->seq = shelf->seq_last;
    return true;
}

/* Releases some of what is due on a shelf. True: there may be more. */
static bool release_some(struct store_local *local, struct local_shelf *shelf,
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
    const bool more = released == RELEASES_A_LOCK && !pass->refused;
    if (!more && order != NULL && order->expires_at_ms < pass->next_ms)
        pass->next_ms = order->expires_at_ms;
    pthread_mutex_unlock(&shelf->lock);
    return more;
}

/* Releases what is due on all shelves, as long as there is room. */
static struct expiry_pass release_due(struct store_local *local)
{
    struct expiry_pass pass = {.now_ms = local->os->now_ms(local->os), .next_ms = INT64_MAX};
    uint32_t index = 0;
    struct local_shelf *shelf = local_shelf_at(local, index);
    while (shelf != NULL) {
        if (!release_some(local, shelf, &pass))
            shelf = local_shelf_at(local, ++index);
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
        expiry->next_ms = INT64_MAX;
        pthread_mutex_unlock(&expiry->lock);
        const struct expiry_pass pass = release_due(local);
        pthread_mutex_lock(&expiry->lock);
        if (pass.next_ms < expiry->next_ms)
            expiry->next_ms = pass.next_ms;
        if (!expiry->stopping)
            sleep_ms(expiry, pass.refused ? RECHECK_MS : PAUSE_MS);
    }
    pthread_mutex_unlock(&expiry->lock);
    return NULL;
}

/* Releases what expired while the service was down, before anybody asks. A batch that is full is
 * waited for; a disk that is full leaves the rest to the thread. */
static int64_t release_before_start(struct store_local *local)
{
    struct expiry_pass pass = release_due(local);
    while (pass.refused && pass.seq != 0) {
        local_wait_until_durable(local, pass.seq);
        pass = release_due(local);
    }
    return pass.next_ms;
}

enum err local_expiry_begin(struct store_local *local)
{
    struct local_expiry *expiry = &local->expiry;
    pthread_condattr_t attributes;
    pthread_mutex_init(&expiry->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&expiry->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    expiry->next_ms = release_before_start(local);
    expiry->running = pthread_create(&expiry->thread, NULL, expiry_run, local) == 0;
    if (expiry->running)
        return OK;
    pthread_cond_destroy(&expiry->changed);
    pthread_mutex_destroy(&expiry->lock);
    return ERR_MEMORY;
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
    pthread_cond_destroy(&expiry->changed);
    pthread_mutex_destroy(&expiry->lock);
}

void local_expiry_note(struct store_local *local, int64_t expires_at_ms)
{
    struct local_expiry *expiry = &local->expiry;
    pthread_mutex_lock(&expiry->lock);
    const bool sooner = expires_at_ms < expiry->next_ms;
    if (sooner)
        expiry->next_ms = expires_at_ms;
    pthread_mutex_unlock(&expiry->lock);
    if (sooner)
        pthread_cond_signal(&expiry->changed);
}
