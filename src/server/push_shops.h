/* Brings push together with the registry, which says what shops there are. */
#ifndef SERVER_PUSH_SHOPS_H
#define SERVER_PUSH_SHOPS_H

#include "push/push.h"
#include "registry/registry.h"

/* The shops of the registry. Lends it. */
struct push_source push_shops_source(struct registry *registry);

#endif
