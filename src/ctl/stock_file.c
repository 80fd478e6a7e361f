/* The rows go the way that a push lets them go, through csv_reader and leftover. */
#include "ctl/stock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "ctl/leftover.h"

enum { READ_BYTES = 64 * 1024, NS_PER_MS = 1000 * 1000 };

#define NS_PER_S INT64_C(1000000000)

static struct file_version version_of(const struct stat *status)
{
    return (struct file_version){
        .device = (uint64_t)status->st_dev,
        .inode = (uint64_t)status->st_ino,
        .bytes = (int64_t)status->st_size,
        .changed_ns = (int64_t)status->st_mtim.tv_sec * NS_PER_S + status->st_mtim.tv_nsec,
    };
}

bool file_version_equal(const struct file_version *left, const struct file_version *right)
{
    return left->device == right->device && left->inode == right->inode &&
           left->bytes == right->bytes && left->changed_ns == right->changed_ns;
}

bool file_version_read(const char *path, struct file_version *version)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return false;
    *version = version_of(&status);
    return true;
}

/* A file on its way into a table. */
struct reading {
    const char *path;
    int fd;
    int64_t now_ms;
    int64_t changed_ms; /* Stands for an absent updatedAt. */
    struct csv_reader *reader;
    struct stock_table *table;
    struct buffer *problem;
};

static enum err bad_row(struct reading *reading, uint64_t line, const char *reason)
{
    buffer_append_format(reading->problem, "%s:%" PRIu64 ": %s", reading->path, line, reason);
    return ERR_INVALID;
}

static enum err take_leftover(struct reading *reading, const struct csv_row *row,
                              const struct leftover *leftover)
{
    struct stock_write write = {
        .key = {leftover->sku, bytes_hash(leftover->sku)},
        .count = leftover->count,
        .updated_at_ms = leftover->updated_at_ms,
    };
    if (bytes_trim(row->fields[CSV_UPDATED_AT]).size == 0)
        write.updated_at_ms = reading->changed_ms;
    const enum err error = stock_table_add(reading->table, &write);
    if (error == ERR_BUSY)
        return bad_row(reading, row->line, "the SKU has a row already");
    if (error == ERR_FULL)
        return bad_row(reading, row->line, "there are more rows than can be served");
    return error;
}

static enum err take_row(struct reading *reading, const struct csv_row *row)
{
    const struct leftover_rules rules = {.started_ms = reading->now_ms};
    struct leftover leftover;
    struct buffer reason;
    enum err error = OK;
    buffer_init(&reason);
    switch (leftover_decode(row, &rules, &leftover, &reason)) {
    case LEFTOVER_SEND:
        error = take_leftover(reading, row, &leftover);
        break;
    case LEFTOVER_SKIP:
    case LEFTOVER_BLANK:
        break;
    case LEFTOVER_BAD:
        error = bad_row(reading, row->line, buffer_text(&reason));
        break;
    }
    buffer_deinit(&reason);
    return error;
}

/* Takes a piece of the file; none is its end. */
static enum err take_piece(struct reading *reading, struct bytes piece)
{
    enum err error = piece.size > 0 ? csv_reader_feed(reading->reader, piece)
                                    : csv_reader_finish(reading->reader);
    if (error == ERR_INVALID) {
        uint64_t line = 0;
        const char *problem = csv_reader_problem(reading->reader, &line);
        return bad_row(reading, line, problem);
    }
    struct csv_row row;
    while (error == OK && csv_reader_next(reading->reader, &row))
        error = take_row(reading, &row);
    return error;
}

static enum err read_all(struct reading *reading)
{
    uint8_t data[READ_BYTES];
    enum err error = OK;
    ssize_t size = 1;
    while (error == OK && size > 0) {
        do {
            size = read(reading->fd, data, sizeof(data));
        } while (size < 0 && errno == EINTR);
        if (size >= 0) {
            error = take_piece(reading, (struct bytes){data, (size_t)size});
            continue;
        }
        buffer_append_format(reading->problem, "cannot read %s: %s", reading->path,
                             strerror(errno));
        error = ERR_IO;
    }
    return error;
}

/* Opens a plain file. */
static enum err open_file(struct reading *reading, struct stat *status)
{
    reading->fd = open(reading->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (reading->fd < 0 || fstat(reading->fd, status) != 0) {
        buffer_append_format(reading->problem, "cannot open %s: %s", reading->path,
                             strerror(errno));
        return ERR_IO;
    }
    if (S_ISREG(status->st_mode))
        return OK;
    buffer_append_format(reading->problem, "%s is no plain file", reading->path);
    return ERR_IO;
}

static enum err read_file(struct reading *reading, struct file_version *version)
{
    struct stat status;
    enum err error = open_file(reading, &status);
    if (error != OK)
        return error;
    *version = version_of(&status);
    const int64_t changed_ms = version->changed_ns / NS_PER_MS;
    reading->changed_ms = changed_ms < reading->now_ms ? changed_ms : reading->now_ms;
    error = read_all(reading);
    if (fstat(reading->fd, &status) != 0)
        return error;
    const struct file_version after = version_of(&status);
    return file_version_equal(version, &after) ? error : ERR_BUSY;
}

enum err stock_file_read(const char *path, int64_t now_ms, struct stock_table **table,
                         struct file_version *version, struct buffer *problem)
{
    struct reading reading = {.path = path, .fd = -1, .now_ms = now_ms, .problem = problem};
    reading.table = stock_table_create();
    reading.reader = csv_reader_create();
    enum err error = ERR_MEMORY;
    if (reading.table != NULL && reading.reader != NULL)
        error = read_file(&reading, version);
    if (reading.fd >= 0)
        (void)close(reading.fd);
    csv_reader_destroy(reading.reader);
    if (error == OK)
        *table = reading.table;
    else
        stock_table_destroy(reading.table);
    return error;
}
