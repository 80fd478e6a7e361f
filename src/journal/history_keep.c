/* Keeping: records are gathered out of the journal, sorted by key and number, and written in
 * chunks, each in a step of its own, so that whoever makes checkpoints can stop in between. What is
 * gathered is bounded, so a file is of some 16 MiB. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "journal/history_internal.h"
#include "os/log.h"

/* The file is small: disk that is claimed and not needed would be missed elsewhere. */
#define CLAIM_BYTES (UINT64_C(1) * 1024 * 1024)

/* --- Gathering. --- */

static bool gather_one(void *context, const struct journal_record *record)
{
    struct history *history = context;
    struct keeper *keeper = &history->keeper;
    struct history_header *header = &keeper->header;
    struct history_entry entry;
    if (keeper->bytes.size >= HISTORY_GATHER_BYTES)
        return false;
    if (!history->settings.sorter.sort(record->payload, &entry))
        return true;
    const struct gathered item = {entry.key, record->seq, keeper->bytes.size, record->payload.size};
    buffer_append(&keeper->bytes, record->payload);
    buffer_append(&keeper->items, (struct bytes){(const uint8_t *)&item, sizeof(item)});
    if (keeper->bytes.failed || keeper->items.failed) {
        keeper->error = ERR_MEMORY;
        return false;
    }
    if (keeper->items_count++ == 0 || entry.at_ms < header->at_first_ms)
        header->at_first_ms = entry.at_ms;
    if (keeper->items_count == 1 || entry.at_ms > header->at_last_ms)
        header->at_last_ms = entry.at_ms;
    return true;
}

/* Reads on in the journal. */
static enum err gather_some(struct history *history, uint64_t seq_end)
{
    struct keeper *keeper = &history->keeper;
    const uint64_t first = journal_seq_first(history->journal);
    if (keeper->seq_next < first) { /* It is older than histories, or lost, and told. */
        ASSERT(keeper->items_count == 0);
        keeper->header.seq_first = 0;
        keeper->seq_next = first;
    }
    if (keeper->header.seq_first == 0)
        keeper->header.seq_first = keeper->seq_next;
    struct journal_look look = {.context = history,
                                .take = gather_one,
                                .seq = keeper->seq_next,
                                .seq_end = seq_end,
                                .bytes_left = HISTORY_READ_BYTES,
                                .spot = keeper->spot};
    const enum err error = journal_look_on(history->journal, &look);
    keeper->seq_next = look.seq;
    keeper->spot = look.spot;
    keeper->header.seq_last = look.seq - 1;
    return error == OK ? keeper->error : error;
}

static int compare_gathered(const void *left, const void *right)
{
    const struct gathered *one = left;
    const struct gathered *other = right;
    if (one->key != other->key)
        return one->key < other->key ? -1 : 1;
    return one->seq < other->seq ? -1 : one->seq > other->seq;
}

static struct gathered gathered_at(const struct keeper *keeper, size_t at)
{
    struct gathered item;
    memcpy(&item, keeper->items.data + at * sizeof(item), sizeof(item));
    return item;
}

/* --- Writing. --- */

/* Closes what is written; the file's name stays. */
static void file_end(struct history *history)
{
    struct keeper *keeper = &history->keeper;
    if (keeper->append.os == NULL)
        return;
    history->os->close(history->os, keeper->append.file);
    append_file_deinit(&keeper->append);
    keeper->append = (struct append_file){.os = NULL};
    buffer_deinit(&keeper->index);
    buffer_deinit(&keeper->payload);
    free(keeper->found);
    free(keeper->filter);
    keeper->found = NULL;
    keeper->filter = NULL;
}

static void file_abandon(struct history *history)
{
    struct keeper *keeper = &history->keeper;
    if (keeper->append.os == NULL)
        return;
    const bool was_made = keeper->append.file != NULL;
    file_end(history);
    if (was_made && journal_owns_folder(history->journal))
        (void)history->os->remove(history->os, keeper->path); /* Else the next start does. */
}

/* What was gathered is written, or given up. */
static void gathered_end(struct keeper *keeper)
{
    buffer_deinit(&keeper->bytes);
    buffer_deinit(&keeper->items);
    keeper->items_count = 0;
    keeper->items_done = 0;
    keeper->header = (struct history_header){.seq_first = 0};
    keeper->error = OK;
    keeper->stage = KEEP_GATHER;
}

