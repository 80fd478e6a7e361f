/* A data folder as a disk may hold it: letters of a program write segments, frames, checkpoints and
 * their parts, each with its checksum, in an order and with numbers that need not fit together, and
 * then damage them. The store opens it or says why not; a check before says the same; a refusal
 * changes nothing; and what was opened is opened again alike. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "check.h"
#include "fuzz.h"
#include "journal/checkpoint_format.h"
#include "journal/format.h"
#include "os/os_sim.h"
#include "shelf_case.h"
#include "store/part.h"
#include "store/record.h"
#include "store/store_local.h"
#include "store/store_local_internal.h"

#define JOURNAL_ID UINT64_C(0x72b08ff02012c84e)

enum { FILES_MAX = 6, SHELVES_COUNT = 2, PATH_BYTES_MAX = 64 };

/* What the next operation does. */
enum {
    OP_SEGMENT,    /* A new file with the next index, first record as it is due. */
    OP_WRITE,      /* A frame with a record that writes a cell. */
    OP_RESERVE,    /* A frame with an order and its end. */
    OP_DOCUMENT,   /* A frame with a document. */
    OP_BYTES,      /* A frame with a record of bytes of the input. */
    OP_CHECKPOINT, /* A whole checkpoint of the shelves as they are. */
    OP_PARTS,      /* One with a part of bytes of the input in it. */
    OP_SPARE,      /* A segment without a header. */
    OP_DAMAGE,     /* A bit of a file. */
    OP_CUT,        /* A file ends early. */
    OP_REMOVE,     /* A file is gone. */
    OP_SHIFT,      /* The next numbers are others than they should be. */
    OPS_COUNT,
};

/* The folder that is being written, and what is in it. */
struct writer {
    struct os_sim *sim;
    struct os *os;
    struct cursor program;
    char paths[FILES_MAX][PATH_BYTES_MAX];
    uint64_t used[FILES_MAX]; /* Bytes of a file in use. */
    uint32_t files_count;
    int segment; /* Which of them is written to; -1: none. */
    uint64_t segment_index;
    uint64_t checkpoint_number;
    uint64_t seq_next;
    uint64_t seq_documents;
    uint64_t seqs[SHELVES_COUNT];
    struct shelf_case shelves[SHELVES_COUNT];
};

static int64_t shelf_id(size_t index)
{
    return index == 0 ? 1 : market_shelf_id(4, 1);
}

/* A new file in the folder of its kind: `journal` or `checkpoint`. -1: there is none. */
static int file_add(struct writer *writer, const char *kind, uint64_t number)
{
    if (writer->files_count == FILES_MAX)
        return -1;
    char *path = writer->paths[writer->files_count];
    struct os_file *file = NULL;
    (void)snprintf(path, PATH_BYTES_MAX, "data/%s/%016" PRIx64 ".%s",
                   kind[0] == 'j' ? "journal" : "checkpoints", number, kind);
    if (writer->os->open(writer->os, path, OS_OPEN_CREATE, &file) != OK)
        return -1;
    writer->os->close(writer->os, file);
    writer->used[writer->files_count] = 0;
    return (int)writer->files_count++;
}

static void file_write(struct writer *writer, int index, struct bytes bytes, uint64_t size)
{
    struct os_file *file = NULL;
    if (writer->os->open(writer->os, writer->paths[index], OS_OPEN_WRITE, &file) != OK)
        return; /* Two entries have that name, and the other one was removed. */
    if (size > 0)
        ASSERT(writer->os->allocate(writer->os, file, size) == OK);
    ASSERT(writer->os->write(writer->os, file, writer->used[index], bytes) == OK);
    ASSERT(writer->os->sync(writer->os, file) == OK);
    writer->os->close(writer->os, file);
    writer->used[index] += bytes.size;
}

static void segment_begin(struct writer *writer, bool headed)
{
    struct buffer block;
    buffer_init(&block);
    const int index = file_add(writer, "journal", ++writer->segment_index);
    const struct segment_header header = {JOURNAL_ID, writer->segment_index, writer->seq_next};
    if (headed)
        segment_header_encode(&block, &header);
    if (index >= 0) {
        file_write(writer, index, buffer_bytes(&block), JOURNAL_SEGMENT_BYTES);
        writer->segment = headed ? index : writer->segment;
    }
    buffer_deinit(&block);
}

