/* The frames of a segment follow one another from its beginning, so where they stand is learned by
 * walking over their headers; then the wanted ones are read and verified, in either direction. */
#include "journal/look.h"

#include <stdlib.h>

#include "journal/journal_internal.h"

/* A frame in its segment. */
struct frame_spot {
    uint64_t offset;
    uint64_t seq_first;
    uint64_t seq_last;
    size_t bytes;
};

/* A segment that is looked at. */
struct looker {
    struct journal *journal;
    struct os_file *file;
    uint64_t index;     /* Of the segment; */
    uint64_t seq_first; /* its first record, */
    uint64_t seq_last;  /* and the last one that is durable in it. */
    struct frame_spot *spots;
    size_t spots_count;
    size_t spots_max;
    struct buffer bytes; /* Of the frame at hand, */
    struct buffer items; /* and its records, one struct bytes each. */
    size_t items_count;
};

uint64_t journal_seq_first(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    const uint64_t seq = journal->places_count == 0 ? 0 : journal->places[0].seq_first;
    pthread_mutex_unlock(&journal->lock);
    return seq;
}

/* Index of the segment that has the record, or 0: none has it. Sets what is known of it. */
static uint64_t find_segment(struct looker *looker, uint64_t seq)
{
    struct journal *journal = looker->journal;
    uint64_t index = 0;
    pthread_mutex_lock(&journal->lock);
    looker->seq_last = journal->durable_seq;
    for (size_t i = journal->places_count; i-- > 0 && index == 0;) {
        const struct segment_place *place = &journal->places[i];
        if (place->seq_first <= seq && seq != 0) {
            index = place->index;
            looker->seq_first = place->seq_first;
        } else {
            looker->seq_last = place->seq_first - 1;
        }
    }
    pthread_mutex_unlock(&journal->lock);
    return index;
}

static enum err spots_add(struct looker *looker, const struct frame_spot *spot)
{
    if (looker->spots_count == looker->spots_max) {
        const size_t spots_max = looker->spots_max * 2 + 64;
        struct frame_spot *spots = reallocarray(looker->spots, spots_max, sizeof(*spots));
        if (spots == NULL)
            return ERR_MEMORY;
        looker->spots = spots;
        looker->spots_max = spots_max;
    }
    looker->spots[looker->spots_count++] = *spot;
    return OK;
}

/* Frames with these records, which are durable, and so many bytes of them at most. */
struct wanted_frames {
    uint64_t seq_low;
    uint64_t seq_high;
    size_t bytes_max;
};

/* Learns where the wanted frames stand. The walk begins at the segment's beginning, or where an
 * earlier look came to. */
static enum err walk_headers(struct looker *looker, const struct journal_spot *known,
                             const struct wanted_frames *wanted)
{
    struct os *os = looker->journal->os;
    const bool goes_on = known->segment == looker->index && known->seq <= wanted->seq_low;
    uint64_t seq = goes_on ? known->seq : looker->seq_first;
    uint64_t offset = goes_on ? known->offset : JOURNAL_BLOCK_BYTES;
    size_t found_bytes = 0;
    enum err error = OK;
    looker->spots_count = 0;
    while (error == OK && seq <= wanted->seq_high && found_bytes < wanted->bytes_max) {
        uint8_t header[FRAME_HEADER_BYTES];
        struct bytes bytes = {header, 0};
        struct frame frame;
        error = os->read(os, looker->file, offset, header, sizeof(header), &bytes.size);
        const size_t size = error == OK ? frame_peek(bytes, &frame) : 0;
        if (error == OK && (size == 0 || frame.seq_first != seq))
            error = ERR_IO; /* It was acknowledged. */
        if (error != OK)
            return error;
        const struct frame_spot spot = {offset, seq, seq + frame.records_count - 1, size};
        if (spot.seq_last >= wanted->seq_low) {
            error = spots_add(looker, &spot);
            found_bytes += size;
        }
        seq = spot.seq_last + 1;
        offset += size;
    }
    return error;
}

