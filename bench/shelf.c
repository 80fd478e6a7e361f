/* Measures a shelf without a server, on one thread: what a change costs without and with an image
 * being taken, how long a step of an image holds the lock, and how fast an image is loaded and
 * records are applied again, which is what a start consists of.
 *
 *     build/bench/shelf [cells]        10,000,000 by default, with SKUs of 10 bytes */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "ledger/shelf_check.h"
#include "ledger/shelf_image.h"
#include "ledger/shelf_load.h"
#include "store/record.h"

enum { SKU_BYTES = 10, RECORD_CELLS = 2000, PREFETCH_DISTANCE = 8, STEP_BYTES = 256 * 1024 };
#define MOMENT_MS INT64_C(1700000000000)

/* Time that this thread computed: what others do on the machine matters less. */
static int64_t now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void row(const char *what, uint64_t cells, int64_t took_ns)
{
    printf("%-44s %8.2f M cells/s %8.1f ns a cell\n", what, (double)cells * 1e3 / (double)took_ns,
           (double)took_ns / (double)cells);
    (void)fflush(stdout);
}

static void must(enum err error)
{
    if (error == OK)
        return;
    (void)fprintf(stderr, "shelf: %s\n", err_text(error));
    exit(1);
}

/* A number that looks random, each once below 2^32. */
static uint32_t scramble(uint32_t number)
{
    number *= UINT32_C(0x9E3779B1);
    number ^= number >> 15;
    return number * UINT32_C(0x85EBCA77);
}

static struct stock_key key_of(uint32_t number, char text[SKU_BYTES + 1])
{
    (void)snprintf(text, SKU_BYTES + 1, "%010" PRIu32, scramble(number));
    const struct bytes sku = {(const uint8_t *)text, SKU_BYTES};
    return (struct stock_key){sku, bytes_hash(sku)};
}

/* Any cell of the shelf; the same in every run. */
static uint32_t any_cell(uint32_t number, uint32_t cells_count)
{
    return (uint32_t)((uint64_t)scramble(number ^ UINT32_C(0x5A5A5A5A)) * cells_count >> 32);
}

/* Changes cells as a bulk PUT does once they are looked up. */
static void change(struct shelf *shelf, uint32_t first, uint32_t count, int64_t moment_ms)
{
    const uint32_t cells_count = shelf_cells_count(shelf);
    for (uint32_t i = first; i < first + count; i++) {
        shelf_prefetch(shelf, any_cell(i + PREFETCH_DISTANCE, cells_count));
        const uint32_t cell = any_cell(i, cells_count);
        shelf_set_available(shelf, cell, i % 1000, moment_ms);
    }
}

/* Takes an image, with some changes before each step, and tells of the longest step. */
static struct shelf_image_sizes take_image(struct shelf *shelf, struct order_book *book,
                                           struct buffer *entries, uint32_t changes_a_step)
{
    struct shelf_image *image = shelf_image_create(shelf_cells_count(shelf));
    if (image == NULL)
        must(ERR_MEMORY);
    must(shelf_image_begin(image, shelf, book));
    int64_t longest_ns = 0;
    int64_t all_ns = 0;
    int64_t changes_ns = 0;
    uint32_t steps = 0;
    for (bool done = false; !done; steps++) {
        const int64_t change_ns = now_ns();
        if (changes_a_step > 0)
            change(shelf, steps * changes_a_step, changes_a_step, MOMENT_MS * 2);
        changes_ns += now_ns() - change_ns;
        must(buffer_reserve(entries, STEP_BYTES + SHELF_IMAGE_SLACK_BYTES));
        const int64_t begin_ns = now_ns();
        must(shelf_image_read(image, STEP_BYTES, entries, &done));
        const int64_t took_ns = now_ns() - begin_ns;
        all_ns += took_ns;
        longest_ns = took_ns > longest_ns ? took_ns : longest_ns;
    }
    const struct shelf_image_sizes sizes = shelf_image_sizes(image);
    row(changes_a_step == 0 ? "image" : "image, with changes between steps", sizes.cells_count,
        all_ns);
    printf("%-44s %8" PRIu32 " steps, longest %.0f us, %.1f bytes a cell\n", "", steps,
           (double)longest_ns / 1e3, (double)entries->size / (double)sizes.cells_count);
    if (changes_a_step > 0)
        row("change between steps", (uint64_t)changes_a_step * steps, changes_ns);
    shelf_image_end(image);
    shelf_image_destroy(image);
    return sizes;
}

static void load(const struct shelf_image_sizes *sizes, struct bytes entries)
{
    struct shelf *shelf = shelf_create(false);
    struct order_book *book = order_book_create(shelf);
    struct shelf_load *load = NULL;
    const int64_t begin_ns = now_ns();
    must(shelf_load_begin(shelf, book, sizes, entries.size, &load));
    must(shelf_load_entries(load, entries));
    const int64_t came_ns = now_ns();
    must(shelf_load_end(load));
    const int64_t end_ns = now_ns();
    row("load", sizes->cells_count, end_ns - begin_ns);
    row("  of that, reading entries", sizes->cells_count, came_ns - begin_ns);
    char problem[SHELF_PROBLEM_BYTES];
    const int64_t check_ns = now_ns();
    must(shelf_check(shelf, book, problem));
    row("check", sizes->cells_count, now_ns() - check_ns);
    order_book_destroy(book);
    shelf_destroy(shelf);
}

