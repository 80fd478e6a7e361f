/* The stores that stockd can run on, each a row of functions: what differs between them beyond
 * store.h. All of it is for the thread that starts and ends the service. */
#ifndef SERVER_STORE_KIND_H
#define SERVER_STORE_KIND_H

#include "base/buffer.h"
#include "server/options.h"
#include "store/pg_url.h"
#include "store/store.h"

/* What opening takes; all of it is lent for the store's life. */
struct store_opener {
    struct os *os;
    const struct options *options;
    const struct pg_url *url;
    struct store_documents documents;
};

struct store_kind {
    /* Opens the store and gives it in *store, ended by store_close(). What it found, or why not, is
     * logged. */
    enum err (*open)(const struct store_opener *opener, struct store **store);
    /* Starts its threads. ERR_MEMORY. */
    enum err (*start)(struct store *store);
    /* Takes documents that others added since the last one that was taken or added here. Before
     * requests, or with all documents held. */
    enum err (*catch_up)(struct store *store);
    /* Brings documents together if it is worth it, asking their owners. NULL: the store does that
     * by itself. */
    enum err (*summarize)(struct store *store);
    /* Whether other nodes keep this one's commands off some shelves, for a document that it cannot
     * take as it is not there. Any thread. NULL: there are none. */
    bool (*is_fenced)(struct store *store);
    /* From now on it asks no owner of documents for anything. */
    void (*let_go)(struct store *store);
    /* Its own figures for /metrics. NULL: it has none beside store_metrics(). `store` is a struct
     * store. */
    void (*write_metrics)(void *store, struct buffer *page);
    const char *name;  /* As the operator API says it. */
    bool is_elsewhere; /* It does not open the data folder; the service locks it (node_folder.h). */
};

extern const struct store_kind store_kind_local;
extern const struct store_kind store_kind_pg;

#endif
