/* Both APIs over a real store on a simulated machine, without a thread and without a socket: what
 * stockd is from the head of a request to its reply, and to the disk. */
#ifndef TESTS_FUZZ_SERVICE_CASE_H
#define TESTS_FUZZ_SERVICE_CASE_H

#include "../support/exchange_case.h"
#include "api/api.h"
#include "operator/operator.h"
#include "os/os_sim.h"
#include "server/documents.h"
#include "store/store_local.h"

/* Keys of the registry that it begins with. */
#define SERVICE_KEY_FULL     "ACMA:fullFULLfullFULLfullFULLfullFULLfullFULL:00000001"
#define SERVICE_KEY_VIEWER   "ACMA:viewVIEWviewVIEWviewVIEWviewVIEWviewVIEW:00000002"
#define SERVICE_KEY_SECOND   "ACMA:nextNEXTnextNEXTnextNEXTnextNEXTnextNEXT:00000003"
#define SERVICE_KEY_OAUTH    "y0_oauthOAUTHoauthOAUTHoauth"
#define SERVICE_KEY_OPERATOR "operatorOPERATORoperatorOPERATORoperator"

enum { SERVICE_EDITIONS = 2 };

struct service_case {
    struct os_sim *sim;
    int64_t now_ms;
    struct documents *documents;
    struct registry_keeper *keeper;
    struct store *store;
    struct api *apis[SERVICE_EDITIONS]; /* As of 2025 and of 2026. */
    struct request_log *request_log;    /* NULL: none is kept, which is cheaper. */
    struct operator_api *operator_api;
    struct exchange_case one;
    uint32_t entries_count; /* That the query log was told. */
};

/* Begins with a small registry and an empty store; perhaps with a query log. Ended by
 * service_case_deinit(). */
void service_case_init(struct service_case *service, bool logs_requests);
void service_case_deinit(struct service_case *service);

/* Sends what was filled into service->one through a handler, to its reply. */
enum service_side { SERVICE_2025, SERVICE_2026, SERVICE_OPERATOR };
void service_case_run(struct service_case *service, enum service_side side);

/* Both clocks go on; what is due then expires. */
void service_case_advance(struct service_case *service, int64_t ms);

void service_case_checkpoint(struct service_case *service);

/* Every shelf holds together. */
void service_case_check(struct service_case *service);

/* The service ends and begins again from its disk, which changes nothing that can be seen. */
void service_case_restart(struct service_case *service);

#endif
