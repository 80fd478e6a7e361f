/* Both APIs over a real store, a real registry and a real query log, all on a simulated machine and
 * in one thread: business 1 sells from campaign 11 and 12 (warehouses 501 and 502, group 77), 13
 * (warehouse 503) and 14 (FBY); business 2, without groups, from 21 (warehouse 601). The Market has
 * warehouses 147 and 148, the latter for returns. */
#ifndef TESTS_FAULT_SERVICE_FAULT_H
#define TESTS_FAULT_SERVICE_FAULT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/exchange_case.h"
#include "../support/expect.h"
#include "api/api.h"
#include "operator/operator.h"
#include "operator/request_log.h"
#include "os/log.h"
#include "os/os_sim.h"
#include "store/store_local.h"

#define NOW_MS INT64_C(1758100000000) /* 2025-09-17T09:06:40Z */

struct service_world {
    struct os_sim *sim;
    struct store_opening opening;
    struct store *store;
    const struct store_ops *store_ops; /* Its own; what it has now commits for whoever waits. */
    struct store_ops prompt_ops;
    struct registry *registry;
    struct registry_keeper *keeper;
    struct request_log *request_log;
    struct update_counts *update_counts;
    struct api *api;
    struct operator_api *operator_api;
    struct exchange_case one;
};

/* Which listener a request comes on, and with which credentials. */
enum service_side { SIDE_SELLER, SIDE_OTHER_SELLER, SIDE_OPERATOR };

struct service_request {
    enum service_side side;
    const char *method;
    const char *path;
    const char *query; /* "name=value", or empty. */
    const char *body;  /* Empty: none. */
    int status;
};

/* Ended by service_world_end(). Nothing may fail in here. */
void service_world_begin(struct service_world *world);
void service_world_end(struct service_world *world);

/* What a start of the service does on this machine, and its end, which takes what there is. */
enum err service_world_open(struct service_world *world);
void service_world_close(struct service_world *world);

/* Fills the request in; service_world_run() sends it and gives its status. */
void service_world_ask(struct service_world *world, const struct service_request *request);
int service_world_run(struct service_world *world, const struct service_request *request);

/* Writes all that store and registry hold. */
void service_world_show(struct service_world *world, struct buffer *text);

#endif
