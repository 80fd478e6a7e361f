/* What a history is read from: bytes that nobody wrote hurt nobody, be it as a record, as a chunk,
 * as a file behind its header, or as the payload of a chunk whose sums are right, in the folder of
 * a store. It opens, and looking at the file comes to an end. */
#include <stdlib.h>

#include "check.h"
#include "fuzz.h"
#include "journal/format.h"
#include "journal/history_format.h"
#include "os/os_sim.h"
#include "store/record_past.h"
#include "store/store_local_internal.h"

enum { SHELF = 1, RECORDS = 40 };

static void no_item(void *context, uint32_t item)
{
    uint32_t *items = context;
    *items ^= item;
}

/* The bytes as a record. */
static void check_record(struct bytes input)
{
    struct record_past past;
    struct stock_event events[RECORD_PAST_EVENTS_MAX];
    uint32_t items = 0;
    int64_t reserved = 7;
    if (record_past_decode(input, &past) != RECORD_PAST_TOLD)
        return;
    check_moment(past.cause.at_ms);
    const uint32_t count = record_past_events(&past, 0, &reserved, events);
    ASSERT(count <= RECORD_PAST_EVENTS_MAX);
    ASSERT(reserved >= STOCK_NOT_KNOWN);
    for (uint32_t i = 0; i < count; i++) {
        ASSERT((int)events[i].kind < STOCK_EVENT_KINDS_COUNT);
        ASSERT(events[i].cause.by.size <= STOCK_CAUSE_BY_BYTES_MAX);
        ASSERT(events[i].order_id.size <= ORDER_ID_BYTES_MAX);
    }
    record_past_cells(&past, &items, no_item);
}

/* The bytes as a chunk with right checksums, from its head on. */
static void check_chunk(struct bytes input)
{
    struct history_chunk chunk;
    if (!history_chunk_peek(input, &chunk) || history_chunk_head_bytes(&chunk) > input.size)
        return;
    const size_t head_bytes = history_chunk_head_bytes(&chunk);
    const struct bytes payload = {input.data + head_bytes, input.size - head_bytes};
    if (history_chunk_head_is_sound(input, &chunk, 1) &&
        history_chunk_payload_is_sound(payload, &chunk, 1))
        ASSERT(history_chunk_head_bytes(&chunk) + chunk.payload_bytes <= input.size);
    if (chunk.filter_bytes > 0)
        (void)history_filter_has(input.data + HISTORY_CHUNK_HEAD_BYTES, chunk.filter_bytes, 5);
    struct cursor cursor = cursor_begin(payload);
    struct journal_record record = {.seq = chunk.seq_first};
    while (history_record_decode(&cursor, &chunk, &record))
        ASSERT(record.seq <= chunk.seq_last && record.payload.size > 0);
}

/* The journal's id, from its first segment. */
static uint64_t journal_id_of(struct os *os)
{
    uint8_t block[JOURNAL_BLOCK_BYTES];
    struct bytes bytes = {block, 0};
    struct segment_header header;
    struct os_file *file = NULL;
    ASSERT(os->open(os, "data/journal/0000000000000001.journal", OS_OPEN_READ, &file) == OK);
    ASSERT(os->read(os, file, 0, block, sizeof(block), &bytes.size) == OK);
    ASSERT(segment_header_decode(bytes, &header) == OK);
    os->close(os, file);
    return header.journal_id;
}

/* A file with one chunk, all sums of which are right; or with these bytes behind its header. */
static void file_encode(struct buffer *bytes, struct history_header header,
                        const struct history_chunk *chunk, struct bytes payload)
{
    const uint64_t salt = history_salt(&header);
    static const uint8_t filter[HISTORY_FILTER_BYTES_MAX];
    const struct history_index_entry entry = {SHELF, chunk->seq_first, chunk->seq_last,
                                              JOURNAL_BLOCK_BYTES};
    struct buffer rest;
    buffer_init(&rest);
    if (chunk->records_count > 0) {
        history_chunk_head_encode(&rest, chunk, filter, salt);
        history_chunk_payload_encode(&rest, payload, salt);
        header.index_offset = JOURNAL_BLOCK_BYTES + rest.size;
        const size_t start = rest.size;
        history_index_entry_encode(&rest, &entry);
        history_index_end(&rest, start, salt);
    } else {
        buffer_append(&rest, payload);
        header.index_offset = JOURNAL_BLOCK_BYTES;
    }
    header.file_bytes = JOURNAL_BLOCK_BYTES + rest.size;
    history_header_encode(bytes, &header);
    buffer_append(bytes, buffer_bytes(&rest));
    ASSERT(!bytes->failed);
    buffer_deinit(&rest);
}

