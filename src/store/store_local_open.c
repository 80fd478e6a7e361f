/* Opening the local store: the folder, its lock, and what lies in it; and the same without changing
 * anything, to see whether a folder is whole. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/shelf_check.h"
#include "store/store_local_replay.h"

enum { PATH_BYTES_MAX = 4096 };

static enum err say(char problem[STORE_PROBLEM_BYTES], enum err error, const char *format, ...)
    PRINTF(3, 4);

static enum err say(char problem[STORE_PROBLEM_BYTES], enum err error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(problem, STORE_PROBLEM_BYTES, format, arguments);
    va_end(arguments);
    return error;
}

static struct store_local *local_create(const struct store_local_settings *settings)
{
    struct store_local *local = calloc(1, sizeof(*local));
    if (local == NULL)
        return NULL;
    local->store.ops = local_ops();
    local->os = settings->os;
    local->documents = settings->documents;
    local->keeps_history = settings->history_days > 0;
    local->history_settings = (struct history_settings){
        settings->history_days, settings->history_bytes_max, local_history_sorter()};
    map_init(&local->shelf_by_id);
    pthread_rwlock_init(&local->table_lock, NULL);
    local_expiry_init(local);
    local_checkpointer_init(local, settings->checkpoint_journal_bytes);
    return local;
}

/* What it takes to read a folder. */
struct opening {
    struct crew *crew;
    struct local_replay *replay;
    struct journal_replay taker;
};

static void opening_end(struct opening *opening)
{
    local_replay_destroy(opening->replay);
    crew_destroy(opening->crew);
}

static enum err opening_begin(struct opening *opening, struct store_local *local,
                              const struct store_local_settings *settings,
                              const struct journal_recovery *recovery)
{
    const uint32_t threads_count =
        settings->threads_count < CREW_MEMBERS_MAX ? settings->threads_count : CREW_MEMBERS_MAX;
    *opening = (struct opening){.crew = crew_create(threads_count)};
    if (opening->crew == NULL)
        return ERR_MEMORY;
    opening->replay = local_replay_create(local, opening->crew, &recovery->checkpoint_bytes);
    if (opening->replay == NULL) {
        opening_end(opening);
        return ERR_MEMORY;
    }
    opening->taker = local_replay_taker(opening->replay, &settings->progress);
    opening->taker.unfinished = settings->unfinished;
    return OK;
}

/* Takes the folder's lock, so that two processes never write one journal. */
static enum err lock_folder(struct store_local *local, const char *folder, char *problem)
{
    struct os *os = local->os;
    char path[PATH_BYTES_MAX];
    (void)snprintf(path, sizeof(path), "%s/lock", folder);
    enum err error = os->open(os, path, OS_OPEN_CREATE, &local->lock_file);
    if (error == ERR_BUSY)
        error = os->open(os, path, OS_OPEN_WRITE, &local->lock_file);
    if (error != OK)
        return say(problem, error, "cannot open %s: %s", path, err_text(error));
    error = os->lock(os, local->lock_file);
    if (error != OK) {
        return say(problem, error,
                   "another stockd has the data folder %s open; stop it, or name another folder",
                   folder);
    }
    return OK;
}

/* Makes the data folder and the journal's in it, so that they survive a power cut: each folder is
 * synced, and so is the one that the data folder stands in. */
static enum err open_folder(struct store_local *local, const struct store_local_settings *settings,
                            struct store_opening *opening)
{
    struct os *os = local->os;
    const char *folder = settings->folder;
    if (strlen(folder) >= PATH_BYTES_MAX - 64)
        return say(opening->problem, ERR_INVALID, "the path of the data folder is too long");
    enum err error = os_make_folder_synced(os, folder);
    if (error != OK) {
        return say(opening->problem, error, "cannot create the data folder %s: %s", folder,
                   error == ERR_NOT_FOUND ? "the folder it would stand in does not exist"
                                          : err_text(error));
    }
    return lock_folder(local, folder, opening->problem);
}

static enum err open_journal(struct store_local *local, const struct store_local_settings *settings,
                             struct store_opening *opening)
{
    struct opening reading;
    enum err error = opening_begin(&reading, local, settings, &opening->recovery);
    if (error != OK)
        return say(opening->problem, error, "out of memory for reading %s", settings->folder);
    error = journal_open(local->os, settings->folder, &reading.taker, &opening->recovery,
                         &local->journal);
    opening->cells_loaded = local_replay_cells_loaded(reading.replay);
    opening_end(&reading);
    if (error != OK)
        return say(opening->problem, error, "cannot open the journal in %s: %s; %s",
                   settings->folder, err_text(error), opening->recovery.problem);
    journal_guard(local->journal, local->lock_file, "lock");
    error = history_open(local->journal, &local->history_settings, &local->history);
    if (error != OK)
        return say(opening->problem, error, "out of memory for the list of history files");
    return OK;
}

enum err store_local_open(const struct store_local_settings *settings,
                          struct store_opening *opening, struct store **store)
{
    *opening = (struct store_opening){.problem = ""};
    struct store_local *local = local_create(settings);
    if (local == NULL)
        return say(opening->problem, ERR_MEMORY, "out of memory");
    enum err error = open_folder(local, settings, opening);
    if (error == OK)
        error = open_journal(local, settings, opening);
    if (error != OK) {
        store_close(&local->store);
        return error;
    }
    local_expiry_list_all(local);
    *store = &local->store;
    return OK;
}

