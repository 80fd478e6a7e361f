/* What has to hold for every input, and the words to compare results by. A fact that does not hold
 * aborts through ASSERT, which the fuzzer keeps as a crash. */
#ifndef TESTS_FUZZ_CHECK_H
#define TESTS_FUZZ_CHECK_H

#include "../support/json_case.h"
#include "base/arena.h"
#include "base/stock.h"
#include "wire/reply.h"

/* The clock of all targets: 2025-09-17T09:06:40Z. */
#define FUZZ_NOW_MS INT64_C(1758100000000)

/* Neither empty nor longer than an error may be, and UTF-8. */
void check_message(struct bytes text);

/* A message for a terminal: one line without control characters, too. */
void check_printable(struct bytes text);

/* All messages of a list: at least one, and each sound. */
void check_errors(const struct error_list *errors);

/* A SKU as the contract has it: by a plain reading of its pattern, not by ours. */
void check_sku(struct bytes sku);

/* Distinct SKUs, `stride` bytes apart. */
void check_keys(const struct stock_key *keys, size_t stride, uint32_t count);

/* A moment in the years 0000…9999. */
void check_moment(int64_t ms);

/* A text that is JSON, and one object. */
void check_object(struct bytes text);

/* Writes down a value, so that two results can be compared. */
void tell_number(struct buffer *told, int64_t value);
void tell_bytes(struct buffer *told, struct bytes bytes);

/* Equal, or abort. */
void check_equal(const struct buffer *left, const struct buffer *right);

#endif
