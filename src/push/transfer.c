/* Memory of a transfer. */
#include "push/transfer.h"

#include <stdlib.h>

#include "push/client.h"

struct transfer *transfer_create(struct push *push)
{
    struct transfer *transfer = calloc(1, sizeof(*transfer));
    if (transfer == NULL)
        return NULL;
    transfer->push = push;
    arena_init(&transfer->arena);
    transfer->keys = calloc(PUSH_SKUS_MAX, sizeof(*transfer->keys));
    if (transfer->keys != NULL)
        return transfer;
    transfer_destroy(transfer);
    return NULL;
}

void transfer_destroy(struct transfer *transfer)
{
    if (transfer == NULL)
        return;
    client_forget(&transfer->exchange);
    buffer_deinit(&transfer->exchange.body);
    buffer_deinit(&transfer->exchange.answer);
    buffer_deinit(&transfer->position);
    arena_deinit(&transfer->arena);
    free(transfer->keys);
    free(transfer);
}
