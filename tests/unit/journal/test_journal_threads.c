/* Threads that write, one that commits, one that makes checkpoints, and copies that are made while
 * all of them are at work: on the simulated machine and on the real one. Each copy opens and holds
 * what was acknowledged before it began, and so does the journal in the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "journal/copy.h"
#include "journal/journal.h"
#include "os/log.h"
#include "os/os_sim.h"

enum { WRITERS = 2, COPIES = 3, RECORD_BYTES = 300000, BETWEEN = 400 };

/* `lock` guards what stands below it. */
struct load {
    struct os *os;
    char folder[64]; /* With the data folder and the copies in it. */
    struct journal *journal;

    pthread_mutex_t lock;
    uint64_t next_seq; /* Appending is one step with taking a number, so that content can tell. */
    uint64_t acknowledged;
    uint64_t checkpoints;
    int stage; /* 0: all are at work. 1: no more checkpoints. 2: no more records. */
};

/* What is read back. */
struct seen {
    uint64_t covered;
    uint64_t last;
};

static int stage(struct load *load)
{
    pthread_mutex_lock(&load->lock);
    const int now = load->stage;
    pthread_mutex_unlock(&load->lock);
    return now;
}

static void begin_stage(struct load *load, int next)
{
    pthread_mutex_lock(&load->lock);
    load->stage = next;
    pthread_mutex_unlock(&load->lock);
}

static uint64_t acknowledged(struct load *load)
{
    pthread_mutex_lock(&load->lock);
    const uint64_t seq = load->acknowledged;
    pthread_mutex_unlock(&load->lock);
    return seq;
}

/* The number, and so many bytes of it that sizes differ. */
static struct bytes content_of(uint64_t seq, uint8_t *content)
{
    const size_t size = sizeof(seq) + (size_t)(seq * 7919 % RECORD_BYTES);
    memset(content, (int)seq, size);
    memcpy(content, &seq, sizeof(seq));
    return (struct bytes){content, size};
}

struct waiter {
    struct journal_waiter waiter; /* First. */
    pthread_mutex_t lock;
    pthread_cond_t woken;
    bool done;
};

static void wake(struct journal_waiter *journal_waiter)
{
    struct waiter *waiter = (struct waiter *)(void *)journal_waiter;
    pthread_mutex_lock(&waiter->lock);
    waiter->done = true;
    pthread_cond_signal(&waiter->woken);
    pthread_mutex_unlock(&waiter->lock);
}

static void wait_until_durable(struct load *load, uint64_t seq)
{
    struct waiter waiter = {.waiter = {.seq = seq, .done = wake}};
    pthread_mutex_init(&waiter.lock, NULL);
    pthread_cond_init(&waiter.woken, NULL);
    journal_wait(load->journal, &waiter.waiter);
    pthread_mutex_lock(&waiter.lock);
    while (!waiter.done)
        pthread_cond_wait(&waiter.woken, &waiter.lock);
    pthread_mutex_unlock(&waiter.lock);
    pthread_cond_destroy(&waiter.woken);
    pthread_mutex_destroy(&waiter.lock);
}

static void *write_records(void *context)
{
    struct load *load = context;
    uint8_t *content = malloc(2 * RECORD_BYTES);
    while (content != NULL && stage(load) < 2) {
        if (journal_reserve(load->journal, 2 * RECORD_BYTES) != OK)
            continue;
        pthread_mutex_lock(&load->lock);
        const uint64_t seq = load->next_seq++;
        const uint64_t given =
            journal_append(load->journal, 2 * RECORD_BYTES, content_of(seq, content));
        pthread_mutex_unlock(&load->lock);
        assert_int_equal(given, seq);
        wait_until_durable(load, seq);
        pthread_mutex_lock(&load->lock);
        if (seq > load->acknowledged)
            load->acknowledged = seq;
        pthread_mutex_unlock(&load->lock);
    }
    free(content);
    return NULL;
}

static void *make_checkpoints(void *context)
{
    struct load *load = context;
    while (stage(load) < 1) {
        struct checkpoint_writer *writer = NULL;
        assert_int_equal(journal_checkpoint_begin(load->journal, &writer), OK);
        const struct checkpoint_part part = {.kind = 1, .seq = checkpoint_seq(writer)};
        wait_until_durable(load, part.seq);
        assert_int_equal(checkpoint_append(writer, &part), OK);
        assert_int_equal(checkpoint_finish(writer), OK);
        pthread_mutex_lock(&load->lock);
        load->checkpoints++;
        pthread_mutex_unlock(&load->lock);
        while (stage(load) < 1 &&
               journal_disk_bytes(load->journal) < 4 * (uint64_t)JOURNAL_SEGMENT_BYTES)
            wait_until_durable(load, acknowledged(load) + 1);
    }
    return NULL;
}

static enum err take_parts(void *context, struct checkpoint_parts *parts)
{
    struct seen *seen = context;
    seen->covered = parts->items[0].seq;
    seen->last = seen->covered;
    return parts->count == 1 && parts->items[0].kind == 1 ? OK : ERR_INVALID;
}

static enum err end_parts(void *context)
{
    (void)context;
    return OK;
}