/* --- Looking only. --- */

/* Keeps a stockd from opening the folder meanwhile. A folder without a lock file is nobody's. */
static enum err lock_for_reading(struct store_local *local, const char *folder, char *problem)
{
    struct os *os = local->os;
    char path[PATH_BYTES_MAX];
    (void)snprintf(path, sizeof(path), "%s/lock", folder);
    enum err error = os->open(os, path, OS_OPEN_READ, &local->lock_file);
    if (error == ERR_NOT_FOUND)
        return OK;
    if (error != OK)
        return say(problem, error, "cannot open %s: %s", path, err_text(error));
    error = os->lock(os, local->lock_file);
    if (error != OK) {
        return say(problem, error,
                   "a stockd has the data folder %s open; `stockd backup` copies it while it runs, "
                   "and checks the copy",
                   folder);
    }
    return OK;
}

/* Shelves that a member of the crew looks at, and the first one in which something is wrong. */
struct look {
    int64_t shelf_id;
    enum err error;
    char problem[SHELF_PROBLEM_BYTES];
};

struct looks {
    struct store_local *local;
    uint32_t members_count;
    struct look members[CREW_MEMBERS_MAX];
};

static void look_share(void *context, uint32_t member)
{
    struct looks *looks = context;
    struct look *look = &looks->members[member];
    look->error = OK;
    for (uint32_t i = member; i < looks->local->shelves_count; i += looks->members_count) {
        const struct local_shelf *shelf = looks->local->shelves[i];
        char problem[SHELF_PROBLEM_BYTES] = "";
        const enum err error = shelf_check(shelf->shelf, shelf->orders, problem);
        if (error == OK || (look->error != OK && look->shelf_id < shelf->id))
            continue;
        look->error = error;
        look->shelf_id = shelf->id;
        (void)snprintf(look->problem, sizeof(look->problem), "%s", problem);
    }
}

/* Computes everything on every shelf once more. */
static enum err check_shelves(struct store_local *local, struct crew *crew, char *problem)
{
    struct looks looks = {.local = local, .members_count = crew_members_count(crew)};
    crew_begin(crew, look_share, &looks);
    crew_end(crew);
    const struct look *first = &looks.members[0];
    for (uint32_t i = 1; i < looks.members_count; i++) {
        const struct look *look = &looks.members[i];
        if (look->error != OK && (first->error == OK || look->shelf_id < first->shelf_id))
            first = look;
    }
    if (first->error != OK)
        return say(problem, first->error, "shelf %" PRId64 ": %s", first->shelf_id,
                   first->problem[0] == '\0' ? err_text(first->error) : first->problem);
    return OK;
}

static void count_everything(const struct store_local *local, struct store_check *check)
{
    check->shelves_count = local->shelves_count;
    check->cells_count = metric_read(&local->cells);
    for (uint32_t i = 0; i < local->shelves_count; i++) {
        const struct local_shelf *shelf = local->shelves[i];
        const struct shelf_sums sums = shelf_sums(shelf->shelf);
        check->available += sums.available;
        check->reserved += sums.reserved;
        check->unfit += sums.unfit;
        check->orders_count += order_book_count(shelf->orders);
        check->orders_open_count += order_book_open_count(shelf->orders, 0);
    }
}

static enum err read_folder(struct store_local *local, const struct store_local_settings *settings,
                            struct store_check *check)
{
    struct opening reading;
    enum err error = lock_for_reading(local, settings->folder, check->problem);
    if (error != OK)
        return error;
    error = opening_begin(&reading, local, settings, &check->recovery);
    if (error != OK)
        return say(check->problem, error, "out of memory for reading %s", settings->folder);
    error = journal_read(local->os, settings->folder, &reading.taker, &check->recovery);
    if (error != OK)
        (void)say(check->problem, error, "%s", check->recovery.problem);
    else
        error = check_shelves(local, reading.crew, check->problem);
    opening_end(&reading);
    return error;
}

enum err store_local_read(const struct store_local_settings *settings, struct store_check *check,
                          struct store **store)
{
    *check = (struct store_check){.problem = ""};
    if (strlen(settings->folder) >= PATH_BYTES_MAX - 64)
        return say(check->problem, ERR_INVALID, "the path of the data folder is too long");
    struct store_local *local = local_create(settings);
    if (local == NULL)
        return say(check->problem, ERR_MEMORY, "out of memory");
    const enum err error = read_folder(local, settings, check);
    if (error != OK) {
        store_close(&local->store);
        return error;
    }
    count_everything(local, check);
    *store = &local->store;
    return OK;
}

enum err store_local_check(const struct store_local_settings *settings, struct store_check *check)
{
    struct store *store = NULL;
    const enum err error = store_local_read(settings, check, &store);
    if (error == OK)
        store_close(store);
    return error;
}

bool store_local_shelf(struct store *store, uint32_t index, struct store_shelf *shelf)
{
    const struct local_shelf *found = local_shelf_at(local_of(store), index);
    if (found == NULL)
        return false;
    *shelf = (struct store_shelf){found->id, found->shelf, found->orders};
    return true;
}
