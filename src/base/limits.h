/* Every limit of the service in one place, related to each other by static asserts (DESIGN §6,
 * invariant 6). Limits of the wire name the CONTRACT section that sets them. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <assert.h>
#include <stdint.h>

/* The wire: CONTRACT §0.3, §0.4, §1, §2, §10. */
#define SKU_CODE_POINTS_MAX      255
#define SKU_BYTES_MAX            1020 /* Four bytes a code point. */
#define STOCK_COUNT_MAX          INT64_C(2000000000)
#define PUT_SKUS_MAX             2000
#define GET_OFFER_IDS_MAX        500
#define PAGE_LIMIT_MAX           200
#define BODY_BYTES_MAX           (INT64_C(512) * 1024)
#define ERRORS_PER_REPLY_MAX     20
#define RATE_SKUS_PER_MINUTE_MAX 100000
#define PAST_TOLERANCE_MS        (INT64_C(24) * 60 * 60 * 1000)
#define PAGE_TOKEN_BYTES_MAX     4096
#define PAGE_POSITION_BYTES_MAX  1100

/* Echo of a rejected value in an error text, so that an answer stays small. */
#define REJECTED_VALUE_BYTES_MAX 300

/* Memory that an idle exchange keeps for its next request. */
#define ARENA_KEPT_BYTES_MAX    ((size_t)1024 * 1024)
#define IDLE_EXCHANGES_MAX      64
#define CONNECTION_MEMORY_BYTES (64 * 1024)

/* A body that is too large is still read and dropped up to here after the refusal was sent, so
 * that the client can read the answer instead of a reset connection. */
#define LINGER_BYTES_MAX (INT64_C(64) * 1024 * 1024)
#define LINGER_MS_MAX    2000
#define LINGERING_MAX    64

/* The ledger. Cells of a shelf are numbered in 32 bits; the last number means none. */
#define SHELF_CELLS_MAX     UINT32_C(0xFFFFFFF0)
#define SHELF_SKU_BYTES_MAX (INT64_C(1) << 46)
#define CELL_UNITS_MAX      INT64_C(0xFFFFFFFF)

/* The journal: docs/formats.md. */
#define JOURNAL_BLOCK_BYTES         4096
#define JOURNAL_SEGMENT_BYTES       (INT64_C(64) * 1024 * 1024)
#define JOURNAL_BATCH_BYTES_MAX     (INT64_C(16) * 1024 * 1024)
#define JOURNAL_RECORD_BYTES_MAX    (INT64_C(8) * 1024 * 1024)
#define JOURNAL_GATHER_US           300
#define JOURNAL_ROOM_RETRY_MS       1000
#define REGISTRY_DOCUMENT_BYTES_MAX (INT64_C(4) * 1024 * 1024)
#define REGISTRY_KEPT_BYTES_MAX     (JOURNAL_RECORD_BYTES_MAX - 64) /* Tokens grow to hashes. */

static_assert(SKU_BYTES_MAX == 4 * SKU_CODE_POINTS_MAX, "a code point has at most four bytes");

/* A write of PUT_SKUS_MAX new SKUs of the largest size fits in one record. */
#define RECORD_ENTRY_BYTES_MAX (4 * 10 + SKU_BYTES_MAX)
static_assert((int64_t)PUT_SKUS_MAX * RECORD_ENTRY_BYTES_MAX + 64 <= JOURNAL_RECORD_BYTES_MAX,
              "the largest write fits in a record");
static_assert(REGISTRY_KEPT_BYTES_MAX + 64 <= JOURNAL_RECORD_BYTES_MAX,
              "the largest registry document that is kept fits in a record");
static_assert(JOURNAL_RECORD_BYTES_MAX + JOURNAL_BLOCK_BYTES <= JOURNAL_BATCH_BYTES_MAX,
              "the largest record fits in a batch");
static_assert(JOURNAL_SEGMENT_BYTES >= 3 * JOURNAL_BATCH_BYTES_MAX + JOURNAL_BLOCK_BYTES,
              "a fresh segment takes the batch being written and the one that gathers");
static_assert(STOCK_COUNT_MAX <= CELL_UNITS_MAX, "a count fits in a cell");

#endif