/* Writes a frame with one record. */
static void frame_write(struct writer *writer, struct bytes record)
{
    if (writer->segment < 0 || record.size == 0)
        return;
    struct buffer frame;
    buffer_init(&frame);
    frame_begin(&frame);
    buffer_append_u32(&frame, (uint32_t)record.size);
    buffer_append(&frame, record);
    frame_end(&frame, JOURNAL_ID, writer->seq_next++, 1);
    file_write(writer, writer->segment, buffer_bytes(&frame), 0);
    buffer_deinit(&frame);
}

/* What the journal says is what the shelves here are. */
static void record_write(struct writer *writer, size_t shelf, const struct buffer *record)
{
    struct cursor cursor = cursor_begin(buffer_bytes(record));
    const uint8_t kind = record_kind_decode(&cursor);
    (void)record_shelf_decode(&cursor);
    struct shelf_case *one = &writer->shelves[shelf];
    ASSERT(record_apply(kind, &cursor, one->shelf, one->book) == OK);
    writer->seqs[shelf] = writer->seq_next;
    frame_write(writer, buffer_bytes(record));
}

static void cell_write(struct writer *writer, size_t shelf, uint8_t place, uint8_t count)
{
    char text[16];
    (void)snprintf(text, sizeof(text), "sku %u", place % 8);
    struct stock_write write = {{bytes_from_text(text), 0}, count, FUZZ_NOW_MS};
    write.key.hash = bytes_hash(write.key.sku);
    struct record_writer record;
    struct buffer bytes;
    uint32_t cell = CELL_NONE;
    const uint32_t cells_count = shelf_cells_count(writer->shelves[shelf].shelf);
    buffer_init(&bytes);
    shelf_find(writer->shelves[shelf].shelf, &write.key, sizeof(write.key), 1, &cell);
    record_write_begin(&record, &bytes, shelf_id(shelf), cells_count);
    record_write_entry(&record, cell == CELL_NONE ? cells_count : cell, &write);
    record_end(&record);
    record_write(writer, shelf, &bytes);
    buffer_deinit(&bytes);
}

/* An order of what the first cell has, or the next step of one. */
static void order_write(struct writer *writer, size_t shelf, uint8_t place, uint8_t state)
{
    struct shelf_case *one = &writer->shelves[shelf];
    char text[16];
    (void)snprintf(text, sizeof(text), "o%u", place % 4);
    struct order *known = order_book_find(one->book, 11, bytes_from_text(text));
    struct buffer bytes;
    buffer_init(&bytes);
    if (known != NULL && state < ORDER_STATES_COUNT && state != ORDER_EXPIRED &&
        order_may_become(known->state, (enum order_state)state)) {
        const struct order changed = {.campaign_id = known->campaign_id,
                                      .id = known->id,
                                      .state = (enum order_state)state,
                                      .changed_at_ms = FUZZ_NOW_MS};
        record_order_encode(&bytes, shelf_id(shelf), &changed);
        record_write(writer, shelf, &bytes);
    } else if (known == NULL && shelf_cells_count(one->shelf) > 0 &&
               shelf_reservable(one->shelf, 0) > 0) {
        const struct order_line line = {0, 1};
        struct order *order = order_create(11, bytes_from_text(text), &line, 1);
        ASSERT(order != NULL);
        order->created_at_ms = FUZZ_NOW_MS;
        record_reserve_encode(&bytes, shelf_id(shelf), order);
        order_destroy(order);
        record_write(writer, shelf, &bytes);
    }
    buffer_deinit(&bytes);
}

static void document_write(struct writer *writer)
{
    struct buffer bytes;
    buffer_init(&bytes);
    record_document_encode(&bytes, BYTES("a"), BYTES("1"));
    writer->seq_documents = writer->seq_next;
    frame_write(writer, buffer_bytes(&bytes));
    buffer_deinit(&bytes);
}

