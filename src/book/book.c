/* The file is in WAL mode: a transaction is one run of bytes at the end of PATH-wal, so a kill in
 * the middle leaves the state before it, and synced only where a power cut matters. The file is
 * made before SQLite sees it, so that it is nobody else's from the first moment; SQLite gives its
 * -wal and -shm the same mode. */
#include "book/book.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "book/book_internal.h"
#include "os/os.h"

enum {
    FOLDER_MODE = 0700,
    FILE_MODE = 0600,
    BUSY_MS = 10 * 1000, /* As long as another one's transaction may take. */
    SHOPS_MAX = 1 << 30, /* Each has a byte that is locked. */
};

const char *book_problem(const struct book *book)
{
    return book->problem;
}

enum err book_fail(struct book *book, enum err error, const char *what)
{
    (void)snprintf(book->problem, sizeof(book->problem), "the book %s %s",
                   book->path == NULL ? "in memory" : book->path, what);
    return error;
}

enum err book_result(struct book *book, int code)
{
    enum err error = ERR_IO;
    switch (code & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return OK;
    case SQLITE_NOMEM:
        error = ERR_MEMORY;
        break;
    case SQLITE_FULL:
        error = ERR_FULL;
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        error = ERR_BUSY;
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        error = ERR_CORRUPT;
        break;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        error = ERR_DENIED;
        break;
    default:
        break;
    }
    char what[BOOK_PROBLEM_BYTES / 2];
    (void)snprintf(what, sizeof(what), "cannot be used: %s", sqlite3_errstr(code));
    return book_fail(book, error, what);
}

enum err book_prepare(struct book *book, const char *sql, sqlite3_stmt **statement)
{
    for (int i = 0; i < book->statements_count; i++) {
        if (book->statements[i].sql == sql) {
            *statement = book->statements[i].prepared;
            sqlite3_clear_bindings(*statement);
            return OK;
        }
    }
    ASSERT(book->statements_count < BOOK_STATEMENTS_MAX);
    const enum err error =
        book_result(book, sqlite3_prepare_v3(book->database, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                             statement, NULL));
    if (error == OK)
        book->statements[book->statements_count++] = (struct book_statement){sql, *statement};
    return error;
}

enum err book_next_row(struct book *book, sqlite3_stmt *statement, bool *has_row)
{
    const int code = sqlite3_step(statement);
    *has_row = code == SQLITE_ROW;
    if (*has_row)
        return OK;
    sqlite3_reset(statement);
    return book_result(book, code);
}

enum err book_bind_place(struct book *book, sqlite3_stmt *statement, struct bytes url,
                         int64_t campaign_id)
{
    const enum err error = book_result(book, sqlite3_bind_text(statement, 1, (const char *)url.data,
                                                               (int)url.size, SQLITE_TRANSIENT));
    return error == OK ? book_result(book, sqlite3_bind_int64(statement, 2, campaign_id)) : error;
}

enum err book_run(struct book *book, sqlite3_stmt *statement)
{
    bool has_row = true;
    enum err error = OK;
    while (error == OK && has_row)
        error = book_next_row(book, statement, &has_row);
    return error;
}

static enum err run_text(struct book *book, const char *sql)
{
    return book_result(book, sqlite3_exec(book->database, sql, NULL, NULL, NULL));
}

enum err book_safety_set(struct book *book, enum book_safety safety)
{
    if (book->safety_is_set && book->safety == safety)
        return OK;
    const enum err error =
        run_text(book, safety == BOOK_SURVIVES_POWER ? "PRAGMA synchronous = FULL"
                                                     : "PRAGMA synchronous = NORMAL");
    book->safety = safety;
    book->safety_is_set = error == OK;
    return error;
}

enum err book_begin(struct book *book, enum book_safety safety)
{
    const enum err error = book_safety_set(book, safety);
    return error == OK ? run_text(book, "BEGIN IMMEDIATE") : error;
}

enum err book_commit(struct book *book)
{
    const enum err error = run_text(book, "COMMIT");
    if (error != OK)
        book_rollback(book);
    return error;
}

void book_rollback(struct book *book)
{
    if (book->database != NULL && sqlite3_get_autocommit(book->database) == 0)
        (void)sqlite3_exec(book->database, "ROLLBACK", NULL, NULL, NULL);
}

enum err book_number(struct book *book, const char *sql, int64_t *number)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    enum err error = book_prepare(book, sql, &statement);
    if (error == OK)
        error = book_next_row(book, statement, &has_row);
    if (error != OK)
        return error;
    ASSERT(has_row);
    *number = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return OK;
}

enum err book_find(struct book *book, const char *sql, struct bytes url, int64_t campaign_id,
                   sqlite3_stmt **row)
{
    bool has_row = false;
    enum err error = book_prepare(book, sql, row);
    if (error == OK)
        error = book_bind_place(book, *row, url, campaign_id);
    if (error == OK)
        error = book_next_row(book, *row, &has_row);
    return error == OK && !has_row ? ERR_NOT_FOUND : error;
}

static enum err shop_find(struct book *book, struct bytes url, int64_t campaign_id, int64_t *shop)
{
    sqlite3_stmt *row = NULL;
    const enum err error = book_find(book, "SELECT id FROM shop WHERE url = ?1 AND campaign = ?2",
                                     url, campaign_id, &row);
    if (error != OK)
        return error;
    *shop = sqlite3_column_int64(row, 0);
    sqlite3_reset(row);
    return OK;
}

