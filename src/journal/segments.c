/* The segments on disk: the spare one, the header of a new one, and where each of them begins. */
#include <inttypes.h>
#include <stdlib.h>

#include "journal/journal_internal.h"
#include "os/log.h"

static bool disk_has_room(const struct journal *journal)
{
    return journal->spare != NULL ||
           JOURNAL_SEGMENT_BYTES - journal->segment_used_bytes >= ROOM_BYTES;
}

static enum err allocate_synced(struct journal *journal, struct os_file *file)
{
    enum err error = journal->os->allocate(journal->os, file, JOURNAL_SEGMENT_BYTES);
    if (error == OK)
        error = journal->os->sync(journal->os, file);
    if (error == OK)
        error = journal->os->sync_folder(journal->os, journal->segments_path);
    return error;
}

enum err spare_create(struct journal *journal)
{
    char path[JOURNAL_PATH_BYTES_MAX];
    segment_path(journal->segments_path, journal->segment_index + 1, path);
    struct os *os = journal->os;
    struct os_file *file = NULL;
    enum err error = journal_owns_folder(journal) ? place_reserve(journal) : ERR_DENIED;
    if (error == OK)
        error = os->open(os, path, OS_OPEN_CREATE, &file);
    if (error == ERR_BUSY) /* Of a spare that failed, and could not be removed either. */
        error = os->open(os, path, OS_OPEN_WRITE, &file);
    if (error != OK)
        return error;
    error = allocate_synced(journal, file);
    if (error != OK) {
        os->close(os, file);
        (void)os->remove(os, path); /* If it stays, recovery takes it for the empty file it is. */
        return error;
    }
    journal->spare = file;
    return OK;
}

void spare_renew(struct journal *journal)
{
    const int64_t now_us = journal->os->uptime_us(journal->os);
    if (journal->spare == NULL &&
        now_us - journal->spare_tried_us >= (int64_t)JOURNAL_ROOM_RETRY_MS * 1000) {
        journal->spare_tried_us = now_us;
        const enum err error = spare_create(journal);
        if (error != OK)
            log_line(LOG_WARN, "event=journal_no_spare segment=%" PRIu64 " error=\"%s\"",
                     journal->segment_index + 1, err_text(error));
    }
    pthread_mutex_lock(&journal->lock);
    const bool had_room = journal->has_room;
    journal->has_room = disk_has_room(journal);
    const bool has_room = journal->has_room;
    journal->has_spare = journal->spare != NULL;
    pthread_mutex_unlock(&journal->lock);
    if (had_room != has_room)
        log_line(has_room ? LOG_INFO : LOG_ERROR, "event=journal_%s folder=%s",
                 has_room ? "room_again" : "disk_full writes=refused", journal->segments_path);
}

/* Before any frame is written behind it: then a frame without a header is damage, never a power
 * cut. */
enum err header_write(struct journal *journal, uint64_t seq_first)
{
    const struct segment_header header = {journal->journal_id, journal->segment_index, seq_first};
    uint8_t bytes[JOURNAL_BLOCK_BYTES]; /* No memory would be no reason for a commit to fail. */
    struct buffer block = {bytes, 0, sizeof(bytes), false};
    segment_header_encode(&block, &header);
    ASSERT(!block.failed);
    enum err error = journal->os->write(journal->os, journal->segment, 0, buffer_bytes(&block));
    if (error == OK)
        error = journal->os->sync(journal->os, journal->segment);
    if (error != OK)
        return error;
    journal->header_pending = false;
    place_add(journal, journal->segment_index, seq_first);
    return OK;
}

enum err place_reserve(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    enum err error = OK;
    if (journal->places_count == journal->places_max) {
        const size_t places_max = journal->places_max * 2 + 8;
        struct segment_place *places =
            reallocarray(journal->places, places_max, sizeof(struct segment_place));
        if (places != NULL) {
            journal->places = places;
            journal->places_max = places_max;
        } else {
            error = ERR_MEMORY;
        }
    }
    pthread_mutex_unlock(&journal->lock);
    return error;
}

void place_add(struct journal *journal, uint64_t index, uint64_t seq_first)
{
    pthread_mutex_lock(&journal->lock);
    ASSERT(journal->places_count < journal->places_max);
    journal->places[journal->places_count++] = (struct segment_place){index, seq_first};
    pthread_mutex_unlock(&journal->lock);
}