/* Records of RECORD_CELLS entries each, one behind the other with their sizes in front: of all
 * cells anew, or of any that are there. */
static void write_records(struct buffer *records, uint32_t cells_count, bool fresh)
{
    buffer_clear(records);
    for (uint32_t start = 0; start + RECORD_CELLS <= cells_count; start += RECORD_CELLS) {
        const size_t size_at = records->size;
        buffer_append_u32(records, 0);
        struct record_writer writer;
        record_write_begin(&writer, records, 1, fresh ? start : cells_count);
        for (uint32_t i = start; i < start + RECORD_CELLS; i++) {
            char text[SKU_BYTES + 1];
            const struct stock_write write = {key_of(i, text), i % 1000,
                                              fresh ? MOMENT_MS + i % 3 : MOMENT_MS + 3 + i / 64};
            record_write_entry(&writer, fresh ? i : any_cell(i, cells_count), &write);
        }
        record_end(&writer);
        const size_t end = records->size;
        records->size = size_at;
        buffer_append_u32(records, (uint32_t)(end - size_at - 4));
        records->size = end;
    }
    must(records->failed ? ERR_MEMORY : OK);
}

static void replay(struct shelf *shelf, const struct buffer *records, uint32_t cells,
                   const char *what)
{
    struct cursor cursor = cursor_begin(buffer_bytes(records));
    const int64_t begin_ns = now_ns();
    while (cursor_left(&cursor) > 0) {
        struct cursor record = cursor_begin(cursor_bytes(&cursor, cursor_u32(&cursor)));
        const uint8_t kind = record_kind_decode(&record);
        (void)record_shelf_decode(&record);
        must(record_apply(kind, &record, shelf, NULL));
    }
    row(what, cells, now_ns() - begin_ns);
}

/* Finds any cells by their SKUs, as many at a time as a bulk PUT has. */
static void look_up(const struct shelf *shelf)
{
    static char texts[RECORD_CELLS][SKU_BYTES + 1];
    static struct stock_key keys[RECORD_CELLS];
    static uint32_t found[RECORD_CELLS];
    const uint32_t cells_count = shelf_cells_count(shelf);
    int64_t took_ns = 0;
    for (uint32_t start = 0; start < cells_count; start += RECORD_CELLS) {
        for (uint32_t i = 0; i < RECORD_CELLS; i++)
            keys[i] = key_of(any_cell(start + i, cells_count), texts[i]);
        const int64_t begin_ns = now_ns();
        shelf_find(shelf, keys, sizeof(keys[0]), RECORD_CELLS, found);
        took_ns += now_ns() - begin_ns;
        for (uint32_t i = 0; i < RECORD_CELLS; i++)
            must(found[i] == any_cell(start + i, cells_count) ? OK : ERR_CORRUPT);
    }
    row("look-up of any SKUs", cells_count, took_ns);
}

int main(int argc, char **argv)
{
    const uint32_t wanted = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : UINT32_C(10000000);
    const uint32_t cells = wanted / RECORD_CELLS * RECORD_CELLS;
    struct shelf *shelf = shelf_create(false);
    struct order_book *book = order_book_create(shelf);
    struct buffer bytes;
    buffer_init(&bytes);
    write_records(&bytes, cells, true);
    replay(shelf, &bytes, cells, "replay of new cells");
    for (int round = 0; round < 3; round++)
        look_up(shelf);
    write_records(&bytes, cells, false);
    replay(shelf, &bytes, cells, "replay of any cells");

    for (int round = 0; round < 3; round++) {
        const int64_t begin_ns = now_ns();
        change(shelf, 0, cells, MOMENT_MS * 2);
        row("change without an image", cells, now_ns() - begin_ns);
    }
    struct shelf_image *image = shelf_image_create(cells);
    must(shelf_image_begin(image, shelf, book));
    const int64_t begin_ns = now_ns();
    change(shelf, 0, cells, MOMENT_MS * 2);
    row("change with an image (2 of 3 cells are kept)", cells, now_ns() - begin_ns);
    shelf_image_end(image);
    shelf_image_destroy(image);

    buffer_clear(&bytes);
    struct shelf_image_sizes sizes = take_image(shelf, book, &bytes, 0);
    load(&sizes, buffer_bytes(&bytes));
    buffer_clear(&bytes);
    sizes = take_image(shelf, book, &bytes, 2000);
    load(&sizes, buffer_bytes(&bytes));
    buffer_deinit(&bytes);
    order_book_destroy(book);
    shelf_destroy(shelf);
    return 0;
}
