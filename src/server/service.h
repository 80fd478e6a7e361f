/* All that runs in stockd: opened in order, ended in reverse. */
#ifndef SERVER_SERVICE_H
#define SERVER_SERVICE_H

#include "api/api.h"
#include "operator/operator.h"
#include "operator/operator_token.h"
#include "push/push.h"
#include "server/listener.h"
#include "server/options.h"
#include "server/registry_file.h"

enum { SERVICE_SOURCES_MAX = 3 };

/* What is NULL was not started. */
struct service {
    struct os *os;
    const struct options *options;
    struct registry *registry;
    struct push *push;
    struct store *store;
    struct registry_keeper *keeper;
    struct registry_file registry_file;
    struct operator_token operator_token;
    struct request_log *request_log;
    struct api *api;
    struct operator_api *operator_api;
    struct metric_source sources[SERVICE_SOURCES_MAX];
    size_t sources_count;
    struct listener *public_listener;
    struct listener *operator_listener;
};

/* Opens everything. `os` and `options` are set and lent, the rest is zero. False: it was logged why
 * not. service_end() follows in either case. */
MUST_USE bool service_start(struct service *service);

/* Finishes the requests that are under way, commits what is left, and frees. */
void service_end(struct service *service);

#endif
