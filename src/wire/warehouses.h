/* Lists of warehouses (CONTRACT §6, §14): the bodies that choose from them, the answers of the four
 * methods, and switching one off and on. */
#ifndef WIRE_WAREHOUSES_H
#define WIRE_WAREHOUSES_H

#include "wire/json.h"
#include "wire/registry_document.h"

/* What a body may choose by. */
struct warehouses_rules {
    const char *ids_name; /* `campaignIds` or `warehouseIds`. */
    size_t ids_max;
    bool has_status; /* `components` may have STATUS beside ADDRESS. */
};

/* Without a body, or with `{}`, everything is absent. */
struct warehouses_request {
    int64_t *ids; /* Distinct. In the arena. */
    uint32_t ids_count;
    bool listed; /* The ids were given. */
    bool with_address;
    bool with_status;
};

/* Decodes and checks a body. False when `errors` tell why not, or when there is no memory (then
 * `errors` are empty). */
MUST_USE bool warehouses_decode(struct json_value root, const struct warehouses_rules *rules,
                                struct arena *arena, struct warehouses_request *request,
                                struct error_list *errors);

/* One warehouse; what an answer shows of it beside id and name is a set of parts. */
struct warehouses_item {
    int64_t id;
    struct bytes name;
    int64_t campaign_id;
    bool express;
    int64_t group_id; /* 0: none. */
    struct bytes group_name;
    enum placement placement;
    enum availability availability;
    const struct registry_address *address; /* NULL: it is not known. */
    bool enabled;
};

enum warehouses_part {
    WAREHOUSES_CAMPAIGN = 1 << 0, /* And whether it is express. */
    WAREHOUSES_GROUP = 1 << 1,
    WAREHOUSES_MODELS = 1 << 2,
    WAREHOUSES_ADDRESS = 1 << 3,
    WAREHOUSES_STATUS = 1 << 4,
};

/* Writes an answer: begin, warehouses, and one of the ends. */
void warehouses_encode_begin(struct buffer *body);
void warehouses_encode_item(struct buffer *body, const struct warehouses_item *item,
                            uint32_t parts);
void warehouses_encode_end(struct buffer *body);
void warehouses_encode_end_paged(struct buffer *body, struct bytes next_token);

/* Instead of an end: groups, each with its members, and the end behind them. */
void warehouses_encode_groups_begin(struct buffer *body);
void warehouses_encode_group_begin(struct buffer *body, struct bytes name,
                                   const struct warehouses_item *main_warehouse, uint32_t parts);
void warehouses_encode_group_end(struct buffer *body);
void warehouses_encode_groups_end(struct buffer *body);

/* The body of POST warehouse/status, and its answer. */
MUST_USE bool warehouses_decode_enabled(struct json_value root, bool *enabled,
                                        struct error_list *errors);
void warehouses_encode_status(struct buffer *body, bool enabled);

/* The model of a warehouse as v3 names it: FBS, DBS or EXPRESS. */
const char *warehouses_model(enum placement placement, bool express);

/* The body of POST warehouse/models/status. */
struct warehouses_model_status {
    int64_t warehouse_id;
    const char *model; /* One of the three. */
    bool enabled;
};
MUST_USE bool warehouses_decode_model_status(struct json_value root,
                                             struct warehouses_model_status *request,
                                             struct error_list *errors);

#endif
