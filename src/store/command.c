/* Nothing here knows which store there is. */
#include "store/command.h"

#include <pthread.h>

#include "base/date.h"

bool command_changes(const struct store_command *command)
{
    switch (command->kind) {
    case STORE_PUT:
    case STORE_MARK:
    case STORE_COUNT:
        return true;
    case STORE_ORDER:
        return command->order.action != ORDER_READ || command->order.claim != 0;
    case STORE_PAGE:
    case STORE_LIST:
    case STORE_SPEND: /* Nothing of a shelf. */
        return false;
    }
    return false;
}

void command_check_order(const struct store_order *request)
{
    ASSERT(request->id.size >= 1 && request->id.size <= ORDER_ID_BYTES_MAX);
    ASSERT(request->now_ms >= DATE_MS_MIN && request->now_ms <= DATE_MS_MAX);
    if (request->action != ORDER_RESERVE)
        return;
    ASSERT(request->items_count >= 1 && request->items_count <= ORDER_ITEMS_MAX);
    ASSERT(request->expires_at_ms >= DATE_MS_MIN && request->expires_at_ms <= DATE_MS_MAX);
    for (uint32_t i = 0; i < request->items_count; i++)
        ASSERT(request->items[i].count >= 1 && request->items[i].count <= STOCK_COUNT_MAX);
}

enum order_state command_state_after(enum order_action action)
{
    ASSERT(action != ORDER_RESERVE && action != ORDER_READ);
    if (action == ORDER_PACK)
        return ORDER_PACKED;
    return action == ORDER_SHIP ? ORDER_SHIPPED : ORDER_CANCELLED;
}

/* A command with a thread that waits for it. */
struct waited_command {
    struct store_command command; /* First. */
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool complete;
};

static void on_wake(struct store_command *command)
{
    struct waited_command *waited = (struct waited_command *)(void *)command;
    pthread_mutex_lock(&waited->lock);
    waited->complete = true;
    pthread_cond_signal(&waited->woken);
    pthread_mutex_unlock(&waited->lock);
}

enum verdict command_run(struct store *store, struct store_command *command)
{
    struct waited_command waited = {.command = *command};
    pthread_mutex_init(&waited.lock, NULL);
    pthread_cond_init(&waited.woken, NULL);
    if (!store_submit(store, &waited.command)) {
        store_await(store, &waited.command, on_wake);
        pthread_mutex_lock(&waited.lock);
        while (!waited.complete)
            pthread_cond_wait(&waited.woken, &waited.lock);
        pthread_mutex_unlock(&waited.lock);
    }
    pthread_cond_destroy(&waited.woken);
    pthread_mutex_destroy(&waited.lock);
    *command = waited.command;
    return command->verdict;
}
