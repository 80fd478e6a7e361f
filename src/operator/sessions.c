/* A small table under a mutex, walked as a whole. Failures are a bucket that leaks one a second. */
#include "operator/sessions.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/sha256.h"
#include "operator/secret.h"
#include "os/log.h"

#define US_PER_S     INT64_C(1000000)
#define UNUSED_US    (INT64_C(12) * 3600 * US_PER_S)
#define SESSION_US   (INT64_C(7) * 24 * 3600 * US_PER_S)
#define LEAK_EACH_US US_PER_S

struct session {
    bool is_open;
    uint64_t number;
    struct sha256 hash;
    int64_t opened_us;
    int64_t used_us;
};

/* `lock` guards all that is behind it; no other is taken behind it. */
struct sessions {
    struct os *os;
    pthread_mutex_t lock;
    struct session rows[SESSIONS_MAX];
    uint64_t number_last;
    int64_t failures;    /* Of late: what has not leaked yet. */
    int64_t leaked_us;   /* When the last one leaked, or the first one came. */
    uint64_t failed_all; /* Since the start. */
};

struct sessions *sessions_create(struct os *os)
{
    struct sessions *sessions = calloc(1, sizeof(*sessions));
    if (sessions == NULL)
        return NULL;
    sessions->os = os;
    pthread_mutex_init(&sessions->lock, NULL);
    return sessions;
}

void sessions_destroy(struct sessions *sessions)
{
    if (sessions == NULL)
        return;
    pthread_mutex_destroy(&sessions->lock);
    explicit_bzero(sessions, sizeof(*sessions));
    free(sessions);
}

/* With the lock, as what follows. */
static void end_old(struct sessions *sessions, int64_t now_us)
{
    for (size_t i = 0; i < SESSIONS_MAX; i++) {
        struct session *each = &sessions->rows[i];
        if (now_us - each->used_us >= UNUSED_US || now_us - each->opened_us >= SESSION_US)
            each->is_open = false;
    }
}

/* A free row, or the one that was used longest ago. */
static struct session *row_for_new(struct sessions *sessions)
{
    struct session *oldest = &sessions->rows[0];
    for (size_t i = 0; i < SESSIONS_MAX; i++) {
        struct session *each = &sessions->rows[i];
        if (!each->is_open)
            return each;
        if (each->used_us < oldest->used_us)
            oldest = each;
    }
    return oldest;
}

/* All rows are compared, whichever it is. */
static struct session *find(struct sessions *sessions, const struct sha256 *hash)
{
    struct session *found = NULL;
    for (size_t i = 0; i < SESSIONS_MAX; i++) {
        struct session *each = &sessions->rows[i];
        const bool equal = sha256_equal(&each->hash, hash);
        if (equal && each->is_open)
            found = each;
    }
    return found;
}

static int64_t lock(struct sessions *sessions)
{
    const int64_t now_us = sessions->os->uptime_us(sessions->os);
    pthread_mutex_lock(&sessions->lock);
    end_old(sessions, now_us);
    return now_us;
}

void sessions_open(struct sessions *sessions, uint8_t secret[SESSION_SECRET_BYTES])
{
    secret_fill(sessions->os, secret, SESSION_SECRET_BYTES);
    const struct sha256 hash = sha256_of((struct bytes){secret, SESSION_SECRET_BYTES});
    const int64_t now_us = lock(sessions);
    const uint64_t number = ++sessions->number_last;
    *row_for_new(sessions) = (struct session){true, number, hash, now_us, now_us};
    pthread_mutex_unlock(&sessions->lock);
}

uint64_t sessions_use(struct sessions *sessions, struct bytes secret)
{
    const struct sha256 hash = sha256_of(secret);
    const int64_t now_us = lock(sessions);
    struct session *session = find(sessions, &hash);
    if (session != NULL)
        session->used_us = now_us;
    const uint64_t number = session == NULL ? 0 : session->number;
    pthread_mutex_unlock(&sessions->lock);
    return number;
}

bool sessions_is_open(struct sessions *sessions, uint64_t number)
{
    bool found = false;
    (void)lock(sessions);
    for (size_t i = 0; i < SESSIONS_MAX && !found; i++)
        found = sessions->rows[i].is_open && sessions->rows[i].number == number;
    pthread_mutex_unlock(&sessions->lock);
    return found;
}

void sessions_close(struct sessions *sessions, struct bytes secret)
{
    const struct sha256 hash = sha256_of(secret);
    (void)lock(sessions);
    struct session *session = find(sessions, &hash);
    if (session != NULL)
        session->is_open = false;
    pthread_mutex_unlock(&sessions->lock);
}

static void leak(struct sessions *sessions, int64_t now_us)
{
    const int64_t leaked = (now_us - sessions->leaked_us) / LEAK_EACH_US;
    if (leaked >= sessions->failures) {
        sessions->failures = 0;
        sessions->leaked_us = now_us;
        return;
    }
    sessions->failures -= leaked;
    sessions->leaked_us += leaked * LEAK_EACH_US;
}

bool sessions_may_sign_in(struct sessions *sessions)
{
    const int64_t now_us = lock(sessions);
    leak(sessions, now_us);
    const bool may = sessions->failures < SIGN_IN_FAILURES_MAX;
    pthread_mutex_unlock(&sessions->lock);
    return may;
}

void sessions_note_failure(struct sessions *sessions)
{
    const int64_t now_us = lock(sessions);
    leak(sessions, now_us);
    const bool is_last = ++sessions->failures == SIGN_IN_FAILURES_MAX;
    const uint64_t failed_all = ++sessions->failed_all;
    pthread_mutex_unlock(&sessions->lock);
    if (is_last)
        log_line(LOG_WARN, "event=sign_ins_refused wrong_tokens=%" PRIu64, failed_all);
}

struct session_figures sessions_figures(struct sessions *sessions)
{
    (void)lock(sessions);
    struct session_figures figures = {.failures_count = sessions->failed_all};
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        figures.sessions_count += sessions->rows[i].is_open;
    pthread_mutex_unlock(&sessions->lock);
    return figures;
}
