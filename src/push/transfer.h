/* One request to a shop on its way: the SKUs are read, asked for, and what is answered is stored.
 * What a transfer holds stays for the next one. */
#ifndef PUSH_TRANSFER_H
#define PUSH_TRANSFER_H

#include "base/arena.h"
#include "base/buffer.h"
#include "push/failure.h"
#include "push/shop.h"
#include "store/store.h"

struct push;

enum transfer_state {
    TRANSFER_FREE,
    TRANSFER_READS,  /* Waits for the store to give SKUs. */
    TRANSFER_SENT,   /* With the client. */
    TRANSFER_STORES, /* Waits for the store to have the answer on disk. */
};

/* The part that the client (client.h) works with. */
struct exchange {
    void *easy;    /* A CURL; NULL until the first use. */
    void *headers; /* A curl_slist. */
    struct buffer url;
    struct buffer body;
    struct buffer answer;
    size_t answer_bytes_max;
    int64_t sent_us; /* When the request went out; 0: not yet. */
    struct os *os;
    char problem[256]; /* CURL_ERROR_SIZE */
};

struct transfer {
    enum transfer_state state;
    struct push *push;
    struct shop *shop; /* NULL: it is gone, and the result is nobody's. */
    struct batch batch;
    struct stock_key *keys; /* PUSH_SKUS_MAX of them. */
    uint32_t keys_count;
    uint32_t cells_read;
    struct buffer position; /* Where the next page begins. */
    struct store_command command;
    struct arena arena;
    struct exchange exchange;
    struct transfer *woken_next;
};

/* NULL: no memory. */
MUST_USE struct transfer *transfer_create(struct push *push);
void transfer_destroy(struct transfer *transfer);

#endif
