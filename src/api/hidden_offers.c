/* POST and GET hidden-offers, POST hidden-offers/delete (CONTRACT §4). Hiding keeps the stock. */
#include "wire/hidden_offers.h"

#include "api/offer_marks.h"
#include "base/hash.h"
#include "call/query.h"

enum { LIMIT_DEFAULT = 250 };

/* Reads the body of a writing method; its SKUs outlive the document. NULL: errors, or no memory. */
static struct offer_marks *decode_marks(struct api_call *call, const struct json_value *root,
                                        enum offer_repeats repeats, struct sku_list *list)
{
    struct offer_marks *marks = arena_allocate(&call->call.exchange->arena, sizeof(*marks));
    const bool valid =
        hidden_offers_decode(*root, repeats, &call->call.exchange->arena, list, &call->call.errors);
    call->items_count = list->elements_count;
    if (!valid || marks == NULL)
        return NULL;
    list->keys = call_keep_keys(&call->call, list->keys, list->keys_count);
    *marks = (struct offer_marks){.at = 0};
    call->state = marks;
    return list->keys == NULL ? NULL : marks;
}

static bool decode_hide(struct api_call *call, const struct json_value *root)
{
    struct sku_list list;
    struct offer_marks *marks = decode_marks(call, root, OFFER_REPEATS_TOLD, &list);
    if (marks == NULL)
        return false;
    offer_marks_hide(marks, &call->campaign, list.keys, list.keys_count);
    return true;
}

static bool decode_show(struct api_call *call, const struct json_value *root)
{
    struct sku_list list;
    struct offer_marks *marks = decode_marks(call, root, OFFER_REPEATS_TOLERATED, &list);
    if (marks == NULL)
        return false;
    offer_marks_show(marks, &call->campaign, list.keys, list.keys_count);
    return true;
}

static bool proceed_marks(struct api_call *call)
{
    if (offer_marks_next(call->state, &call->call.command))
        return true;
    call->call.exchange->status = 200;
    reply_encode_ok(&call->call.exchange->reply);
    return false;
}

const struct operation operation_add_hidden_offers = {decode_hide, proceed_marks, proceed_marks,
                                                      false};
const struct operation operation_delete_hidden_offers = {decode_show, proceed_marks, proceed_marks,
                                                         false};

struct list_state {
    bool listed;
    uint64_t filter;
};

/* The SKUs of the query, if it has any. False: an error was added, or there is no memory. */
static bool decode_ids(struct api_call *call, struct sku_list *list)
{
    const struct http_exchange *exchange = call->call.exchange;
    struct bytes texts[HTTP_PARAMETERS_MAX];
    size_t count = 0;
    for (uint32_t i = 0; i < exchange->parameters_count; i++) {
        if (bytes_equal(exchange->parameters[i].name, BYTES("offer_id")))
            texts[count++] = exchange->parameters[i].value;
    }
    *list = (struct sku_list){.keys = NULL};
    return count == 0 || hidden_offers_decode_ids(texts, count, &call->call.exchange->arena, list,
                                                  &call->call.errors);
}

static bool decode_list(struct api_call *call, const struct json_value *root)
{
    (void)root;
    static const struct query_limits limits = {LIMIT_DEFAULT, HIDDEN_PAGE_LIMIT_MAX, 0};
    struct store_command *command = &call->call.command;
    struct list_state *state = arena_allocate(&call->call.exchange->arena, sizeof(*state));
    struct sku_list list;
    uint32_t limit = 0;
    if (state == NULL || !call_query_limit(&call->call, &limits, &limit) ||
        !decode_ids(call, &list))
        return false;
    const int64_t bound[] = {call->campaign.id};
    *state = (struct list_state){
        .listed = list.keys_count > 0,
        .filter =
            bytes_checksum((struct bytes){(const uint8_t *)bound, sizeof(bound)}, RATE_LIST_HIDDEN),
    };
    call->state = state;
    if (state->listed) {
        *command = (struct store_command){
            .kind = STORE_LIST,
            .shelf_id = call->campaign.own_shelf_id,
            .list = {.keys = list.keys, .keys_count = list.keys_count},
        };
        return true;
    }
    struct query_page page;
    if (!call_query_page(&call->call, state->filter, &page))
        return false;
    *command = (struct store_command){
        .kind = STORE_PAGE,
        .shelf_id = call->campaign.own_shelf_id,
        .page = {.position = page.position,
                 .backward = page.backward,
                 .limit = limit,
                 .filter = {.marks_mask = STOCK_HIDDEN,
                            .marks_wanted = STOCK_HIDDEN,
                            .never_updated = true}},
    };
    return true;
}

/* Of a list of SKUs, those that are hidden; a page has no others. */
static uint32_t count_hidden(const struct store_command *command)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < command->views_count; i++)
        count += (command->views[i].marks & STOCK_HIDDEN) != 0;
    return count;
}

static bool proceed_list(struct api_call *call)
{
    const struct store_command *command = &call->call.command;
    const struct list_state *state = call->state;
    struct bytes next = {NULL, 0};
    struct bytes prev = {NULL, 0};
    if (command->verdict == VERDICT_BAD_POSITION) {
        refuse_page_token(call);
        return false;
    }
    if (!state->listed &&
        (!call_query_page_token(&call->call, state->filter, command->page.next, false, &next) ||
         !call_query_page_token(&call->call, state->filter, command->page.prev, true, &prev))) {
        refuse_unavailable(&call->call);
        return false;
    }
    if (!rate_take_answered(call, count_hidden(command)))
        return false;
    struct buffer *body = &call->call.exchange->reply;
    call->call.exchange->status = 200;
    hidden_offers_encode_begin(body, next, prev);
    for (uint32_t i = 0; i < command->views_count; i++) {
        if ((command->views[i].marks & STOCK_HIDDEN) != 0)
            hidden_offers_encode_offer(body, command->views[i].sku);
    }
    hidden_offers_encode_end(body);
    return false;
}

const struct operation operation_list_hidden_offers = {decode_list, NULL, proceed_list, false};