/* A checkpoint that is being written. */
struct checkpoint {
    struct checkpoint_header header;
    struct buffer bytes;
    uint64_t parts_count;
    uint64_t seq_max;
};

static void part_add(struct checkpoint *checkpoint, enum part_kind kind, int64_t key, uint64_t seq,
                     struct bytes payload)
{
    const struct checkpoint_part part = {kind, key, seq, payload};
    checkpoint_part_encode(&checkpoint->bytes, checkpoint_salt(&checkpoint->header),
                           checkpoint->parts_count++, &part);
    if (seq > checkpoint->seq_max)
        checkpoint->seq_max = seq;
}

static void shelf_add_parts(struct checkpoint *checkpoint, struct shelf_case *one, int64_t id,
                            uint64_t seq)
{
    struct buffer entries;
    struct buffer payload;
    buffer_init(&entries);
    buffer_init(&payload);
    const struct shelf_image_sizes sizes = shelf_case_image(one, &entries);
    part_shelf_encode(&payload, &sizes);
    part_add(checkpoint, PART_SHELF, id, seq, buffer_bytes(&payload));
    if (entries.size > 0)
        part_add(checkpoint, PART_ENTRIES, id, seq, buffer_bytes(&entries));
    buffer_clear(&payload);
    part_shelf_end_encode(&payload, entries.size);
    part_add(checkpoint, PART_SHELF_END, id, seq, buffer_bytes(&payload));
    buffer_deinit(&entries);
    buffer_deinit(&payload);
}

static void checkpoint_end(struct writer *writer, struct checkpoint *checkpoint)
{
    struct checkpoint_end end = {
        .header = checkpoint->header,
        .seq_max = checkpoint->seq_max,
        .parts_count = checkpoint->parts_count,
        .parts_end = checkpoint->bytes.size,
    };
    const size_t over = checkpoint->bytes.size % JOURNAL_BLOCK_BYTES;
    if (over > 0)
        buffer_append_zeros(&checkpoint->bytes, JOURNAL_BLOCK_BYTES - over);
    end.file_bytes = checkpoint->bytes.size + JOURNAL_BLOCK_BYTES;
    checkpoint_end_encode(&checkpoint->bytes, &end);
    const int index = file_add(writer, "checkpoint", checkpoint->header.number);
    if (index >= 0)
        file_write(writer, index, buffer_bytes(&checkpoint->bytes), 0);
    buffer_deinit(&checkpoint->bytes);
}

/* Of everything as it is now; with a part of the program's bytes where `odd`. */
static void checkpoint_write(struct writer *writer, bool odd)
{
    const uint64_t seq = writer->seq_next - 1;
    struct checkpoint checkpoint = {.header = {JOURNAL_ID, ++writer->checkpoint_number, seq},
                                    .seq_max = seq};
    struct buffer documents;
    buffer_init(&checkpoint.bytes);
    buffer_init(&documents);
    checkpoint_header_encode(&checkpoint.bytes, &checkpoint.header);
    if (writer->seq_documents > 0)
        part_document_encode(&documents, BYTES("a"), BYTES("1"));
    part_add(&checkpoint, PART_DOCUMENTS, 0, seq, buffer_bytes(&documents));
    for (size_t i = 0; i < SHELVES_COUNT; i++) {
        if (writer->seqs[i] > 0)
            shelf_add_parts(&checkpoint, &writer->shelves[i], shelf_id(i), writer->seqs[i]);
    }
    if (odd) {
        const enum part_kind kind = (enum part_kind)(cursor_u8(&writer->program) % 6);
        const int64_t key = cursor_zigzag(&writer->program);
        const uint64_t part_seq = cursor_u8(&writer->program);
        part_add(&checkpoint, kind, key, part_seq,
                 cursor_bytes(&writer->program, cursor_u8(&writer->program)));
    }
    checkpoint_end(writer, &checkpoint);
    buffer_deinit(&documents);
}