enum err book_shop(struct book *book, struct bytes url, int64_t campaign_id, int64_t *shop)
{
    enum err error = shop_find(book, url, campaign_id, shop);
    if (error != ERR_NOT_FOUND)
        return error;
    sqlite3_stmt *statement = NULL;
    error = book_prepare(book, "INSERT OR IGNORE INTO shop (url, campaign) VALUES (?1, ?2)",
                         &statement);
    if (error == OK)
        error = book_bind_place(book, statement, url, campaign_id);
    if (error == OK)
        error = book_run(book, statement);
    if (error == OK)
        error = shop_find(book, url, campaign_id, shop);
    ASSERT(error != ERR_NOT_FOUND);
    return error;
}

static enum err shop_lock(struct book *book, int64_t shop, short kind)
{
    if (book->lock_fd < 0)
        return OK;
    ASSERT(shop > 0 && shop < SHOPS_MAX);
    struct flock lock = {.l_type = kind, .l_whence = SEEK_SET, .l_start = shop, .l_len = 1};
    if (fcntl(book->lock_fd, F_OFD_SETLK, &lock) == 0)
        return OK;
    if (errno == EAGAIN || errno == EACCES)
        return book_fail(book, ERR_BUSY, "is in use: another stockctl works on this campaign");
    return book_fail(book, ERR_IO, "cannot be locked");
}

enum err book_shop_enter(struct book *book, int64_t shop)
{
    return shop_lock(book, shop, F_WRLCK);
}

void book_shop_leave(struct book *book, int64_t shop)
{
    (void)shop_lock(book, shop, F_UNLCK);
}

/* Makes the folders that `path` stands in, from the outermost one that is missing. */
static enum err folders_make(const char *path)
{
    char *copy = strdup(path);
    if (copy == NULL)
        return ERR_MEMORY;
    enum err error = OK;
    for (char *at = strchr(copy + 1, '/'); at != NULL && error == OK; at = strchr(at + 1, '/')) {
        *at = '\0';
        if (mkdir(copy, FOLDER_MODE) != 0 && errno != EEXIST && access(copy, F_OK) != 0)
            error = ERR_IO;
        *at = '/';
    }
    free(copy);
    return error;
}

/* Opens the file that is locked. It stands beside the book itself, so that who comes by a link
 * meets those who do not. */
static enum err lock_open(struct book *book)
{
    char *path = realpath(book->path, NULL);
    if (path == NULL)
        return errno == ENOMEM ? ERR_MEMORY : ERR_IO;
    struct buffer lock_path;
    buffer_init(&lock_path);
    buffer_append_format(&lock_path, "%s-lock", path);
    free(path);
    if (lock_path.failed)
        return ERR_MEMORY;
    book->lock_fd = open(buffer_text(&lock_path), O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
    buffer_deinit(&lock_path);
    return book->lock_fd >= 0 ? OK : ERR_IO;
}

/* Makes the book's file where there is none, and opens the one that is locked. errno says what is
 * wrong. */
static enum err files_make(struct book *book)
{
    const enum err error = folders_make(book->path);
    if (error != OK)
        return error;
    const int fd = open(book->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (fd >= 0) {
        (void)close(fd);
        (void)os_sync_parent(os_real(),
                             book->path); /* At worst a push sends more than it had to. */
    } else if (errno != EEXIST) {
        return ERR_IO;
    }
    return lock_open(book);
}

static enum err open_file(struct book *book, const char *path)
{
    book->path = strdup(path);
    if (book->path == NULL)
        return ERR_MEMORY;
    const enum err error = files_make(book);
    if (error != OK)
        return book_fail(book, error, strerror(errno));
    return OK;
}

/* Network file systems have no memory that processes share, and SQLite then keeps another mode
 * without a word. */
static enum err wal_begin(struct book *book)
{
    sqlite3_stmt *statement = NULL;
    bool has_row = false;
    enum err error = book_prepare(book, "PRAGMA journal_mode = WAL", &statement);
    if (error == OK)
        error = book_next_row(book, statement, &has_row);
    if (error != OK)
        return error;
    const bool is_wal = has_row && sqlite3_column_bytes(statement, 0) == 3 &&
                        memcmp(sqlite3_column_text(statement, 0), "wal", 3) == 0;
    sqlite3_reset(statement);
    if (is_wal)
        return OK;
    return book_fail(book, ERR_UNSUPPORTED, "cannot be kept on that file system (no WAL)");
}

static enum err open_database(struct book *book)
{
    const char *name = book->path == NULL ? ":memory:" : book->path;
    enum err error =
        book_result(book, sqlite3_open_v2(name, &book->database,
                                          SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
    if (error == OK)
        error = book_result(book, sqlite3_busy_timeout(book->database, BUSY_MS));
    if (error == OK && book->path != NULL)
        error = wal_begin(book);
    if (error == OK)
        error = book_schema_update(book);
    return error;
}

enum err book_open(const char *path, struct buffer *problem, struct book **book)
{
    struct book *opened = calloc(1, sizeof(*opened));
    if (opened == NULL) {
        buffer_append_text(problem, "out of memory");
        return ERR_MEMORY;
    }
    opened->lock_fd = -1;
    enum err error = path == NULL ? OK : open_file(opened, path);
    if (error == OK)
        error = open_database(opened);
    if (error == OK) {
        *book = opened;
        return OK;
    }
    buffer_append_text(problem, error == ERR_MEMORY ? "out of memory" : opened->problem);
    book_close(opened);
    return error;
}

void book_close(struct book *book)
{
    if (book == NULL)
        return;
    book_rollback(book);
    for (int i = 0; i < book->statements_count; i++)
        sqlite3_finalize(book->statements[i].prepared);
    sqlite3_close(book->database);
    if (book->lock_fd >= 0)
        (void)close(book->lock_fd);
    free(book->path);
    free(book);
}
