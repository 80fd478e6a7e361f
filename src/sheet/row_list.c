/* Rows are kept with offsets into one text, which may move while it grows. */
#include "sheet/row_list.h"

#include <string.h>

struct kept_row {
    uint64_t position;
    size_t offsets[ROW_COLUMNS];
    size_t sizes[ROW_COLUMNS];
    bool present[ROW_COLUMNS];
    enum row_trouble troubles[ROW_COLUMNS];
};

void row_list_init(struct row_list *list)
{
    buffer_init(&list->text);
    buffer_init(&list->rows);
    list->taken = 0;
}

void row_list_deinit(struct row_list *list)
{
    buffer_deinit(&list->text);
    buffer_deinit(&list->rows);
}

void row_list_add(struct row_list *list, const struct row *row)
{
    struct kept_row kept;
    memset(&kept, 0, sizeof(kept));
    kept.position = row->position;
    for (int i = 0; i < ROW_COLUMNS; i++) {
        kept.offsets[i] = list->text.size;
        kept.sizes[i] = row->fields[i].size;
        kept.present[i] = row->fields[i].data != NULL;
        kept.troubles[i] = row->troubles[i];
        buffer_append(&list->text, row->fields[i]);
    }
    buffer_append(&list->rows, (struct bytes){(const uint8_t *)&kept, sizeof(kept)});
}

bool row_list_failed(const struct row_list *list)
{
    return list->text.failed || list->rows.failed;
}

bool row_list_next(struct row_list *list, struct row *row)
{
    const size_t offset = list->taken * sizeof(struct kept_row);
    if (offset == list->rows.size) {
        buffer_clear(&list->text);
        buffer_clear(&list->rows);
        list->taken = 0;
        return false;
    }
    struct kept_row kept;
    memcpy(&kept, list->rows.data + offset, sizeof(kept));
    list->taken++;
    *row = (struct row){.position = kept.position};
    for (int i = 0; i < ROW_COLUMNS; i++) {
        row->troubles[i] = kept.troubles[i];
        if (kept.present[i] && kept.sizes[i] == 0)
            row->fields[i] = BYTES(""); /* The text of rows without a letter is NULL. */
        else if (kept.present[i])
            row->fields[i] = (struct bytes){list->text.data + kept.offsets[i], kept.sizes[i]};
    }
    return true;
}

void cell_append(struct buffer *text, size_t start, struct bytes more)
{
    const size_t used = text->size - start;
    if (more.size > CELL_BYTES_MAX - used)
        more = bytes_clip(more, CELL_BYTES_MAX - used);
    buffer_append(text, more);
}
