/* All that runs in stockd: opened in order, ended in reverse. */
#ifndef SERVER_SERVICE_H
#define SERVER_SERVICE_H

#include "api/api.h"
#include "operator/operator.h"
#include "operator/operator_token.h"
#include "operator/request_streams.h"
#include "server/documents.h"
#include "server/follower.h"
#include "server/listener.h"
#include "server/node_folder.h"
#include "server/options.h"
#include "server/places.h"
#include "server/store_kind.h"

enum { SERVICE_SOURCES_MAX = 7 };

/* What is NULL was not started. */
struct service {
    struct os *os;
    const struct options *options;
    const struct pg_url *store_url; /* Its text is "": the store is local. */
    struct documents documents;
    const struct store_kind *store_kind;
    struct node_folder node_folder; /* Open where the store is elsewhere. */
    struct store *store;
    struct follower *follower; /* Where the store is elsewhere. */
    struct operator_token operator_token;
    struct request_log *request_log;
    struct update_counts *update_counts;
    struct request_streams *request_streams; /* As the log. */
    struct api *api;
    struct operator_api *operator_api;
    struct metric_source sources[SERVICE_SOURCES_MAX];
    size_t sources_count;
    struct tls *public_tls;   /* NULL: plain HTTP. */
    struct tls *operator_tls; /* The same. */
    struct listener *public_listener;
    struct listener *operator_listener;
    struct places places; /* Once both are open. */
    const struct web_file *web_files;
    size_t web_files_count;
};

/* Opens everything. `os`, `options`, `store_url` and the files are set and lent, the rest is zero.
 * False: it was logged why not. service_end() follows in either case. */
MUST_USE bool service_start(struct service *service);

/* Reads the certificates again; what is wrong with them is logged, and the former ones stay. */
void service_reload(struct service *service);

/* Finishes the requests that are under way, commits what is left, and frees. */
void service_end(struct service *service);

#endif
