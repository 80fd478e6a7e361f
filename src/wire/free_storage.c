/* Both members are required: there is no default for what costs somebody money. */
#include "wire/free_storage.h"

#include "wire/field.h"

bool free_storage_decode(struct json_value root, struct arena *arena, struct free_storage *request,
                         struct error_list *errors)
{
    *request = (struct free_storage){.free = false};
    if (!field_is(&root, JSON_OBJECT, FIELD("$"), errors))
        return false;
    struct json_value slot;
    const bool listed = sku_list_decode(field_member(root, "offerIds", &slot), "offerIds",
                                        GET_OFFER_IDS_MAX, arena, &request->offers, errors);
    const struct json_value *flag = field_member(root, "free", &slot);
    if (flag == NULL || json_type(*flag) == JSON_NULL) {
        field_add_error(errors, FIELD("free"), "must not be null (rejected value: null)");
        return false;
    }
    return field_bool(flag, FIELD("free"), false, &request->free, errors) && listed;
}
