/* What one finished request of the public API leaves in the query log: who asked for what, what the
 * answer was, and what it cost. Never a token, never a body; the texts of errors, yes.
 *
 * Two forms as JSON: the kept one (docs/formats.md, "Query log"), a short line for the disk, and
 * the shown one, with names that explain themselves, for the operator API. */
#ifndef WIRE_REQUEST_ENTRY_H
#define WIRE_REQUEST_ENTRY_H

#include "base/arena.h"
#include "base/limits.h"
#include "wire/http.h"
#include "wire/json.h"

/* Bytes of each text that are kept; what is longer is cut. */
enum {
    REQUEST_METHOD_BYTES_MAX = 16,
    REQUEST_PATH_BYTES_MAX = 1024,
    REQUEST_TOKEN_NAME_BYTES_MAX = 128,
    REQUEST_CALLER_BYTES_MAX = 200,
    REQUEST_ERRORS_BYTES_MAX = 4096, /* All codes and messages together. */
};

struct request_error {
    struct bytes code;
    struct bytes message;
};

/* Texts are lent by whoever fills it. */
struct request_entry {
    int64_t received_at_ms; /* When its head was complete. */
    uint64_t id;            /* base/moment_id.h, of that moment; 0: it is older than ids are. */
    int64_t took_us;
    struct bytes method;
    struct bytes path;     /* With the query: request_path() writes it. */
    int64_t campaign_id;   /* 0: none. */
    int64_t business_id;   /* 0: none. */
    struct bytes token;    /* The token's name, never its secret. May be empty. */
    int64_t status;        /* 0: the client left before its answer. */
    int64_t request_bytes; /* Of the body. */
    int64_t reply_bytes;   /* Of the body. */
    struct bytes caller;   /* The program that asked, as it calls itself. May be empty. */
    const struct request_error *errors;
    size_t errors_count; /* At most ERRORS_PER_REPLY_MAX. */
};

/* Whoever wants to hear of each finished request. `add` takes nothing over, is cheap, never waits
 * for a disk, and may be called from any thread. */
struct request_sink {
    void *context;
    void (*add)(void *context, const struct request_entry *entry);
};

/* Writes path and query into `text`, percent-encoded, and cut where it is full. The value of a
 * parameter whose name says that it is a secret becomes `***`; page tokens are none. Lends `text`.
 */
struct bytes request_path(const struct http_exchange *exchange, uint8_t text[],
                          size_t text_bytes_max);

/* Appends the kept form, one JSON object without a line break and without one behind it. */
void request_entry_encode(struct buffer *buffer, const struct request_entry *entry);

/* Appends the shown form. */
void request_entry_show(struct buffer *buffer, const struct request_entry *entry);

/* Reads the kept form. Texts lend from the parser's document, errors stand in `errors`. False: it
 * is not such an object; unknown members are passed over. */
MUST_USE bool request_entry_decode(struct json_value root,
                                   struct request_error errors[ERRORS_PER_REPLY_MAX],
                                   struct request_entry *entry);

/* Copies the entry with all its texts into the arena. ERR_MEMORY. */
MUST_USE enum err request_entry_copy(const struct request_entry *entry, struct arena *arena,
                                     struct request_entry *copy);

#endif