/* Takes the frame apart into its records. */
static enum err read_frame(struct looker *looker, const struct frame_spot *spot)
{
    struct os *os = looker->journal->os;
    struct frame frame;
    size_t got = 0;
    buffer_clear(&looker->bytes);
    buffer_clear(&looker->items);
    if (buffer_reserve(&looker->bytes, spot->bytes) != OK)
        return ERR_MEMORY;
    const enum err error =
        os->read(os, looker->file, spot->offset, looker->bytes.data, spot->bytes, &got);
    if (error != OK)
        return error;
    if (!frame_decode((struct bytes){looker->bytes.data, got}, looker->journal->journal_id, &frame))
        return ERR_IO;
    struct cursor cursor = cursor_begin(frame.payload);
    for (uint32_t i = 0; i < frame.records_count; i++) {
        const struct bytes record = cursor_bytes(&cursor, cursor_u32(&cursor));
        buffer_append(&looker->items, (struct bytes){(const uint8_t *)&record, sizeof(record)});
    }
    looker->items_count = frame.records_count;
    if (looker->items.failed)
        return ERR_MEMORY;
    return cursor.failed ? ERR_IO : OK;
}

static struct bytes item_at(const struct looker *looker, uint64_t index)
{
    struct bytes item;
    memcpy(&item, looker->items.data + index * sizeof(item), sizeof(item));
    return item;
}

/* Reads a frame, if enough may still be read. False: that is over. */
static bool spend(struct journal_look *look, const struct frame_spot *spot)
{
    const bool enough = look->bytes_left > 0;
    look->bytes_left -= spot->bytes < look->bytes_left ? spot->bytes : look->bytes_left;
    return enough;
}

/* Hands on the records of a frame, from `seq` down. False: no more are wanted. */
static bool hand_back(const struct looker *looker, const struct frame_spot *spot,
                      struct journal_look *look)
{
    while (look->seq >= spot->seq_first) {
        const struct journal_record record = {look->seq,
                                              item_at(looker, look->seq - spot->seq_first)};
        if (!look->take(look->context, &record))
            return false;
        look->seq--;
    }
    return true;
}

static bool hand_on(const struct looker *looker, const struct frame_spot *spot,
                    struct journal_look *look)
{
    while (look->seq <= spot->seq_last && look->seq <= look->seq_end) {
        const struct journal_record record = {look->seq,
                                              item_at(looker, look->seq - spot->seq_first)};
        if (!look->take(look->context, &record))
            return false;
        look->seq++;
    }
    return true;
}

/* Hands on what the segment has. *more: and it goes on with another one. */
static enum err look_at_segment(struct looker *looker, struct journal_look *look, bool back,
                                bool *more)
{
    const struct journal_spot none = {.segment = 0};
    const uint64_t end = look->seq_end < looker->seq_last ? look->seq_end : looker->seq_last;
    const struct wanted_frames wanted = {back ? 0 : look->seq, back ? look->seq : end,
                                         back ? SIZE_MAX : look->bytes_left};
    enum err error = walk_headers(looker, back ? &none : &look->spot, &wanted);
    *more = error == OK;
    for (size_t i = 0; i < looker->spots_count && error == OK && *more; i++) {
        const struct frame_spot *spot = &looker->spots[back ? looker->spots_count - 1 - i : i];
        if (!spend(look, spot)) {
            *more = false;
            return OK;
        }
        look->spot = (struct journal_spot){looker->index, spot->offset, spot->seq_first};
        error = read_frame(looker, spot);
        if (error == OK)
            *more = back ? hand_back(looker, spot, look) : hand_on(looker, spot, look);
    }
    return error;
}

/* Opens the segment that has the record. ERR_NOT_FOUND: none has. */
static enum err open_segment(struct looker *looker, uint64_t seq)
{
    struct journal *journal = looker->journal;
    char path[JOURNAL_PATH_BYTES_MAX];
    const uint64_t index = find_segment(looker, seq);
    if (index == 0)
        return ERR_NOT_FOUND;
    looker->index = index;
    segment_path(journal->segments_path, index, path);
    return journal->os->open(journal->os, path, OS_OPEN_READ, &looker->file);
}

static enum err look_at(struct journal *journal, struct journal_look *look, bool back)
{
    struct looker looker = {.journal = journal};
    buffer_init(&looker.bytes);
    buffer_init(&looker.items);
    enum err error = OK;
    bool more = true;
    while (error == OK && more && look->bytes_left > 0 && (back || look->seq <= look->seq_end)) {
        error = open_segment(&looker, look->seq);
        if (error != OK)
            break;
        if (back && look->seq > looker.seq_last)
            look->seq = looker.seq_last;
        error = look_at_segment(&looker, look, back, &more);
        journal->os->close(journal->os, looker.file);
    }
    free(looker.spots);
    buffer_deinit(&looker.bytes);
    buffer_deinit(&looker.items);
    return error;
}

enum err journal_look_back(struct journal *journal, struct journal_look *look)
{
    return look_at(journal, look, true);
}

enum err journal_look_on(struct journal *journal, struct journal_look *look)
{
    return look_at(journal, look, false);
}
