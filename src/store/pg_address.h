/* Where a database is, by its URL: postgresql://user:password@host,host:port/database?option=value.
 * Of several hosts one is tried after the other, each with a time of its own, so that one that does
 * not answer keeps nobody from the others. The URL may hold a password: it is never printed. */
#ifndef STORE_PG_ADDRESS_H
#define STORE_PG_ADDRESS_H

#include <stdint.h>

#include "base/buffer.h"

enum { PG_TARGETS_MAX = 16, PG_ADDRESS_PAIRS_MAX = 16 };

/* One of the hosts; NULL: as the URL as a whole, or the environment, says. */
struct pg_target {
    const char *host;
    const char *hostaddr;
    const char *port;
};

/* Strings are the address's own. */
struct pg_address {
    char *url;
    char *lists[3]; /* Hosts, their numbers, ports: cut at the commas. */
    struct pg_target targets[PG_TARGETS_MAX];
    uint32_t targets_count; /* 1 or more. */
};

/* Copies the URL. ERR_INVALID: it is none, or holds what is easily a part of a password that was
 * not escaped; `problem` says what, without quoting it. ERR_MEMORY. */
MUST_USE enum err pg_address_init(struct pg_address *address, const char *url, char *problem,
                                  size_t problem_bytes);
void pg_address_deinit(struct pg_address *address);

/* Keywords and values for PQconnectStartParams(), the URL among them, NULL at their ends. Lent by
 * the address. */
void pg_address_pairs(const struct pg_address *address, uint32_t target,
                      const char *names[static PG_ADDRESS_PAIRS_MAX],
                      const char *values[static PG_ADDRESS_PAIRS_MAX]);

/* Whether there is a password in it, or may be, as it cannot be read. */
bool pg_address_has_password(const char *url);

/* Writes "host:port,host:port/database" for people to read; "?" for what is no URL. */
void pg_address_text(const char *url, char *text, size_t text_bytes);

/* Copies words of the library or the server: one line, cut where it is long. */
void pg_plain_line(const char *words, char *line, size_t line_bytes);

/* Likewise, as they can stand in a log line: without quotation marks. */
void pg_one_line(const char *words, char *line, size_t line_bytes);

#endif
