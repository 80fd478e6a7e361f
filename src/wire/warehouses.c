/* One encoder for a warehouse serves all four answers; they differ in the parts that they show. */
#include "wire/warehouses.h"

#include <inttypes.h>

#include "wire/field.h"
#include "wire/page_token.h"

static const char *const models[] = {"FBS", "DBS", "EXPRESS"};

static bool came_before(const int64_t *ids, uint32_t ids_count, int64_t id)
{
    for (uint32_t i = 0; i < ids_count; i++) {
        if (ids[i] == id)
            return true;
    }
    return false;
}

static bool decode_ids(const struct json_value *value, const struct warehouses_rules *rules,
                       struct arena *arena, struct warehouses_request *request,
                       struct error_list *errors)
{
    size_t count = 0;
    if (!field_array(value, FIELD(rules->ids_name), 1, rules->ids_max, &count, errors))
        return false;
    request->ids = arena_allocate(arena, count * sizeof(*request->ids));
    if (request->ids == NULL)
        return false;
    bool valid = true;
    struct json_walk walk = json_walk_begin(*value);
    struct json_value element;
    for (size_t i = 0; json_next_element(&walk, &element); i++) {
        int64_t id = 0;
        if (json_type(element) == JSON_NULL) {
            field_add_error(errors, FIELD(rules->ids_name),
                            "elements must be not null (rejected value: null)");
            valid = false;
        } else if (!field_int64(&element, FIELD_OF(rules->ids_name, i, ""), 1, INT64_MAX, &id,
                                errors)) {
            valid = false;
        } else if (came_before(request->ids, request->ids_count, id)) {
            error_list_add(errors, "%s elements must be unique (rejected value: %" PRId64 ")",
                           rules->ids_name, id);
            valid = false;
        } else {
            request->ids[request->ids_count++] = id;
        }
    }
    return valid;
}

/* Sets the flag of one component. */
static bool decode_component(struct json_value element, size_t index,
                             const struct warehouses_rules *rules,
                             struct warehouses_request *request, struct error_list *errors)
{
    bool *flag = NULL;
    const struct bytes name =
        json_type(element) == JSON_STRING ? json_string(element) : (struct bytes){NULL, 0};
    if (bytes_equal(name, BYTES("ADDRESS")))
        flag = &request->with_address;
    else if (rules->has_status && bytes_equal(name, BYTES("STATUS")))
        flag = &request->with_status;
    if (json_type(element) == JSON_NULL) {
        field_add_error(errors, FIELD("components"),
                        "elements must be not null (rejected value: null)");
    } else if (flag == NULL) {
        field_add_illegal(errors, FIELD_OF("components", index, ""));
    } else if (*flag) {
        error_list_add_rejected(errors, "components elements must be unique", name);
    } else {
        *flag = true;
        return true;
    }
    return false;
}

static bool decode_components(const struct json_value *value, const struct warehouses_rules *rules,
                              struct warehouses_request *request, struct error_list *errors)
{
    if (!field_is(value, JSON_ARRAY, FIELD("components"), errors))
        return false;
    const size_t count = json_count(*value);
    if (count == 0) {
        field_add_error(errors, FIELD("components"), "must not be empty (rejected value: [])");
        return false;
    }
    bool valid = true;
    struct json_walk walk = json_walk_begin(*value);
    struct json_value element;
    for (size_t i = 0; json_next_element(&walk, &element); i++)
        valid &= decode_component(element, i, rules, request, errors);
    return valid;
}

/* The member, if it is there and not null. */
static const struct json_value *given(struct json_value root, const char *name,
                                      struct json_value *slot)
{
    const struct json_value *value = field_member(root, name, slot);
    return value != NULL && json_type(*value) != JSON_NULL ? value : NULL;
}

bool warehouses_decode(struct json_value root, const struct warehouses_rules *rules,
                       struct arena *arena, struct warehouses_request *request,
                       struct error_list *errors)
{
    *request = (struct warehouses_request){.ids = NULL};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    struct json_value found;
    const struct json_value *ids = given(root, rules->ids_name, &found);
    bool valid = true;
    request->listed = ids != NULL;
    if (ids != NULL)
        valid &= decode_ids(ids, rules, arena, request, errors);
    const struct json_value *components = given(root, "components", &found);
    if (components != NULL)
        valid &= decode_components(components, rules, request, errors);
    return valid;
}

static void put_text(struct buffer *body, const char *name, struct bytes text)
{
    buffer_append_text(body, name);
    json_write_string(body, text);
}

static void put_optional_text(struct buffer *body, const char *name, struct bytes text)
{
    if (text.size > 0)
        put_text(body, name, text);
}

static void encode_address(struct buffer *body, const struct registry_address *address)
{
    put_text(body, ",\"address\":{\"city\":", address->city);
    put_optional_text(body, ",\"street\":", address->street);
    put_optional_text(body, ",\"number\":", address->number);
    put_optional_text(body, ",\"building\":", address->building);
    put_optional_text(body, ",\"block\":", address->block);
    buffer_append_format(body, ",\"gps\":{\"latitude\":%.15g,\"longitude\":%.15g}}",
                         address->latitude, address->longitude);
}

static const char *status_name(bool enabled)
{
    return enabled ? "OTHER" : "DISABLED_MANUALLY";
}