static enum err take_records(void *context, struct journal_records *records)
{
    struct seen *seen = context;
    uint8_t *content = malloc(2 * RECORD_BYTES);
    assert_non_null(content);
    enum err error = OK;
    for (size_t i = 0; i < records->count && error == OK; i++) {
        const struct journal_record *record = &records->items[i];
        records->failed = i;
        if (record->seq != seen->last + 1 ||
            !bytes_equal(record->payload, content_of(record->seq, content)))
            error = ERR_INVALID;
        seen->last = record->seq;
    }
    free(content);
    return error;
}

static struct seen open_folder(struct load *load, const char *name, struct journal **journal)
{
    char path[128];
    struct seen seen = {0, 0};
    struct journal_recovery recovery;
    const struct journal_replay replay = {.context = &seen,
                                          .take_parts = take_parts,
                                          .end_parts = end_parts,
                                          .take_records = take_records,
                                          .read_ahead = true};
    (void)snprintf(path, sizeof(path), "%s/%s", load->folder, name);
    const enum err error = journal_open(load->os, path, &replay, &recovery, journal);
    if (error != OK)
        fail_msg("%s: %s; %s", path, err_text(error), recovery.problem);
    assert_int_equal(recovery.checkpoint_seq, seen.covered);
    return seen;
}

static void make_folder(struct load *load, const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s", load->folder, name);
    assert_int_equal(load->os->make_folder(load->os, path), OK);
}

/* Returns how many records it holds. */
static uint64_t copy_and_check(struct load *load, const char *name)
{
    char from[128];
    char to[128];
    struct journal_recovery report;
    struct journal *copied = NULL;
    (void)snprintf(from, sizeof(from), "%s/data", load->folder);
    (void)snprintf(to, sizeof(to), "%s/%s", load->folder, name);
    make_folder(load, name);
    const uint64_t before = acknowledged(load);
    const enum err error = journal_copy(load->os, from, to, NULL, &report);
    if (error != OK)
        fail_msg("%s: %s; %s", to, err_text(error), report.problem);
    const struct seen seen = open_folder(load, name, &copied);
    assert_true(seen.last >= before);
    journal_close(copied);
    return seen.last;
}

static void run(struct load *load)
{
    pthread_t writers[WRITERS];
    pthread_t checkpointer;
    pthread_mutex_init(&load->lock, NULL);
    make_folder(load, "data");
    const struct seen nothing = open_folder(load, "data", &load->journal);
    load->next_seq = nothing.last + 1;
    assert_int_equal(journal_start(load->journal), OK);
    for (size_t i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&writers[i], NULL, write_records, load), 0);
    assert_int_equal(pthread_create(&checkpointer, NULL, make_checkpoints, load), 0);
    for (int i = 0; i < COPIES; i++) {
        char name[16];
        wait_until_durable(load, acknowledged(load) + BETWEEN);
        (void)snprintf(name, sizeof(name), "copy%d", i);
        assert_true(copy_and_check(load, name) >= (uint64_t)(i + 1) * BETWEEN);
    }
    begin_stage(load, 1);
    pthread_join(checkpointer, NULL);
    begin_stage(load, 2);
    for (size_t i = 0; i < WRITERS; i++)
        pthread_join(writers[i], NULL);
    journal_stop(load->journal);
    journal_close(load->journal);
    const struct seen seen = open_folder(load, "data", &load->journal);
    assert_int_equal(seen.last, load->next_seq - 1);
    journal_close(load->journal);
    print_message("# %llu records, %llu checkpoints\n", (unsigned long long)seen.last,
                  (unsigned long long)load->checkpoints);
    pthread_mutex_destroy(&load->lock);
}

static void copies_of_a_busy_journal_are_whole_in_simulation(void **state)
{
    (void)state;
    struct os_sim *sim = os_sim_create(1);
    struct load load = {.os = os_sim_os(sim), .folder = "folder"};
    assert_int_equal(load.os->make_folder(load.os, load.folder), OK);
    run(&load);
    os_sim_destroy(sim);
}

struct names {
    char names[64][40];
    size_t count;
};

static void keep_name(void *context, const char *name)
{
    struct names *names = context;
    if (names->count < 64)
        (void)snprintf(names->names[names->count++], sizeof(names->names[0]), "%s", name);
}

static void remove_folder(struct os *os, const char *folder, const char *name)
{
    char path[256];
    char file[320];
    struct names names = {.count = 0};
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    (void)os->list_folder(os, path, keep_name, &names);
    for (size_t i = 0; i < names.count; i++) {
        (void)snprintf(file, sizeof(file), "%s/%s", path, names.names[i]);
        (void)os->remove(os, file);
    }
    (void)rmdir(path);
}

static void copies_of_a_busy_journal_are_whole_really(void **state)
{
    static const char *const names[] = {"data", "copy0", "copy1", "copy2"};
    (void)state;
    struct load load = {.os = os_real(), .folder = "/tmp/stockd-unit-XXXXXX"};
    assert_non_null(mkdtemp(load.folder));
    run(&load);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "%s/%s", load.folder, names[i]);
        remove_folder(load.os, path, "journal");
        remove_folder(load.os, path, "checkpoints");
        (void)rmdir(path);
    }
    (void)rmdir(load.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_of_a_busy_journal_are_whole_in_simulation),
        cmocka_unit_test(copies_of_a_busy_journal_are_whole_really),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
