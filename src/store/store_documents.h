/* Documents of other modules that a store keeps in their order: who takes them back when it opens,
 * and who gives their present state when a store brings it together. */
#ifndef STORE_STORE_DOCUMENTS_H
#define STORE_STORE_DOCUMENTS_H

#include "base/bytes.h"
#include "base/error.h"

/* Where documents go that are given back to a store, see below. */
struct store_document_sink {
    void *context;
    void (*begin)(void *context);
    enum err (*take)(void *context, struct bytes name, struct bytes content); /* Lent. */
};

/* Whoever keeps documents. Their functions give any error on: that of take() ends the opening of
 * the store, that of give() the checkpoint. */
struct store_documents {
    void *context;
    /* Takes a document back when a store is opened, in the order in which they came. */
    enum err (*take)(void *context, struct bytes name, struct bytes content);
    /* Gives the present state: documents that lead to it when they are taken from nothing. Calls
     * sink->begin() once, before any sink->take(), when nothing is under way: each document that
     * was added is part of the state that it gives, and until it returns none is added. What is
     * given then may be larger than a document that is added, up to STORE_GIVEN_BYTES_MAX in all.
     * Neither function of the sink blocks. NULL: no checkpoint can be made. */
    enum err (*give)(void *context, const struct store_document_sink *sink);
    /* Says that a command was refused for a document that this node has not taken. From any thread;
     * must not block. NULL: nobody wants to know. */
    void (*missed)(void *context);
};

#endif
