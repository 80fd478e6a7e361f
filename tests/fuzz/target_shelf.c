/* Bytes that become a shelf: records of the journal, and entries of a checkpoint. Whatever they
 * are, the shelf holds together, and its image is the same shelf again. */
#include "base/hash.h"
#include "check.h"
#include "fuzz.h"
#include "shelf_case.h"
#include "store/record.h"

enum { SHELVES_MAX = 4 };

/* Shelves as they come up in the records. */
struct shelves {
    int64_t ids[SHELVES_MAX];
    struct shelf_case cases[SHELVES_MAX];
    size_t count;
};

/* The shelf of that id; NULL: there are enough. */
static struct shelf_case *shelves_open(struct shelves *shelves, int64_t id)
{
    for (size_t i = 0; i < shelves->count; i++) {
        if (shelves->ids[i] == id)
            return &shelves->cases[i];
    }
    if (shelves->count == SHELVES_MAX)
        return NULL;
    shelves->ids[shelves->count] = id;
    shelf_case_init(&shelves->cases[shelves->count], shelf_is_market(id));
    return &shelves->cases[shelves->count++];
}

static void shelves_deinit(struct shelves *shelves)
{
    for (size_t i = 0; i < shelves->count; i++)
        shelf_case_deinit(&shelves->cases[i]);
}

/* A document that was kept is written as it was read. */
static void check_document(struct cursor *cursor)
{
    struct bytes name;
    struct bytes content;
    if (record_document_decode(cursor, &name, &content) != OK)
        return;
    struct buffer text;
    buffer_init(&text);
    record_document_encode(&text, name, content);
    struct cursor again = cursor_begin(buffer_bytes(&text));
    struct bytes name_again;
    struct bytes content_again;
    ASSERT(record_kind_decode(&again) == RECORD_DOCUMENT);
    ASSERT(record_document_decode(&again, &name_again, &content_again) == OK);
    ASSERT(bytes_equal(name, name_again) && bytes_equal(content, content_again));
    buffer_deinit(&text);
}

/* Applies one record, as the store does when it opens. */
static enum err apply(struct shelves *shelves, struct bytes record)
{
    struct cursor cursor = cursor_begin(record);
    const uint8_t kind = record_kind_decode(&cursor);
    if (kind == RECORD_DOCUMENT) {
        check_document(&cursor);
        return OK;
    }
    if (!record_kind_has_shelf(kind))
        return ERR_UNSUPPORTED;
    const int64_t shelf_id = record_shelf_decode(&cursor);
    struct shelf_case *one = cursor.failed ? NULL : shelves_open(shelves, shelf_id);
    if (one == NULL)
        return ERR_CORRUPT;
    const enum err error = record_apply(kind, &cursor, one->shelf, one->book);
    ASSERT(error == OK || error == ERR_CORRUPT);
    shelf_case_check(one); /* After a refusal too: it says no without harm. */
    return error;
}

/* Takes the record in front of the next mark. A size in front of each would be lost by the first
 * byte that is put in. */
static struct bytes take_record(struct bytes *input)
{
    static const struct bytes mark = BYTES_INIT("\xFF|\xFF");
    const uint8_t *found =
        input->size == 0 ? NULL : memmem(input->data, input->size, mark.data, mark.size);
    struct bytes record = *input;
    if (found == NULL) {
        *input = (struct bytes){NULL, 0};
        return record;
    }
    record.size = (size_t)(found - input->data);
    *input = (struct bytes){found + mark.size, input->size - record.size - mark.size};
    return record;
}

void fuzz_records(struct bytes input)
{
    struct shelves first = {.count = 0};
    struct shelves second = {.count = 0};
    hash_seed_set(UINT64_C(0x5EED));
    while (input.size > 0) {
        const struct bytes record = take_record(&input);
        ASSERT(apply(&first, record) == apply(&second, record));
    }
    ASSERT(first.count == second.count);
    for (size_t i = 0; i < first.count; i++) {
        const bool keeps_history = shelf_is_market(first.ids[i]);
        shelf_case_check_equal(&first.cases[i], &second.cases[i], keeps_history);
        shelf_case_check_copy(&first.cases[i], keeps_history);
        shelf_case_end_orders(&first.cases[i]);
        shelf_case_check_copy(&first.cases[i], keeps_history);
    }
    shelves_deinit(&first);
    shelves_deinit(&second);
}

/* What follows the sizes: a byte whose lowest bit says whether the shelf keeps history. */
void fuzz_shelf_entries(struct bytes input)
{
    hash_seed_set(UINT64_C(0x5EED));
    struct cursor cursor = cursor_begin(input);
    const bool keeps_history = (cursor_u8(&cursor) & 1) != 0;
    struct shelf_image_sizes sizes;
    sizes.cells_count = cursor_u32(&cursor);
    sizes.orders_count = cursor_u32(&cursor);
    const struct bytes entries = cursor_bytes(&cursor, cursor_left(&cursor));
    if (cursor.failed)
        return;
    struct shelf_case one;
    shelf_case_init(&one, keeps_history);
    if (shelf_case_load(&one, &sizes, entries)) {
        shelf_case_check(&one);
        shelf_case_check_copy(&one, keeps_history);
        shelf_case_end_orders(&one);
        shelf_case_check_copy(&one, keeps_history);
    }
    shelf_case_deinit(&one);
}
