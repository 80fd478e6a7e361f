/* `stockctl admin copy`: everything of a store carried to another place, a data folder or a
 * database, and compared there with what it was. The source is only read. */
#ifndef ADMIN_COPY_H
#define ADMIN_COPY_H

#include "os/os.h"

/* A place: one of the two is NULL. Lent for the call. */
struct copy_place {
    const char *folder;
    const char *url;
    const char *shown; /* The URL without its password. */
};

struct copy_settings {
    struct os *os;
    struct copy_place from;
    struct copy_place to;
    const char *program;   /* Lines about progress begin with it. */
    bool (*stopped)(void); /* Whether it is to end; asked now and then. */
    bool quiet;
};

/* What was carried, as it was found in the new place. */
struct copy_totals {
    uint64_t shelves;
    uint64_t cells;
    uint64_t available;
    uint64_t reserved;
    uint64_t unfit;
    uint64_t orders;
    uint64_t orders_open;
    uint64_t documents;
};

enum copy_outcome {
    COPY_DONE,
    COPY_REFUSED,     /* The source is damaged, the target not empty, one in use; they differ. */
    COPY_WRONG,       /* What was asked for cannot be. */
    COPY_UNREACHABLE, /* A database was not reached, or lost. */
    COPY_NOT_ALLOWED, /* It does not let us, or a right is missing. */
    COPY_MACHINE,     /* A file could not be read or written, a disk is full, or no memory. */
    COPY_STOPPED,
};

enum { COPY_PROBLEM_BYTES = 4096 };

struct copy_report {
    struct copy_totals totals;
    int64_t took_ms;
    char problem[COPY_PROBLEM_BYTES]; /* Which place, and what is wrong there; a line. */
};

/* Copies everything and compares. Anything but COPY_DONE: report->problem says why, and what there
 * is in the target is no store: nobody starts on it. */
enum copy_outcome copy_store(const struct copy_settings *settings, struct copy_report *report);

#endif
