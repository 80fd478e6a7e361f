/* Reading kept records: the newest file that has what is looked for, the chunks of the key in it,
 * the newest first, and those whose filter has the item. Nothing is kept in memory for it. */
#include <inttypes.h>
#include <stdlib.h>

#include "journal/history_internal.h"
#include "os/log.h"

/* A file that is read. */
struct reading {
    struct history *history;
    const struct history_wanted *wanted;
    struct journal_look *look;
    struct history_header header;
    struct os_file *file;
    struct buffer index;
    struct buffer bytes;   /* Of the chunk at hand, */
    struct buffer records; /* and its records, struct journal_record each. */
};

/* Opens the newest file with records up to look->seq, and sets its header. */
static enum err open_newest(struct reading *reading)
{
    struct history *history = reading->history;
    enum err error = ERR_NOT_FOUND;
    pthread_mutex_lock(&history->lock);
    size_t at = history->files_count;
    while (at > 0 && history->files[at - 1].seq_first > reading->look->seq)
        at--;
    if (at > 0) {
        char path[JOURNAL_PATH_BYTES_MAX];
        reading->header = history->files[at - 1];
        history_path(history, reading->header.number, path);
        error = history->os->open(history->os, path, OS_OPEN_READ, &reading->file);
        if (error == ERR_NOT_FOUND)
            error = ERR_CORRUPT; /* Somebody removed it: not the end of the history. */
    }
    pthread_mutex_unlock(&history->lock);
    return error;
}

/* Reads a piece into the buffer. ERR_CORRUPT: the file is shorter. */
static enum err read_piece(const struct reading *reading, uint64_t offset, size_t size,
                           struct buffer *buffer)
{
    struct os *os = reading->history->os;
    size_t got = 0;
    buffer_clear(buffer);
    if (buffer_reserve(buffer, size) != OK)
        return ERR_MEMORY;
    const enum err error = os->read(os, reading->file, offset, buffer->data, size, &got);
    buffer->size = got;
    reading->look->bytes_left -= got < reading->look->bytes_left ? got : reading->look->bytes_left;
    if (error != OK)
        return error;
    return got == size ? OK : ERR_CORRUPT;
}