/* Changes a file that is there. */
static void file_break(struct writer *writer, uint8_t op, uint8_t which, uint32_t place)
{
    if (writer->files_count == 0)
        return;
    const uint32_t index = which % writer->files_count;
    struct os *os = writer->os;
    struct os_file *file = NULL;
    if (os->open(os, writer->paths[index], OS_OPEN_WRITE, &file) != OK)
        return;
    if (op == OP_CUT)
        ASSERT(os->truncate(os, file, place) == OK);
    os->close(os, file);
    if (op == OP_REMOVE)
        ASSERT(os->remove(os, writer->paths[index]) == OK);
    if (op == OP_DAMAGE && writer->used[index] > 0)
        os_sim_flip_bit(writer->sim, writer->paths[index], place % (writer->used[index] * 8));
    if (op != OP_DAMAGE && (int)index == writer->segment)
        writer->segment = -1;
    if (op != OP_DAMAGE)
        writer->used[index] = 0;
}

static void shift_numbers(struct writer *writer, uint8_t which, uint8_t by)
{
    uint64_t *numbers[] = {&writer->seq_next, &writer->segment_index, &writer->checkpoint_number,
                           &writer->seqs[0]};
    uint64_t *number = numbers[which % (sizeof(numbers) / sizeof(numbers[0]))];
    *number += by;
    if (*number > by)
        *number -= 2; /* Forwards mostly, and now and then a step back. */
    if (writer->seq_next == 0)
        writer->seq_next = 1;
}

static void operate(struct writer *writer)
{
    const uint8_t letter = cursor_u8(&writer->program);
    const uint8_t op = letter % OPS_COUNT;
    const size_t shelf = letter / OPS_COUNT % SHELVES_COUNT;
    if (op == OP_SEGMENT || op == OP_SPARE) {
        segment_begin(writer, op == OP_SEGMENT);
    } else if (op == OP_WRITE && writer->segment >= 0) {
        const uint8_t place = cursor_u8(&writer->program);
        cell_write(writer, shelf, place, cursor_u8(&writer->program));
    } else if (op == OP_RESERVE && writer->segment >= 0) {
        const uint8_t place = cursor_u8(&writer->program);
        order_write(writer, shelf, place, cursor_u8(&writer->program) % 5);
    } else if (op == OP_DOCUMENT && writer->segment >= 0) {
        document_write(writer);
    } else if (op == OP_BYTES && writer->segment >= 0) {
        frame_write(writer, cursor_bytes(&writer->program, cursor_u8(&writer->program)));
    } else if (op == OP_CHECKPOINT || op == OP_PARTS) {
        checkpoint_write(writer, op == OP_PARTS);
    } else if (op == OP_DAMAGE || op == OP_CUT || op == OP_REMOVE) {
        const uint8_t which = cursor_u8(&writer->program);
        const uint32_t place = cursor_u8(&writer->program);
        file_break(writer, op, which, place << 8 | cursor_u8(&writer->program));
    } else if (op == OP_SHIFT) {
        const uint8_t which = cursor_u8(&writer->program);
        shift_numbers(writer, which, cursor_u8(&writer->program) % 8);
    }
}

static void writer_init(struct writer *writer, struct bytes program)
{
    *writer = (struct writer){
        .sim = os_sim_create(1), .program = cursor_begin(program), .segment = -1, .seq_next = 1};
    writer->os = os_sim_os(writer->sim);
    os_sim_set_now(writer->sim, FUZZ_NOW_MS);
    ASSERT(writer->os->make_folder(writer->os, "data") == OK);
    ASSERT(writer->os->make_folder(writer->os, "data/journal") == OK);
    ASSERT(writer->os->make_folder(writer->os, "data/checkpoints") == OK);
    for (size_t i = 0; i < SHELVES_COUNT; i++)
        shelf_case_init(&writer->shelves[i], shelf_is_market(shelf_id(i)));
}

static void writer_deinit(struct writer *writer)
{
    for (size_t i = 0; i < SHELVES_COUNT; i++)
        shelf_case_deinit(&writer->shelves[i]);
    os_sim_destroy(writer->sim);
}

