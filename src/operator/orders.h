/* What all methods of orders share. */
#ifndef OPERATOR_ORDERS_H
#define OPERATOR_ORDERS_H

#include "operator/order_place.h"
#include "wire/order.h"

/* Fills in a command on an order at a place. The id is lent until it was submitted. */
void orders_fill_command(struct operator_call *call, const struct order_place *place,
                         enum order_action action, struct bytes order_id);

/* An order that lies at a place, as answers have it. Lends from `order`. */
struct order_document orders_document(const struct order_view *order,
                                      const struct order_place *place);

/* Replies with the order that the command found there. */
void orders_reply(struct operator_call *call, const struct order_place *place);

#endif
