/* One row for each campaign at an address. */
#include "book/store_groups.h"

#include "book/book_internal.h"

enum err store_groups_put(struct book *book, struct bytes url, const struct store_group *group)
{
    sqlite3_stmt *statement = NULL;
    enum err error =
        book_prepare(book,
                     "INSERT OR REPLACE INTO store_group (url, campaign, group_id, name, asked_ms)"
                     " VALUES (?1, ?2, ?3, ?4, ?5)",
                     &statement);
    if (error == OK)
        error = book_bind_place(book, statement, url, group->campaign_id);
    if (error == OK)
        error = book_result(book, sqlite3_bind_int64(statement, 3, group->group_id));
    if (error == OK && group->name.size > 0)
        error = book_result(book, sqlite3_bind_text(statement, 4, (const char *)group->name.data,
                                                    (int)group->name.size, SQLITE_TRANSIENT));
    if (error == OK)
        error = book_result(book, sqlite3_bind_int64(statement, 5, group->asked_ms));
    return error == OK ? book_run(book, statement) : error;
}

enum err store_groups_get(struct book *book, struct bytes url, int64_t campaign_id,
                          struct store_group *group, struct buffer *name)
{
    sqlite3_stmt *row = NULL;
    const enum err error = book_find(book,
                                     "SELECT group_id, name, asked_ms FROM store_group"
                                     " WHERE url = ?1 AND campaign = ?2",
                                     url, campaign_id, &row);
    if (error != OK)
        return error;
    *group = (struct store_group){
        .campaign_id = campaign_id,
        .group_id = sqlite3_column_int64(row, 0),
        .asked_ms = sqlite3_column_int64(row, 2),
    };
    const size_t before = name->size;
    const struct bytes text = {sqlite3_column_text(row, 1), (size_t)sqlite3_column_bytes(row, 1)};
    buffer_append(name, text);
    sqlite3_reset(row);
    if (name->failed)
        return ERR_MEMORY;
    if (name->size > before)
        group->name = (struct bytes){name->data + before, name->size - before};
    return OK;
}
