/* Group commit of bytes that mean nothing, for the null server: what waits is written in one piece
 * and synced, then all of it goes on. While several wait, others get a moment to share the next
 * commit, as stockd does it (DESIGN §5). Space is claimed and filled before, and used over and
 * over, so that a sync is as cheap as the file system can make it. */

#ifndef BENCH_NULL_COMMIT_H
#define BENCH_NULL_COMMIT_H

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COMMIT_BLOCK_BYTES ((size_t)4096)
#define COMMIT_FILE_BYTES  ((size_t)64 * 1024 * 1024)
#define COMMIT_WAITING_MAX ((size_t)4096)
#define COMMIT_GATHER_US   300

/* Invariant: waiting_count <= COMMIT_WAITING_MAX, as there are no more connections. */
struct commit {
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    pthread_t thread;
    struct MHD_Connection *waiting[COMMIT_WAITING_MAX];
    size_t waiting_count;
    size_t bytes_each;
    int fd;
    bool ending;
    bool crowded;   /* Of what was written last and what waits there was more than one. */
    uint8_t *bytes; /* What is written: COMMIT_FILE_BYTES of it. */
};

static void die(const char *what)
{
    fprintf(stderr, "event=failed program=null_server what=\"%s\" errno=%d\n", what, errno);
    exit(EXIT_FAILURE);
}

static void commit_write(const struct commit *commit, size_t size, size_t offset)
{
    for (size_t done = 0; done < size;) {
        const ssize_t written =
            pwrite(commit->fd, commit->bytes + done, size - done, (off_t)(offset + done));
        if (written <= 0)
            die("pwrite");
        done += (size_t)written;
    }
    if (fdatasync(commit->fd) != 0)
        die("fdatasync");
}

/* Waits for something to write and takes all of it; how much that is. 0: the end. */
static size_t commit_take(struct commit *commit, struct MHD_Connection **taken)
{
    pthread_mutex_lock(&commit->lock);
    while (commit->waiting_count == 0 && !commit->ending)
        pthread_cond_wait(&commit->wanted, &commit->lock);
    if (commit->crowded && !commit->ending) {
        const struct timespec gather = {0, COMMIT_GATHER_US * 1000L};
        pthread_mutex_unlock(&commit->lock);
        (void)nanosleep(&gather, NULL);
        pthread_mutex_lock(&commit->lock);
    }
    const size_t count = commit->waiting_count;
    memcpy(taken, commit->waiting, count * sizeof(taken[0]));
    commit->waiting_count = 0;
    pthread_mutex_unlock(&commit->lock);
    return count;
}

/* Writes and syncs what gathered, lets it go on, and again. */
static void *commit_run(void *context)
{
    struct commit *commit = context;
    static struct MHD_Connection *taken[COMMIT_WAITING_MAX];
    size_t offset = 0;
    for (;;) {
        const size_t count = commit_take(commit, taken);
        if (count == 0)
            return NULL;
        const size_t blocks =
            (count * commit->bytes_each + COMMIT_BLOCK_BYTES - 1) / COMMIT_BLOCK_BYTES;
        const size_t wanted = blocks * COMMIT_BLOCK_BYTES;
        const size_t size = wanted < COMMIT_FILE_BYTES ? wanted : COMMIT_FILE_BYTES;
        if (size > COMMIT_FILE_BYTES - offset)
            offset = 0;
        commit_write(commit, size, offset);
        offset += size;
        pthread_mutex_lock(&commit->lock);
        commit->crowded = count + commit->waiting_count > 1;
        pthread_mutex_unlock(&commit->lock);
        for (size_t i = 0; i < count; i++)
            MHD_resume_connection(taken[i]);
    }
}

/* The connection is suspended, and goes on when its bytes are durable. */
static inline void commit_wait(struct commit *commit, struct MHD_Connection *connection)
{
    MHD_suspend_connection(connection);
    pthread_mutex_lock(&commit->lock);
    commit->waiting[commit->waiting_count++] = connection;
    pthread_cond_signal(&commit->wanted);
    pthread_mutex_unlock(&commit->lock);
}

static inline void commit_start(struct commit *commit, const char *folder, size_t bytes_each)
{
    char path[4096];
    const int size = snprintf(path, sizeof path, "%s/null_server.bytes", folder);
    if (size < 0 || (size_t)size >= sizeof path)
        die("the folder's name is too long");
    commit->bytes_each = bytes_each;
    commit->bytes = malloc(COMMIT_FILE_BYTES);
    commit->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (commit->bytes == NULL || commit->fd < 0)
        die(path);
    memset(commit->bytes, 'x', COMMIT_FILE_BYTES);
    commit_write(commit, COMMIT_FILE_BYTES, 0);
    if (pthread_mutex_init(&commit->lock, NULL) != 0 ||
        pthread_cond_init(&commit->wanted, NULL) != 0 ||
        pthread_create(&commit->thread, NULL, &commit_run, commit) != 0)
        die("the committing thread cannot be started");
}

/* What still waits goes on before. */
static inline void commit_stop(struct commit *commit)
{
    pthread_mutex_lock(&commit->lock);
    commit->ending = true;
    pthread_cond_signal(&commit->wanted);
    pthread_mutex_unlock(&commit->lock);
    if (pthread_join(commit->thread, NULL) != 0)
        die("the committing thread cannot be ended");
    close(commit->fd);
    free(commit->bytes);
}

#endif