const char *warehouses_model(enum placement placement, bool express)
{
    if (placement == PLACEMENT_DBS)
        return models[1];
    return express ? models[2] : models[0];
}

static void encode_models(struct buffer *body, const struct warehouses_item *item)
{
    buffer_append_format(
        body, ",\"models\":[{\"placementType\":\"%s\",\"apiAvailability\":\"%s\"}]",
        warehouses_model(item->placement, item->express), availability_name(item->availability));
}

static void encode_group_info(struct buffer *body, const struct warehouses_item *item)
{
    buffer_append(body, BYTES(",\"groupInfo\":{\"id\":"));
    buffer_append_int64(body, item->group_id);
    put_text(body, ",\"name\":", item->group_name);
    buffer_append(body, BYTES("}"));
}

void warehouses_encode_begin(struct buffer *body)
{
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{\"warehouses\":["));
}

static void begin_element(struct buffer *body)
{
    if (body->size > 0 && body->data[body->size - 1] == '}')
        buffer_append(body, BYTES(","));
}

void warehouses_encode_item(struct buffer *body, const struct warehouses_item *item, uint32_t parts)
{
    begin_element(body);
    buffer_append(body, BYTES("{\"id\":"));
    buffer_append_int64(body, item->id);
    put_text(body, ",\"name\":", item->name);
    if ((parts & WAREHOUSES_CAMPAIGN) != 0) {
        buffer_append(body, BYTES(",\"campaignId\":"));
        buffer_append_int64(body, item->campaign_id);
        buffer_append_text(body, item->express ? ",\"express\":true" : ",\"express\":false");
    }
    if ((parts & WAREHOUSES_GROUP) != 0 && item->group_id != 0)
        encode_group_info(body, item);
    if ((parts & WAREHOUSES_MODELS) != 0)
        encode_models(body, item);
    if ((parts & WAREHOUSES_ADDRESS) != 0 && item->address != NULL)
        encode_address(body, item->address);
    if ((parts & WAREHOUSES_STATUS) != 0)
        buffer_append_format(body, ",\"status\":{\"status\":\"%s\"}", status_name(item->enabled));
    buffer_append(body, BYTES("}"));
}

void warehouses_encode_end(struct buffer *body)
{
    buffer_append(body, BYTES("]}}"));
}

void warehouses_encode_end_paged(struct buffer *body, struct bytes next_token)
{
    buffer_append(body, BYTES("],"));
    page_token_encode_paging(body, next_token, (struct bytes){NULL, 0});
    buffer_append(body, BYTES("}}"));
}

void warehouses_encode_groups_begin(struct buffer *body)
{
    buffer_append(body, BYTES("],\"warehouseGroups\":["));
}

void warehouses_encode_group_begin(struct buffer *body, struct bytes name,
                                   const struct warehouses_item *main_warehouse, uint32_t parts)
{
    begin_element(body);
    put_text(body, "{\"name\":", name);
    buffer_append(body, BYTES(",\"mainWarehouse\":"));
    warehouses_encode_item(body, main_warehouse, parts);
    buffer_append(body, BYTES(",\"warehouses\":["));
}

void warehouses_encode_group_end(struct buffer *body)
{
    buffer_append(body, BYTES("]}"));
}

void warehouses_encode_groups_end(struct buffer *body)
{
    buffer_append(body, BYTES("]}}"));
}

/* The required member `enabled`. */
static bool read_enabled(struct json_value root, bool *enabled, struct error_list *errors)
{
    struct json_value found;
    const struct json_value *value = given(root, "enabled", &found);
    if (value != NULL)
        return field_bool(value, FIELD("enabled"), false, enabled, errors);
    field_add_error(errors, FIELD("enabled"), "must not be null (rejected value: null)");
    return false;
}

bool warehouses_decode_enabled(struct json_value root, bool *enabled, struct error_list *errors)
{
    return field_is(&root, JSON_OBJECT, FIELD("$"), errors) && read_enabled(root, enabled, errors);
}

void warehouses_encode_status(struct buffer *body, bool enabled)
{
    buffer_append_format(body, "{\"status\":\"OK\",\"result\":{\"status\":\"%s\"}}",
                         status_name(enabled));
}

/* The required member `model`. */
static bool read_model(struct json_value root, const char **model, struct error_list *errors)
{
    struct json_value found;
    const struct json_value *value = given(root, "model", &found);
    if (value == NULL) {
        field_add_error(errors, FIELD("model"), "must not be null (rejected value: null)");
        return false;
    }
    for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
        if (json_type(*value) == JSON_STRING &&
            bytes_equal(json_string(*value), bytes_from_text(models[i]))) {
            *model = models[i];
            return true;
        }
    }
    field_add_illegal(errors, FIELD("model"));
    return false;
}

bool warehouses_decode_model_status(struct json_value root, struct warehouses_model_status *request,
                                    struct error_list *errors)
{
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    struct json_value found;
    bool valid = field_int64(given(root, "partnerWarehouseId", &found), FIELD("partnerWarehouseId"),
                             1, INT64_MAX, &request->warehouse_id, errors);
    valid &= read_model(root, &request->model, errors);
    valid &= read_enabled(root, &request->enabled, errors);
    return valid;
}
