/* The rows go the way that a push lets them go, through row_source and leftover. */
#include "ctl/stock_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "sheet/leftover.h"

enum { NS_PER_MS = 1000 * 1000 };

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

/* A source on its way into a table. */
struct reading {
    struct row_source *source;
    int64_t now_ms;
    int64_t changed_ms; /* Stands for an absent updatedAt. */
    struct stock_table *table;
    struct buffer *problem;
};

static enum err bad_row(struct reading *reading, uint64_t position, const char *reason)
{
    row_source_place(reading->source, position, reading->problem);
    buffer_append_format(reading->problem, ": %s", reason);
    return ERR_INVALID;
}

static enum err take_leftover(struct reading *reading, const struct row *row,
                              const struct leftover *leftover)
{
    struct stock_write write = {
        .key = {leftover->sku, bytes_hash(leftover->sku)},
        .count = leftover->count,
        .updated_at_ms = leftover->updated_at_ms,
    };
    if (bytes_trim(row->fields[ROW_UPDATED_AT]).size == 0)
        write.updated_at_ms = reading->changed_ms;
    const enum err error = stock_table_add(reading->table, &write);
    if (error == ERR_BUSY)
        return bad_row(reading, row->position, "the SKU has a row already");
    if (error == ERR_FULL)
        return bad_row(reading, row->position, "there are more rows than can be served");
    return error;
}

static enum err take_row(struct reading *reading, const struct row *row)
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
        error = bad_row(reading, row->position, buffer_text(&reason));
        break;
    }
    buffer_deinit(&reason);
    return error;
}

static enum err take_rows(struct reading *reading)
{
    const struct row *row = NULL;
    enum err error = row_source_next(reading->source, &row);
    while (error == OK && row != NULL) {
        error = take_row(reading, row);
        if (error != OK)
            return error;
        error = row_source_next(reading->source, &row);
    }
    if (error != OK && error != ERR_MEMORY && error != ERR_BUSY)
        buffer_append_text(reading->problem, row_source_problem(reading->source));
    return error;
}

static enum err read_source(struct reading *reading, const struct row_source_settings *settings)
{
    reading->table = stock_table_create();
    if (reading->table == NULL)
        return ERR_MEMORY;
    enum err error = row_source_open(settings, &reading->source, reading->problem);
    if (error == OK)
        error = take_rows(reading);
    row_source_close(reading->source);
    return error;
}

/* The version of a plain file; of something else none is needed. */
static enum err version_find(const struct row_source_settings *settings,
                             struct file_version *version, struct buffer *problem)
{
    struct stat status;
    if (settings->kind != ROW_SOURCE_FILE)
        return OK;
    if (stat(settings->text, &status) != 0) {
        buffer_append_format(problem, "cannot open %s: %s", settings->text, strerror(errno));
        return ERR_IO;
    }
    *version = version_of(&status);
    if (S_ISREG(status.st_mode))
        return OK;
    buffer_append_format(problem, "%s is no plain file", settings->text);
    return ERR_IO;
}

enum err stock_file_read(const struct row_source_settings *settings, struct stock_table **table,
                         struct file_version *version, struct buffer *problem)
{
    struct reading reading = {
        .now_ms = settings->now_ms, .changed_ms = settings->now_ms, .problem = problem};
    *version = (struct file_version){.device = 0};
    enum err error = version_find(settings, version, problem);
    if (error != OK)
        return error;
    const int64_t changed_ms = version->changed_ns / NS_PER_MS;
    if (settings->kind == ROW_SOURCE_FILE && changed_ms < settings->now_ms)
        reading.changed_ms = changed_ms;
    error = read_source(&reading, settings);
    struct file_version after;
    if (settings->kind == ROW_SOURCE_FILE && error != ERR_MEMORY &&
        file_version_read(settings->text, &after) && !file_version_equal(version, &after))
        error = ERR_BUSY;
    if (error == OK)
        *table = reading.table;
    else
        stock_table_destroy(reading.table);
    return error;
}
