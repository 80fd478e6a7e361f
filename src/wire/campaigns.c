/* Campaigns are written straight into the reply. */
#include "wire/campaigns.h"

#include "wire/json.h"
#include "wire/page_token.h"

static void put_text(struct buffer *body, const char *name, struct bytes text)
{
    buffer_append_text(body, name);
    json_write_string(body, text);
}

static void put_number(struct buffer *body, const char *name, int64_t number)
{
    buffer_append_text(body, name);
    buffer_append_int64(body, number);
}

void campaigns_encode_begin(struct buffer *body)
{
    buffer_append(body, BYTES("{\"campaigns\":["));
}

void campaigns_encode_item(struct buffer *body, const struct campaigns_item *item)
{
    if (body->size > 0 && body->data[body->size - 1] == '}')
        buffer_append(body, BYTES(","));
    put_text(body, "{\"domain\":", item->domain);
    put_number(body, ",\"id\":", item->id);
    buffer_append(body, BYTES(",\"clientId\":0")); /* Of old clients; nobody has such a number. */
    put_number(body, ",\"business\":{\"id\":", item->business_id);
    put_text(body, ",\"name\":", item->business_name);
    put_text(body, "},\"placementType\":", bytes_from_text(placement_name(item->placement)));
    put_text(body, ",\"apiAvailability\":", bytes_from_text(availability_name(item->availability)));
    buffer_append(body, BYTES("}"));
}

void campaigns_encode_end_page(struct buffer *body, const struct campaigns_pager *pager)
{
    const int64_t first = (int64_t)(pager->page - 1) * pager->page_size + 1;
    const bool empty = pager->shown == 0;
    put_number(body, "],\"pager\":{\"total\":", pager->total);
    put_number(body, ",\"from\":", empty ? 0 : first); /* C36 */
    put_number(body, ",\"to\":", empty ? 0 : first + pager->shown - 1);
    put_number(body, ",\"currentPage\":", pager->page);
    put_number(body, ",\"pagesCount\":",
               (pager->total + (int64_t)pager->page_size - 1) / pager->page_size);
    put_number(body, ",\"pageSize\":", pager->page_size);
    buffer_append(body, BYTES("}}"));
}

void campaigns_encode_end_tokens(struct buffer *body, struct bytes next_token)
{
    buffer_append(body, BYTES("],"));
    page_token_encode_paging(body, next_token, (struct bytes){NULL, 0});
    buffer_append(body, BYTES("}"));
}

void campaigns_encode_single(struct buffer *body, const struct campaigns_item *item)
{
    buffer_append(body, BYTES("{\"campaign\":"));
    campaigns_encode_item(body, item);
    buffer_append(body, BYTES("}"));
}
