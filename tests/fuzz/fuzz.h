/* What the fuzzer, and the replay of its corpus, run: a table of targets, each a decoder, or a few
 * that read the same kind of bytes, with what has to hold whatever the bytes are. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "base/bytes.h"

/* Name, whether its bytes are a text with JSON in it, and what they are. fuzz_NAME() is declared
 * below, and defined in a target_*.c. */
/* clang-format off */
#define FUZZ_TARGETS(row) \
    row(base64, false, "text that may be base64url") \
    row(bytes, false, "any bytes: UTF-8, trimming, splitting, varints") \
    row(iso8601, false, "text that may be a date, against a plain reader") \
    row(http_date, false, "text that may be a date of HTTP") \
    row(moment, false, "eight bytes: a moment to be written and read again") \
    row(numbers, false, "text that may be a number, or hexadecimal digits of a hash") \
    row(json, true, "text that may be JSON, against the plain scanner") \
    row(put_stocks, true, "body of PUT offers/stocks") \
    row(get_stocks, true, "body of POST offers/stocks, and its answer") \
    row(hidden_offers, true, "body of hidden-offers, and its query") \
    row(campaign_offers, true, "bodies of offers and offers/update") \
    row(offer_list, true, "bodies with offerIds, and of offer-mappings") \
    row(v3_stocks, true, "bodies of v3 offers/stocks") \
    row(warehouses, true, "bodies of all methods of warehouses") \
    row(market_counts, true, "bodies with counts of the Market, and free storage") \
    row(order, true, "body that makes an order") \
    row(token_document, true, "bodies that make and revoke a token") \
    row(push_request, true, "body of POST /stocks, as the shop reads it") \
    row(push_answer, true, "its answer, as the Market reads it") \
    row(registry, true, "registry documents, one a line, applied one after another") \
    row(registry_kept, true, "documents as the store kept them, one a line") \
    row(request_entry, true, "a line of the query log") \
    row(exchange, true, "requests to both APIs, over a store on a simulated disk") \
    row(request_log, true, "files of the query log") \
    row(page_token, false, "text that may be a page token") \
    row(query, false, "query parameters of both APIs, NAME=VALUE&...") \
    row(route, false, "VERB PATH") \
    row(http, false, "bytes of a connection, against a plain reader of HTTP") \
    row(host_name, false, "value of Host") \
    row(cookie, false, "value of Cookie, against a plain reader") \
    row(media_type, false, "value of Content-Type") \
    row(csv, false, "a file of leftovers") \
    row(xlsx, true, "parts of an XLSX between lines of %%, each behind its name, against CSV") \
    row(yml, false, "a YML feed, against CSV") \
    row(source, false, "a file of any form") \
    row(csv_field, false, "any bytes that are written as a field and read again") \
    row(refusal, true, "an answer that stockctl reads") \
    row(reply_head, false, "lines of the head of an answer") \
    row(shop, true, "a request to the shop of stockctl") \
    row(stockd_options, false, "command line of stockd, a word a line") \
    row(stockctl_options, false, "command line of stockctl, a word a line") \
    row(segment, false, "header of a journal's segment") \
    row(frame, false, "a frame of the journal, with its checksum mended") \
    row(checkpoint, false, "header, part and end of a checkpoint, and a bit that is turned over") \
    row(history, false, "a history file, its chunks and records") \
    row(folder, false, "a program that writes a data folder, and damages it") \
    row(records, false, "records of shelves, as the journal has them") \
    row(shelf_entries, false, "image of a shelf, as a checkpoint has it") \
    row(image, false, "a program that changes a shelf while an image of it is taken")
/* clang-format on */

#define FUZZ_DECLARE(name, is_text, what) void fuzz_##name(struct bytes input);
FUZZ_TARGETS(FUZZ_DECLARE)
#undef FUZZ_DECLARE

struct fuzz_target {
    const char *name;
    bool is_text; /* mutate_text() changes it. */
    void (*run)(struct bytes input);
};

/* All targets; fuzz_targets_count() of them. */
extern const struct fuzz_target fuzz_targets[];
size_t fuzz_targets_count(void);

/* The target of that name, or NULL. */
const struct fuzz_target *fuzz_target_find(const char *name);

#endif