/* How many chunks stand before the first one behind the key and look->seq. */
static uint32_t chunks_before(const struct reading *reading)
{
    const struct bytes index = buffer_bytes(&reading->index);
    uint32_t low = 0;
    uint32_t high = reading->header.chunks_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct history_index_entry entry = history_index_entry_decode(index, middle);
        if (entry.key < reading->wanted->key ||
            (entry.key == reading->wanted->key && entry.seq_first <= reading->look->seq))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Takes the payload apart. */
static enum err split_payload(struct reading *reading, const struct history_chunk *chunk)
{
    struct cursor cursor = cursor_begin((struct bytes){reading->bytes.data, chunk->payload_bytes});
    struct journal_record record = {.seq = chunk->seq_first};
    buffer_clear(&reading->records);
    for (uint32_t i = 0; i < chunk->records_count; i++) {
        if (!history_record_decode(&cursor, chunk, &record))
            return ERR_CORRUPT;
        buffer_append(&reading->records, (struct bytes){(const uint8_t *)&record, sizeof(record)});
    }
    return reading->records.failed ? ERR_MEMORY : OK;
}

/* Hands on the records of the chunk up to look->seq. *more: and more are wanted. */
static void hand_back(const struct reading *reading, uint32_t count, bool *more)
{
    struct journal_look *look = reading->look;
    for (uint32_t i = count; i-- > 0 && *more;) {
        struct journal_record record;
        memcpy(&record, reading->records.data + (size_t)i * sizeof(record), sizeof(record));
        if (record.seq > look->seq)
            continue;
        look->seq = record.seq;
        *more = look->take(look->context, &record);
        if (*more)
            look->seq--;
    }
}

static enum err look_at_chunk(struct reading *reading, const struct history_index_entry *entry,
                              bool *more)
{
    const uint64_t salt = history_salt(&reading->header);
    struct history_chunk chunk;
    enum err error = read_piece(reading, entry->offset, HISTORY_CHUNK_HEAD_BYTES, &reading->bytes);
    if (error == OK && (!history_chunk_peek(buffer_bytes(&reading->bytes), &chunk) ||
                        chunk.key != entry->key || chunk.seq_last != entry->seq_last))
        error = ERR_CORRUPT;
    if (error != OK)
        return error;
    const size_t head_bytes = history_chunk_head_bytes(&chunk);
    error = read_piece(reading, entry->offset, head_bytes, &reading->bytes);
    if (error == OK && !history_chunk_head_is_sound(buffer_bytes(&reading->bytes), &chunk, salt))
        error = ERR_CORRUPT;
    if (error != OK)
        return error;
    if (chunk.filter_bytes > 0 &&
        !history_filter_has(reading->bytes.data + HISTORY_CHUNK_HEAD_BYTES, chunk.filter_bytes,
                            reading->wanted->item))
        return OK;
    error = read_piece(reading, entry->offset + head_bytes, history_chunk_payload_bytes(&chunk),
                       &reading->bytes);
    if (error == OK && !history_chunk_payload_is_sound(buffer_bytes(&reading->bytes), &chunk, salt))
        error = ERR_CORRUPT;
    if (error == OK)
        error = split_payload(reading, &chunk);
    if (error == OK)
        hand_back(reading, chunk.records_count, more);
    return error;
}

/* Looks at the chunks of the key, the newest first. *more: all were, and more are wanted. */
static enum err look_at_file(struct reading *reading, bool *more)
{
    const struct history_header *header = &reading->header;
    struct journal_look *look = reading->look;
    enum err error = read_piece(reading, header->index_offset,
                                history_index_bytes(header->chunks_count), &reading->index);
    if (error == OK && !history_index_is_sound(buffer_bytes(&reading->index), history_salt(header)))
        error = ERR_CORRUPT;
    if (error != OK)
        return error;
    for (uint32_t i = chunks_before(reading); i-- > 0 && error == OK && *more;) {
        const struct history_index_entry entry =
            history_index_entry_decode(buffer_bytes(&reading->index), i);
        if (entry.key != reading->wanted->key)
            break;
        error = look_at_chunk(reading, &entry, more);
        if (error == OK && *more) {
            look->seq = entry.seq_first - 1;
            *more = look->bytes_left > 0;
        }
    }
    return error;
}

static void tell_damaged(struct history *history, uint64_t number, enum err error)
{
    pthread_mutex_lock(&history->lock);
    const bool told = history->damaged_told == number;
    history->damaged_told = number;
    pthread_mutex_unlock(&history->lock);
    log_line(told ? LOG_DEBUG : LOG_WARN,
             "event=history_file_unusable folder=%s file=%016" PRIx64
             " problem=\"%s\" meaning=\"what it has is not shown\"",
             history->path, number, err_text(error));
}

/* What the disk did not give this time may well be there: nothing is told to be missing. */
static enum err tell_unreadable(const struct history *history, uint64_t number)
{
    log_line(LOG_WARN,
             "event=history_file_unreadable folder=%s file=%016" PRIx64
             " meaning=\"the look at a history ends here, and is refused\"",
             history->path, number);
    return ERR_IO;
}

/* Tells the taker that records are missing. False: it wants no more. */
static bool tell_gap(struct journal_look *look)
{
    const struct journal_record none = {look->seq, {NULL, 0}};
    return look->take(look->context, &none);
}

/* Looks at the newest file with records up to look->seq. *more: it is done with. */
static enum err look_at_newest(struct reading *reading, bool *more)
{
    struct journal_look *look = reading->look;
    enum err error = open_newest(reading);
    if (error == ERR_NOT_FOUND || error == ERR_MEMORY)
        return error;
    if (error == ERR_IO)
        return tell_unreadable(reading->history, reading->header.number);
    const struct history_header *header = &reading->header;
    if (header->at_last_ms < reading->wanted->from_ms) {
        reading->history->os->close(reading->history->os, reading->file);
        return ERR_NOT_FOUND;
    }
    if (look->seq > header->seq_last)
        *more = tell_gap(look);
    if (error == OK && *more)
        error = look_at_file(reading, more);
    reading->history->os->close(reading->history->os, reading->file);
    reading->file = NULL;
    if (error == ERR_MEMORY)
        return error;
    if (error == ERR_IO)
        return tell_unreadable(reading->history, header->number);
    if (error != OK) {
        tell_damaged(reading->history, header->number, error);
        *more = tell_gap(look);
    }
    if (*more)
        look->seq = header->seq_first - 1;
    return OK;
}

enum err history_look_back(struct history *history, const struct history_wanted *wanted,
                           struct journal_look *look)
{
    struct reading reading = {.history = history, .wanted = wanted, .look = look};
    buffer_init(&reading.index);
    buffer_init(&reading.bytes);
    buffer_init(&reading.records);
    enum err error = OK;
    bool more = true;
    while (error == OK && more && look->bytes_left > 0)
        error = look_at_newest(&reading, &more);
    buffer_deinit(&reading.index);
    buffer_deinit(&reading.bytes);
    buffer_deinit(&reading.records);
    return error;
}