/* The folder is made when the first file is. */
static enum err create(struct history *history, struct os_file **file)
{
    struct os *os = history->os;
    if (!journal_owns_folder(history->journal))
        return ERR_DENIED;
    enum err error = os->open(os, history->keeper.path, OS_OPEN_CREATE, file);
    if (error != ERR_NOT_FOUND)
        return error;
    error = os->make_folder(os, history->path);
    if (error == OK)
        error = os->sync_folder(os, history->journal->path);
    return error == OK ? os->open(os, history->keeper.path, OS_OPEN_CREATE, file) : error;
}

static enum err file_begin(struct history *history)
{
    struct keeper *keeper = &history->keeper;
    keeper->header.journal_id = history->journal->journal_id;
    keeper->header.number = history->number_next++;
    keeper->header.chunks_count = 0;
    keeper->items_done = 0;
    keeper->stage = KEEP_WRITE;
    qsort(keeper->items.data, keeper->items_count, sizeof(struct gathered), compare_gathered);
    history_path(history, keeper->header.number, keeper->path);
    append_file_init(&keeper->append, history->os, NULL, JOURNAL_BLOCK_BYTES);
    keeper->append.step_bytes = CLAIM_BYTES;
    buffer_init(&keeper->index);
    buffer_init(&keeper->payload);
    keeper->found = calloc(HISTORY_ITEMS_MAX + 1, sizeof(*keeper->found));
    keeper->filter = malloc(HISTORY_FILTER_BYTES_MAX);
    if (keeper->found == NULL || keeper->filter == NULL)
        return ERR_MEMORY;
    return create(history, &keeper->append.file);
}

static void note_item(void *context, uint32_t item)
{
    struct keeper *keeper = context;
    if (keeper->found_count <= HISTORY_ITEMS_MAX)
        keeper->found[keeper->found_count++] = item;
}

/* Puts records of one key into the payload, as many as go into a chunk. */
static struct history_chunk chunk_fill(struct history *history)
{
    struct keeper *keeper = &history->keeper;
    struct gathered item = gathered_at(keeper, keeper->items_done);
    struct history_chunk chunk = {.key = item.key, .seq_first = item.seq, .seq_last = item.seq};
    buffer_clear(&keeper->payload);
    keeper->found_count = 0;
    while (item.key == chunk.key) {
        const struct journal_record record = {item.seq,
                                              {keeper->bytes.data + item.offset, item.size}};
        history_record_encode(&keeper->payload, chunk.seq_last, &record);
        if (!history->settings.sorter.items(record.payload, keeper, note_item))
            keeper->found_count = HISTORY_ITEMS_MAX + 1;
        chunk.seq_last = item.seq;
        chunk.records_count++;
        if (++keeper->items_done == keeper->items_count ||
            keeper->payload.size >= HISTORY_CHUNK_BYTES)
            break;
        item = gathered_at(keeper, keeper->items_done);
    }
    return chunk;
}

static enum err chunk_write(struct history *history)
{
    struct keeper *keeper = &history->keeper;
    const uint64_t salt = history_salt(&keeper->header);
    const uint64_t offset = keeper->append.written_bytes + keeper->append.buffer.size;
    struct history_chunk chunk = chunk_fill(history);
    if (keeper->payload.failed)
        return ERR_MEMORY;
    chunk.payload_bytes = (uint32_t)keeper->payload.size;
    chunk.filter_bytes =
        keeper->found_count > HISTORY_ITEMS_MAX ? 0 : history_filter_bytes(keeper->found_count);
    memset(keeper->filter, 0, chunk.filter_bytes);
    for (uint32_t i = 0; i < keeper->found_count && chunk.filter_bytes > 0; i++)
        history_filter_add(keeper->filter, chunk.filter_bytes, keeper->found[i]);
    history_chunk_head_encode(&keeper->append.buffer, &chunk, keeper->filter, salt);
    history_chunk_payload_encode(&keeper->append.buffer, buffer_bytes(&keeper->payload), salt);
    const struct history_index_entry entry = {chunk.key, chunk.seq_first, chunk.seq_last, offset};
    history_index_entry_encode(&keeper->index, &entry);
    keeper->header.chunks_count++;
    return append_file_write(&keeper->append);
}