/* Checksum of what stands in every file that was written, and of its size, as they are now. */
static uint64_t folder_sum(const struct writer *writer)
{
    enum { BEHIND_BYTES = 4 * JOURNAL_BLOCK_BYTES }; /* Zeros that a start would write over. */
    uint64_t sum = 0;
    struct os *os = writer->os;
    for (uint32_t i = 0; i < writer->files_count; i++) {
        struct os_file *file = NULL;
        uint64_t size = 0;
        size_t got = 0;
        if (os->open(os, writer->paths[i], OS_OPEN_READ, &file) != OK)
            continue;
        uint8_t *data = malloc(writer->used[i] + BEHIND_BYTES);
        ASSERT(data != NULL);
        ASSERT(os->size(os, file, &size) == OK);
        ASSERT(os->read(os, file, 0, data, writer->used[i] + BEHIND_BYTES, &got) == OK);
        sum = bytes_checksum((struct bytes){data, got}, sum + size + i);
        os->close(os, file);
        free(data);
    }
    return sum;
}

/* Documents as they come: only that they do is told. */
static enum err take_document(void *context, struct bytes name, struct bytes content)
{
    struct buffer *taken = context;
    tell_bytes(taken, name);
    tell_bytes(taken, content);
    return OK;
}

static enum err open_store(struct os *os, struct buffer *taken, struct store **store)
{
    struct store_opening opening;
    const struct store_local_settings settings = {
        .os = os, .folder = "data", .documents = {.context = taken, .take = take_document}};
    const enum err error = store_local_open(&settings, &opening, store);
    ASSERT(error == OK || error == ERR_CORRUPT || error == ERR_UNSUPPORTED);
    if (error != OK)
        check_printable(bytes_from_text(opening.problem));
    return error;
}

static enum err check_folder(struct os *os, struct buffer *taken)
{
    struct store_check check;
    const struct store_local_settings settings = {
        .os = os, .folder = "data", .documents = {.context = taken, .take = take_document}};
    const enum err error = store_local_check(&settings, &check);
    ASSERT(error == OK || error == ERR_CORRUPT || error == ERR_UNSUPPORTED ||
           error == ERR_NOT_FOUND);
    if (error != OK)
        check_printable(bytes_from_text(check.problem));
    return error;
}

/* Tells all that is in a store. */
static void tell_store(struct store *store, struct buffer *told)
{
    for (uint32_t i = 0;; i++) {
        const struct local_shelf *shelf = local_shelf_at(local_of(store), i);
        if (shelf == NULL)
            return;
        struct shelf_case one = {shelf->shelf, shelf->orders};
        shelf_case_check(&one);
        shelf_case_check_copy(&one, shelf_is_market(shelf->id));
        tell_number(told, shelf->id);
        (void)shelf_case_image(&one, told);
    }
}

static void check_opening(struct writer *writer)
{
    struct buffer told[2];
    struct buffer checked;
    struct store *store = NULL;
    buffer_init(&told[0]);
    buffer_init(&told[1]);
    buffer_init(&checked);
    const uint64_t before = folder_sum(writer);
    const enum err judged = check_folder(writer->os, &checked);
    ASSERT(folder_sum(writer) == before);
    const enum err error = open_store(writer->os, &told[0], &store);
    ASSERT(judged == error || (judged == ERR_NOT_FOUND && error == OK));
    if (error != OK) {
        ASSERT(folder_sum(writer) == before);
    } else {
        if (judged == OK)
            check_equal(&checked, &told[0]);
        tell_store(store, &told[0]);
        store_close(store);
        os_sim_reboot(writer->sim); /* What it began from is on the disk. */
        ASSERT(open_store(writer->os, &told[1], &store) == OK);
        tell_store(store, &told[1]);
        check_equal(&told[0], &told[1]);
        store_close(store);
    }
    buffer_deinit(&told[0]);
    buffer_deinit(&told[1]);
    buffer_deinit(&checked);
}

void fuzz_folder(struct bytes input)
{
    struct writer writer;
    hash_seed_set(UINT64_C(0x5EED));
    writer_init(&writer, input);
    while (cursor_left(&writer.program) > 0)
        operate(&writer);
    check_opening(&writer);
    writer_deinit(&writer);
}
