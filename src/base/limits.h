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
#define OFFERS_MAX               500 /* Hidden, updated or deleted at once (CONTRACT §4, §8). */
#define HIDDEN_PAGE_LIMIT_MAX    500
#define CAMPAIGN_OFFER_IDS_MAX   200
#define ARCHIVE_OFFER_IDS_MAX    200
#define STORE_PAGE_CELLS_MAX     500 /* No method's page is larger. */
#define STORE_HISTORY_EVENTS_MAX 200
#define STORE_ORDERS_MAX         100

/* Position of a page of a store's history: visible ASCII, no slash. */
#define STORE_HISTORY_POSITION_BYTES_MAX 64
#define BODY_BYTES_MAX                   (INT64_C(512) * 1024)
#define ERRORS_PER_REPLY_MAX             20
#define RATE_SKUS_PER_MINUTE_MAX         100000
#define ORDER_ID_BYTES_MAX               255
#define ORDER_ITEMS_MAX                  500
#define PAST_TOLERANCE_MS                (INT64_C(24) * 60 * 60 * 1000)
#define PAGE_TOKEN_BYTES_MAX             4096
#define PAGE_POSITION_BYTES_MAX          1100

/* Push (CONTRACT §3). A quarter of a thousand requests at once; a shop has few of them, as a shop's
 * server is often a small one: 8,000 SKUs are under way then. A shop gets a second place only of
 * the first half, so that slow shops leave others places to be asked from. */
#define PUSH_SKUS_MAX               1000
#define PUSH_TRANSFERS_MAX          256
#define PUSH_TRANSFERS_PER_SHOP_MAX 8
#define PUSH_TOKEN_BYTES_MAX        4096
#define PUSH_BODY_BYTES_MAX         (INT64_C(4) * 1024 * 1024) /* SKUs of 255 escaped characters. */

/* Echo of a rejected value in an error text, so that an answer stays small. */
#define REJECTED_VALUE_BYTES_MAX 300

/* Memory that an idle exchange keeps for its next request. */
#define ARENA_KEPT_BYTES_MAX    ((size_t)1024 * 1024)
#define REPLY_KEPT_BYTES_MAX    ((size_t)1024 * 1024)
#define BODY_KEPT_BYTES_MAX     ((size_t)BODY_BYTES_MAX)
#define IDLE_EXCHANGES_MAX      64
#define CONNECTION_MEMORY_BYTES (64 * 1024)

/* What bodies, answers and working memory of all requests of the operator's listener may take; that
 * of the public one is an option. Past it, only small bodies are taken and small answers given. */
#define OPERATOR_MEMORY_BYTES_MAX (INT64_C(64) * 1024 * 1024)
#define REQUEST_SMALL_BYTES       ((size_t)64 * 1024)

/* A body that is too large is still read and dropped up to here after the refusal was sent, so
 * that the client can read the answer instead of a reset connection. */
#define LINGER_BYTES_MAX (INT64_C(64) * 1024 * 1024)
#define LINGER_MS_MAX    2000
#define LINGERING_MAX    64

/* The ledger. Cells of a shelf are numbered in 32 bits; the last number means none. */
#define SHELF_CELLS_MAX     UINT32_C(0xFFFFFFF0)
#define SHELF_SKU_BYTES_MAX (INT64_C(1) << 46)
#define CELL_UNITS_MAX      INT64_C(0xFFFFFFFF)

/* A step of an image of a shelf, taken under its lock, costs so many plain cells: 0.1 ms. */
#define SHELF_IMAGE_STEP_WORK 4096

/* Orders of a shelf: those that hold units, and those that are over, which are kept for so long. */
#define ORDERS_OPEN_MAX     1000000
#define ORDERS_FINISHED_MAX 1000000
#define ORDERS_KEPT_MS      (INT64_C(30) * 24 * 60 * 60 * 1000)