/* Makes the file whole: all else is durable before the header is, and it before the name counts. */
static enum err file_finish(struct history *history)
{
    struct keeper *keeper = &history->keeper;
    struct append_file *append = &keeper->append;
    struct os *os = history->os;
    struct buffer header;
    keeper->header.index_offset = append->written_bytes + append->buffer.size;
    history_index_end(&keeper->index, 0, history_salt(&keeper->header));
    buffer_append(&append->buffer, buffer_bytes(&keeper->index));
    enum err error = keeper->index.failed ? ERR_MEMORY : append_file_write_rest(append);
    keeper->header.file_bytes = append->written_bytes;
    buffer_init(&header);
    history_header_encode(&header, &keeper->header);
    if (error == OK && header.failed)
        error = ERR_MEMORY;
    if (error == OK)
        error = os->truncate(os, append->file, append->written_bytes);
    if (error == OK)
        error = os->sync(os, append->file);
    if (error == OK)
        error = os->write(os, append->file, 0, buffer_bytes(&header));
    if (error == OK)
        error = os->sync(os, append->file);
    if (error == OK)
        error = os->sync_folder(os, history->path);
    buffer_deinit(&header);
    return error;
}

/* --- What becomes of it. --- */

/* All that was to be kept now is not. */
static void lose(struct history *history, enum err error, uint64_t seq_end)
{
    struct keeper *keeper = &history->keeper;
    const bool has_begun = keeper->header.seq_first != 0;
    const uint64_t first = has_begun ? keeper->header.seq_first : keeper->seq_next;
    const uint64_t lost = seq_end >= first ? seq_end - first + 1 : 0;
    keeper->room_made = false;
    file_abandon(history);
    gathered_end(keeper);
    keeper->seq_next = seq_end + 1;
    pthread_mutex_lock(&history->lock);
    history->lost_records += lost;
    pthread_mutex_unlock(&history->lock);
    log_line(history->told_lost ? LOG_DEBUG : LOG_WARN,
             "event=history_lost error=\"%s\" records=%" PRIu64
             " meaning=\"what happened then is not kept; balances are not concerned\"",
             err_text(error), lost);
    history->told_lost = true;
}

/* Removes old files until one like this would fit. False: there is none to remove. */
static bool make_room(struct history *history)
{
    const uint64_t wanted = 2 * (uint64_t)history->keeper.bytes.size + 2 * CLAIM_BYTES;
    const uint64_t before = history_figures(history).bytes;
    bool removed = true;
    while (removed && before - history_figures(history).bytes < wanted)
        removed = history_drop_oldest(history);
    return before > history_figures(history).bytes;
}

static enum err write_step(struct history *history)
{
    struct keeper *keeper = &history->keeper;
    if (keeper->append.os == NULL)
        return file_begin(history);
    if (keeper->items_done < keeper->items_count)
        return chunk_write(history);
    enum err error = file_finish(history);
    if (error == OK)
        error = history_add(history, &keeper->header);
    if (error != OK)
        return error;
    file_end(history);
    gathered_end(keeper);
    keeper->room_made = false;
    history->told_lost = false;
    return OK;
}

/* Of a full disk the file gets what older ones had, once. */
static enum err write_some(struct history *history)
{
    struct keeper *keeper = &history->keeper;
    const enum err error = write_step(history);
    if (error != ERR_FULL || keeper->room_made)
        return error;
    file_abandon(history);
    keeper->room_made = true;
    return make_room(history) ? OK : error;
}

bool history_keep_step(struct history *history, uint64_t seq_end)
{
    struct keeper *keeper = &history->keeper;
    if (history->settings.days == 0)
        return true;
    enum err error = OK;
    if (!journal_has_room(history->journal)) {
        error = ERR_FULL; /* Writes are refused: what matters is that segments go. */
    } else if (keeper->stage == KEEP_WRITE) {
        error = write_some(history);
    } else if (keeper->seq_next <= seq_end) {
        error = gather_some(history, seq_end);
        if (error == OK && keeper->items_count > 0 &&
            (keeper->seq_next > seq_end || keeper->bytes.size >= HISTORY_GATHER_BYTES))
            keeper->stage = KEEP_WRITE;
    }
    if (error != OK)
        lose(history, error, seq_end);
    const bool done = keeper->stage == KEEP_GATHER && keeper->seq_next > seq_end;
    if (done)
        history_expire(history);
    return done;
}

void history_keep_abandon(struct history *history)
{
    struct keeper *keeper = &history->keeper;
    file_abandon(history);
    if (keeper->header.seq_first != 0)
        keeper->seq_next = keeper->header.seq_first;
    gathered_end(keeper);
}
