/* Layout of a history file (docs/formats.md has the byte tables): its header, its chunks, their
 * index; encoded and decoded over bytes in memory. Little-endian. */
#ifndef JOURNAL_HISTORY_FORMAT_H
#define JOURNAL_HISTORY_FORMAT_H

#include "base/buffer.h"
#include "base/limits.h"
#include "journal/replay.h"

#define HISTORY_MAGIC            UINT32_C(0x484A5453) /* "STJH" */
#define HISTORY_VERSION          1
#define HISTORY_CHUNK_MAGIC      UINT32_C(0x4B4A5453) /* "STJK" */
#define HISTORY_CHUNK_HEAD_BYTES 40
#define HISTORY_INDEX_BYTES      32 /* An entry of the index. */
#define HISTORY_FILTER_BYTES_MAX ((size_t)16 * 1024)

struct history_header {
    uint64_t journal_id;
    uint64_t number;
    uint64_t seq_first; /* The file has all of these records that belong in a history. */
    uint64_t seq_last;
    int64_t at_first_ms; /* The least and the greatest moment of them. */
    int64_t at_last_ms;
    uint64_t index_offset;
    uint32_t chunks_count;
    uint64_t file_bytes;
};

/* Seed of the checksums behind the header. */
uint64_t history_salt(const struct history_header *header);

/* Appends the header, one whole block. */
void history_header_encode(struct buffer *buffer, const struct history_header *header);

/* ERR_CORRUPT: no header of ours. ERR_UNSUPPORTED: of another version. */
MUST_USE enum err history_header_decode(struct bytes block, struct history_header *header);

/* Records of one key, in the order of their numbers. */
struct history_chunk {
    uint32_t records_count;
    int64_t key;
    uint64_t seq_first;
    uint64_t seq_last;
    uint32_t filter_bytes; /* Which items it may speak of; 0: any. A power of two. */
    uint32_t payload_bytes;
};

/* Appends head and filter. */
void history_chunk_head_encode(struct buffer *buffer, const struct history_chunk *chunk,
                               const uint8_t *filter, uint64_t salt);

/* Appends the payload, `payload_bytes` that were made by history_record_encode(), its checksum, and
 * zeros up to a multiple of 8 bytes. */
void history_chunk_payload_encode(struct buffer *buffer, struct bytes payload, uint64_t salt);

/* Reads the head alone. False: there is none. */
MUST_USE bool history_chunk_peek(struct bytes bytes, struct history_chunk *chunk);

/* Bytes of head and filter, and behind them of the payload with what follows it. */
size_t history_chunk_head_bytes(const struct history_chunk *chunk);
size_t history_chunk_payload_bytes(const struct history_chunk *chunk);

/* Verifies them. */
MUST_USE bool history_chunk_head_is_sound(struct bytes head, const struct history_chunk *chunk,
                                          uint64_t salt);
MUST_USE bool history_chunk_payload_is_sound(struct bytes payload,
                                             const struct history_chunk *chunk, uint64_t salt);

/* Appends a record to a payload; `seq_before` is the number of the one before, or the chunk's
 * first. */
void history_record_encode(struct buffer *payload, uint64_t seq_before,
                           const struct journal_record *record);

/* Reads the next record of a chunk, which lends from the cursor; record->seq is that of the one
 * before, or the chunk's first. */
MUST_USE bool history_record_decode(struct cursor *payload, const struct history_chunk *chunk,
                                    struct journal_record *record);

/* Filters: of `filter_bytes` > 0. */
uint32_t history_filter_bytes(uint32_t items_count); /* 0: too many for one. */
void history_filter_add(uint8_t *filter, uint32_t filter_bytes, uint32_t item);
bool history_filter_has(const uint8_t *filter, uint32_t filter_bytes, uint32_t item);

/* Where a chunk stands. The index is in the order of keys, then of numbers. */
struct history_index_entry {
    int64_t key;
    uint64_t seq_first;
    uint64_t seq_last;
    uint64_t offset;
};

void history_index_entry_encode(struct buffer *buffer, const struct history_index_entry *entry);
void history_index_end(struct buffer *buffer, size_t start, uint64_t salt);

/* Bytes of an index with so many entries. */
size_t history_index_bytes(uint32_t chunks_count);
MUST_USE bool history_index_is_sound(struct bytes index, uint64_t salt);
struct history_index_entry history_index_entry_decode(struct bytes index, uint32_t at);

#endif