/* The journal: docs/formats.md. */
#define JOURNAL_BLOCK_BYTES         4096
#define JOURNAL_SEGMENT_BYTES       (INT64_C(64) * 1024 * 1024)
#define JOURNAL_BATCH_BYTES_MAX     (INT64_C(16) * 1024 * 1024)
#define JOURNAL_RECORD_BYTES_MAX    (INT64_C(8) * 1024 * 1024)
#define CHECKPOINT_PART_BYTES_MAX   JOURNAL_RECORD_BYTES_MAX
#define JOURNAL_GATHER_US           300
#define JOURNAL_ROOM_RETRY_MS       1000
#define REGISTRY_DOCUMENT_BYTES_MAX (INT64_C(4) * 1024 * 1024)
#define REGISTRY_KEPT_BYTES_MAX     (JOURNAL_RECORD_BYTES_MAX - 64) /* Tokens grow to hashes. */

/* Checkpoints of the store. A start replays what came behind one: so much journal, or so many
 * documents, of which each changes a whole registry. */
#define CHECKPOINT_ENTRIES_BYTES         (256 * 1024) /* Of a shelf or of documents, in one part. */
#define CHECKPOINT_JOURNAL_BYTES_DEFAULT (INT64_C(256) * 1024 * 1024)
#define CHECKPOINT_DOCUMENTS_MAX         256
#define CHECKPOINT_RETRY_MS              60000 /* After one that failed. */

/* Histories of the local store. */
#define HISTORY_DAYS_DEFAULT   30
#define HISTORY_DAYS_MAX       3660
#define HISTORY_MB_DEFAULT     4096
#define HISTORY_LOOK_BYTES_MAX (INT64_C(64) * 1024 * 1024) /* Read for one page. */
#define HISTORY_CLOCK_SLACK_MS (INT64_C(60) * 60 * 1000)   /* Clocks go back less than that. */

/* All documents that a checkpoint holds. They fit in memory, as what they tell does: this bounds
 * what a file may claim. */
#define STORE_GIVEN_BYTES_MAX (INT64_C(1) << 30)

/* The registry. */
#define REGISTRY_MARKET_WAREHOUSES_MAX 64
#define REGISTRY_PUSH_PERIOD_S         3600
#define REGISTRY_PUSH_PERIOD_S_MAX     604800
#define REGISTRY_TOKEN_NAME_MAX        100 /* Code points (CONTRACT §7). */
#define REGISTRY_TOKENS_MAX            30  /* Not revoked, of a business (CONTRACT §9). */
#define REGISTRY_SHELF_ID_MAX          INT64_C(0xFFFFFFFF)
#define REGISTRY_MARKET_NUMBER_MAX     INT64_C(0x7FFFFFFF)

/* The query log: docs/formats.md. */
#define REQUEST_LOG_BYTES_MIN       (INT64_C(16) * 1024 * 1024) /* Smallest limit of all files. */
#define REQUEST_LOG_FILE_BYTES_MIN  (INT64_C(1) * 1024 * 1024)
#define REQUEST_LOG_FILE_BYTES_MAX  (INT64_C(16) * 1024 * 1024)
#define REQUEST_LOG_BATCH_BYTES_MAX (INT64_C(4) * 1024 * 1024)
#define REQUEST_LOG_WAKE_BYTES      (INT64_C(1) * 1024 * 1024)
#define REQUEST_LOG_SCAN_BYTES_MAX  (INT64_C(16) * 1024 * 1024) /* Read for one page. */
#define REQUEST_LOG_PAGE_MAX        500
#define REQUEST_LINE_BYTES_MAX      65536

