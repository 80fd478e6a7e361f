/* The entries of a registry document, of all its lists, one after another: to show them and to
 * compare two documents. Pure. */
#ifndef CTL_REGISTRY_ROWS_H
#define CTL_REGISTRY_ROWS_H

#include "base/buffer.h"
#include "wire/registry_document.h"

struct registry_row {
    const char *kind;    /* `business`, `campaign`, `group`, `warehouse`, … */
    int64_t id;          /* 0: a token. */
    struct bytes name;   /* Lends from the document. */
    struct buffer owner; /* `business 861370` */
    struct buffer note;  /* What else it says. */
};

void registry_row_init(struct registry_row *row);
void registry_row_deinit(struct registry_row *row);

enum registry_change { REGISTRY_SAME, REGISTRY_NEW, REGISTRY_CHANGED, REGISTRY_REMOVED };

/* Called with each entry; false ends it. The row lends for the visit. */
typedef bool registry_visit(void *context, enum registry_change change,
                            const struct registry_row *row);

/* Visits all entries of a document, as REGISTRY_SAME. False: a visit said so. */
bool registry_rows(const struct registry_document *document, registry_visit *visit, void *context);

/* Visits what a document would do to `known`: its removals, and its entries where they are new or
 * say something else. Numbers that a registry gives by itself are set to 0 in both. False: a visit
 * said so, or there is no memory (*failed). */
bool registry_compare(struct registry_document *document, struct registry_document *known,
                      registry_visit *visit, void *context, bool *failed);

#endif