static void write_file(struct os *os, struct bytes bytes)
{
    struct os_file *file = NULL;
    ASSERT(os->make_folder(os, "data/history") == OK);
    ASSERT(os->open(os, "data/history/0000000000000001.history", OS_OPEN_CREATE, &file) == OK);
    ASSERT(os->write(os, file, 0, bytes) == OK);
    os->close(os, file);
}

static enum err take_document(void *context, struct bytes name, struct bytes content)
{
    (void)context;
    (void)name;
    (void)content;
    return OK;
}

static struct store *open_store(struct os *os)
{
    struct store *store = NULL;
    struct store_opening opening;
    const struct store_local_settings settings = {.os = os,
                                                  .folder = "data",
                                                  .history_days = 8000000,
                                                  .history_bytes_max = INT64_MAX,
                                                  .documents = {.take = take_document}};
    ASSERT(store_local_open(&settings, &opening, &store) == OK);
    return store;
}

static void add_records(struct store *store)
{
    for (int i = 0; i < RECORDS; i++)
        ASSERT(store_add_document(store, BYTES("d"), BYTES("x")) == OK);
}

static bool take(void *context, const struct journal_record *record)
{
    uint64_t *seq = context;
    ASSERT(record->seq <= *seq);
    *seq = record->seq;
    check_record(record->payload);
    return true;
}

/* Looks at all that the file has, which comes to an end. */
static void look_at_all(struct store *store)
{
    uint64_t seq = UINT64_MAX;
    struct journal_look look = {
        .context = &seq, .take = take, .seq = RECORDS, .bytes_left = 1 << 20};
    const struct history_wanted wanted = {.key = SHELF, .from_ms = INT64_MIN};
    const enum err error = history_look_back(local_of(store)->history, &wanted, &look);
    ASSERT(error == ERR_NOT_FOUND || error == ERR_MEMORY || look.bytes_left == 0);
}

static void check_file(const struct history_chunk *chunk, struct bytes payload)
{
    struct os_sim *sim = os_sim_create(1);
    struct os *os = os_sim_os(sim);
    struct buffer bytes;
    buffer_init(&bytes);
    os_sim_set_now(sim, FUZZ_NOW_MS);
    struct store *store = open_store(os);
    add_records(store);
    store_close(store);
    const struct history_header header = {.journal_id = journal_id_of(os),
                                          .number = 1,
                                          .seq_first = 1,
                                          .seq_last = RECORDS,
                                          .at_last_ms = FUZZ_NOW_MS,
                                          .chunks_count = 1};
    file_encode(&bytes, header, chunk, payload);
    write_file(os, buffer_bytes(&bytes));
    store = open_store(os);
    look_at_all(store);
    store_close(store);
    buffer_deinit(&bytes);
    os_sim_destroy(sim);
}

/* The bytes as they are; and as the members and the payload of a chunk. */
void fuzz_history(struct bytes input)
{
    struct history_header header;
    const enum err error = history_header_decode(input, &header);
    ASSERT(error == OK || error == ERR_CORRUPT || error == ERR_UNSUPPORTED);
    check_record(input);
    check_chunk(input);
    struct cursor cursor = cursor_begin(input);
    struct history_chunk chunk = {.key = SHELF};
    chunk.records_count = cursor_u8(&cursor);
    chunk.seq_first = 1 + cursor_u8(&cursor) % RECORDS;
    chunk.seq_last = chunk.seq_first + cursor_u8(&cursor) % RECORDS;
    const struct bytes payload = cursor_bytes(&cursor, cursor_left(&cursor));
    chunk.payload_bytes = (uint32_t)payload.size;
    check_file(&chunk, payload);
}