/* Files of leftovers that the operator's listener takes: docs/decisions/0019-upload.md. */
#define UPLOAD_BYTES_MAX       (INT64_C(64) * 1024 * 1024)
#define UPLOAD_SHEET_BYTES_MAX (UINT64_C(512) * 1024 * 1024) /* Of an XLSX, unpacked. */
#define UPLOAD_ROWS_MAX        2000000
#define UPLOAD_SKUS_BYTES_MAX  (INT64_C(128) * 1024 * 1024)  /* Their texts. */
#define UPLOAD_PLAN_BYTES_MAX  (UINT64_C(256) * 1024 * 1024) /* Of one, on disk. */
#define UPLOADS_AT_ONCE_MAX    2                             /* Coming in, or being checked. */
#define UPLOADS_KEPT_MAX       4
#define UPLOADS_KEPT_MS        (INT64_C(60) * 60 * 1000)
#define UPLOAD_PAGE_MAX        500
#define TEMPLATE_ROWS_MAX      1048575 /* Of a sheet, behind the header. */

static_assert(SKU_BYTES_MAX == 4 * SKU_CODE_POINTS_MAX, "a code point has at most four bytes");

/* A write of PUT_SKUS_MAX new SKUs of the largest size fits in one record. */
#define RECORD_ENTRY_BYTES_MAX (1 + 4 * 10 + SKU_BYTES_MAX)
static_assert((int64_t)PUT_SKUS_MAX * RECORD_ENTRY_BYTES_MAX + 64 <= JOURNAL_RECORD_BYTES_MAX,
              "the largest write fits in a record");
static_assert(REGISTRY_KEPT_BYTES_MAX + 64 <= JOURNAL_RECORD_BYTES_MAX,
              "the largest registry document that is kept fits in a record");
static_assert(PAGE_LIMIT_MAX <= STORE_PAGE_CELLS_MAX, "every page is one of the store's");
static_assert(HIDDEN_PAGE_LIMIT_MAX <= STORE_PAGE_CELLS_MAX, "every page is one of the store's");
static_assert(STORE_PAGE_CELLS_MAX <= GET_OFFER_IDS_MAX, "a page can be looked up elsewhere");
static_assert(OFFERS_MAX <= GET_OFFER_IDS_MAX, "offers of one request can be looked up");
static_assert(OFFERS_MAX <= PUT_SKUS_MAX, "offers of one request are one record");
static_assert(JOURNAL_RECORD_BYTES_MAX + JOURNAL_BLOCK_BYTES <= JOURNAL_BATCH_BYTES_MAX,
              "the largest record fits in a batch");
static_assert(JOURNAL_SEGMENT_BYTES >= 3 * JOURNAL_BATCH_BYTES_MAX + JOURNAL_BLOCK_BYTES,
              "a fresh segment takes the batch being written and the one that gathers");
static_assert((int64_t)ORDER_ITEMS_MAX * 2 * 10 + ORDER_ID_BYTES_MAX + 64 <=
                  JOURNAL_RECORD_BYTES_MAX,
              "the largest order fits in a record");
static_assert(2 * STOCK_COUNT_MAX <= CELL_UNITS_MAX,
              "a count that was written and one that orders hold fit in a cell together");
static_assert(PUSH_SKUS_MAX <= PUT_SKUS_MAX, "an answer of a shop is one write");
static_assert(PUSH_TRANSFERS_PER_SHOP_MAX < PUSH_TRANSFERS_MAX / 2, "many shops are asked at once");
static_assert(INT64_C(12) * SKU_CODE_POINTS_MAX * PUSH_SKUS_MAX + 65536 < PUSH_BODY_BYTES_MAX,
              "a request with the longest SKUs fits, every character escaped as a pair");
static_assert(UPLOAD_BYTES_MAX <= LINGER_BYTES_MAX, "a body of that size is read to its end");
static_assert(REQUEST_LINE_BYTES_MAX <= REQUEST_LOG_BATCH_BYTES_MAX - REQUEST_LOG_WAKE_BYTES,
              "the largest entry fits in a batch that is not due yet");
static_assert(REQUEST_LOG_FILE_BYTES_MIN + 2 * REQUEST_LOG_BATCH_BYTES_MAX <= REQUEST_LOG_BYTES_MIN,
              "a file that is as good as full and two batches stay within the smallest limit");

#endif
