/* What the methods of v3 share (CONTRACT §14): they name warehouses in their bodies, and are for
 * businesses without warehouse groups. Each check refuses by itself when it returns false. */
#ifndef API_V3_H
#define API_V3_H

#include "api/api_internal.h"

/* 400 GROUPED_WAREHOUSE where the business has a group (C67). */
MUST_USE bool v3_check_groups(struct api_call *call);

/* A warehouse of the business. False: nothing was refused yet, but call->errors says that it is
 * none; v3_refuse_warehouses() ends that. */
MUST_USE bool v3_find_warehouse(struct api_call *call, int64_t id, struct warehouse_facts *facts);
void v3_refuse_warehouses(struct api_call *call);

/* 403 where the campaign of a warehouse is not active. */
MUST_USE bool v3_check_active(struct api_call *call, const struct warehouse_facts *facts);

/* All of these, for the one warehouse that a body names. */
MUST_USE bool v3_check_warehouse(struct api_call *call, int64_t id, struct warehouse_facts *facts);

#endif
