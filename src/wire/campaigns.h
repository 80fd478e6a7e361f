/* The answers of GET campaigns and GET campaigns/{campaignId} (CONTRACT §5): the two that have no
 * envelope. */
#ifndef WIRE_CAMPAIGNS_H
#define WIRE_CAMPAIGNS_H

#include "wire/registry_document.h"

struct campaigns_item {
    int64_t id;
    int64_t business_id;
    struct bytes business_name;
    struct bytes domain;
    enum placement placement;
    enum availability availability;
};

/* Where a page stands among all; places are counted from 1. */
struct campaigns_pager {
    uint32_t total;
    uint32_t page; /* From 1. */
    uint32_t page_size;
    uint32_t shown;
};

/* Writes a list: begin, campaigns, and an end, by pages or by tokens. */
void campaigns_encode_begin(struct buffer *body);
void campaigns_encode_item(struct buffer *body, const struct campaigns_item *item);
void campaigns_encode_end_page(struct buffer *body, const struct campaigns_pager *pager);
void campaigns_encode_end_tokens(struct buffer *body, struct bytes next_token);

/* Writes the answer with one campaign. */
void campaigns_encode_single(struct buffer *body, const struct campaigns_item *item);

#endif
