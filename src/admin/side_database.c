/* A side in a PostgreSQL: all of it is store/pg_whole.h. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "admin/side.h"
#include "store/pg_whole.h"

struct database {
    struct side side; /* First. */
    struct pg_whole *whole;
};

static struct database *database_of(struct side *side)
{
    static_assert(offsetof(struct database, side) == 0, "the side is the first member");
    return (struct database *)(void *)side;
}

/* Takes over what went wrong. */
static enum err told(struct database *database, enum err error)
{
    if (error != OK)
        (void)snprintf(database->side.problem, SIDE_PROBLEM_BYTES, "%s",
                       pg_whole_problem(database->whole));
    return error;
}

static enum err database_begin_reading(struct side *side, uint64_t *cells_count)
{
    struct database *database = database_of(side);
    return told(database, pg_whole_begin_reading(database->whole, cells_count));
}

static enum err database_read_documents(struct side *side, void *context, side_take_document *take)
{
    struct database *database = database_of(side);
    return told(database, pg_whole_read_documents(database->whole, context, take));
}

static enum err database_read_shelf(struct side *side, struct store_shelf *shelf, bool *found)
{
    struct database *database = database_of(side);
    return told(database, pg_whole_read_shelf(database->whole, shelf, found));
}

/* A shelf at a time is all there ever is. */
static void database_end_reading(struct side *side)
{
    (void)side;
}

static enum err database_add_document(struct side *side, struct bytes name, struct bytes content)
{
    struct database *database = database_of(side);
    return told(database, pg_whole_add_document(database->whole, name, content));
}

static enum err database_add_shelf(struct side *side, const struct store_shelf *shelf)
{
    struct database *database = database_of(side);
    return told(database, pg_whole_add_shelf(database->whole, shelf));
}

static enum err database_seal(struct side *side)
{
    struct database *database = database_of(side);
    return told(database, pg_whole_seal(database->whole));
}

static enum err database_finish(struct side *side)
{
    struct database *database = database_of(side);
    return told(database, pg_whole_finish(database->whole));
}

static void database_close(struct side *side)
{
    struct database *database = database_of(side);
    pg_whole_close(database->whole);
    free(database);
}

static const struct side_ops ops = {
    .begin_reading = database_begin_reading,
    .read_documents = database_read_documents,
    .read_shelf = database_read_shelf,
    .end_reading = database_end_reading,
    .add_document = database_add_document,
    .add_shelf = database_add_shelf,
    .seal = database_seal,
    .finish = database_finish,
    .close = database_close,
};

enum err side_open_database(const struct side_settings *settings, const char *url,
                            struct side **side)
{
    struct database *database = calloc(1, sizeof(*database));
    *side = NULL;
    if (database == NULL)
        return ERR_MEMORY;
    *side = &database->side;
    database->side.ops = &ops;
    static_assert((int)PG_WHOLE_PROBLEM_BYTES <= (int)SIDE_PROBLEM_BYTES, "its words fit");
    const enum pg_whole_use use = settings->role == SIDE_TARGET ? PG_WHOLE_FILL : PG_WHOLE_READ;
    const enum err error =
        pg_whole_open(settings->os, url, use, &database->whole, database->side.problem);
    if (error != OK)
        return error;
    const struct pg_whole_watch watch = {settings->watch.context, settings->watch.tell_cells};
    pg_whole_set_watch(database->whole, &watch);
    database->side.cleaned = pg_whole_was_cleaned(database->whole);
    return OK;
}
