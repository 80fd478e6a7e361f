/* A count of what is under way, under a mutex; whoever waits is woken when it is none. */
#include "call/command_wait.h"

#include <pthread.h>

enum { TRIES_MAX = 20, TRY_PAUSE_US = 100000 };

/* `lock` guards `pending`; it is never held together with another. */
struct command_waiter {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint32_t pending;
};

static void waiter_init(struct command_waiter *waiter, uint32_t pending)
{
    pthread_mutex_init(&waiter->lock, NULL);
    pthread_cond_init(&waiter->changed, NULL);
    waiter->pending = pending;
}

/* Returns when all are complete. */
static void waiter_end(struct command_waiter *waiter)
{
    pthread_mutex_lock(&waiter->lock);
    while (waiter->pending > 0)
        pthread_cond_wait(&waiter->changed, &waiter->lock);
    pthread_mutex_unlock(&waiter->lock);
    pthread_cond_destroy(&waiter->changed);
    pthread_mutex_destroy(&waiter->lock);
}

/* The waiter may be gone as soon as the lock is. */
static void command_complete(struct store_command *command)
{
    struct command_waiter *waiter = ((struct waited_command *)(void *)command)->waiter;
    pthread_mutex_lock(&waiter->lock);
    if (--waiter->pending == 0)
        pthread_cond_signal(&waiter->changed);
    pthread_mutex_unlock(&waiter->lock);
}

static void wait_for_all(struct store *store, struct waited_command **commands,
                         uint32_t commands_count)
{
    struct command_waiter waiter;
    waiter_init(&waiter, commands_count);
    for (uint32_t i = 0; i < commands_count; i++) {
        commands[i]->waiter = &waiter;
        if (store_submit(store, &commands[i]->command))
            command_complete(&commands[i]->command);
        else
            store_await(store, &commands[i]->command, command_complete);
    }
    waiter_end(&waiter);
}

enum err commands_ask(struct store *store, struct os *os, struct waited_command **commands,
                      uint32_t commands_count)
{
    for (int tries = 0; tries < TRIES_MAX && commands_count > 0; tries++) {
        if (tries > 0)
            os->pause(os, TRY_PAUSE_US);
        wait_for_all(store, commands, commands_count);
        uint32_t left = 0;
        for (uint32_t i = 0; i < commands_count; i++) {
            if (commands[i]->command.verdict == VERDICT_NO_ROOM)
                commands[left++] = commands[i];
        }
        commands_count = left;
    }
    return commands_count == 0 ? OK : ERR_BUSY;
}

static enum registry_use use_of(const struct store_command *command)
{
    return command->kind == STORE_MARK ? REGISTRY_USE_MARKS : REGISTRY_USE_NUMBERS;
}

void command_wait_changing(struct store *store, const struct registry *registry,
                           int64_t campaign_id, struct store_command *command)
{
    struct command_waiter waiter;
    struct waited_command waited = {.command = *command, .waiter = &waiter};
    if (!registry_enter(registry, campaign_id, command->shelf_id, use_of(command))) {
        command->verdict = VERDICT_NO_ROOM;
        return;
    }
    const bool complete = store_submit(store, &waited.command);
    registry_leave(registry);
    if (!complete) {
        waiter_init(&waiter, 1);
        store_await(store, &waited.command, command_complete);
        waiter_end(&waiter);
    }
    *command = waited.command;
}
