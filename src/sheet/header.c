/* Names are compared without case, outer spaces, and the asterisk that templates put behind what
 * has to be filled in. A header that leaves a choice is refused: a guess could send wrong
 * numbers. */
#include "sheet/header.h"

#include "base/printable.h"
#include "sheet/letters.h"

enum { NAMES_MAX = 14, NAME_SHOWN_BYTES_MAX = 60 };

/* In small letters. Of the API, of the cabinet's files (CONTRACT §13) and of what shops export. */
static const char *const usual_names[ROW_COLUMNS][NAMES_MAX] = {
    [ROW_SKU] = {"sku", "id", "offerid", "offer_id", "offer id", "shopsku", "shop_sku", "shop sku",
                 "ssku", "ваш sku", "артикул", "sku продавца", "артикул продавца"},
    [ROW_COUNT] = {"count", "quantity", "qty", "stock", "instock", "остаток", "остатки",
                   "количество", "кол-во", "доступно", "доступно для заказа", "в наличии"},
    [ROW_UPDATED_AT] = {"updatedat", "updated_at", "updated at", "обновлено", "дата обновления"},
};

static const char *const column_meanings[ROW_COLUMNS] = {
    [ROW_SKU] = "the SKU",
    [ROW_COUNT] = "the count",
    [ROW_UPDATED_AT] = "updatedAt",
};

/* Of stockctl, and of a request. */
static const char *const column_options[][ROW_COLUMNS] = {
    {"--sku-column NAME", "--count-column NAME", "--updated-at-column NAME"},
    {"skuColumn=NAME", "countColumn=NAME", "updatedAtColumn=NAME"},
};

void header_init(struct header *header, const struct row_wanted *wanted)
{
    memset(&header->wanted, 0, sizeof(header->wanted));
    if (wanted != NULL)
        header->wanted = *wanted;
    for (int i = 0; i < ROW_COLUMNS; i++) {
        header->columns[i] = HEADER_NO_COLUMN;
        buffer_init(&header->names[i]);
    }
    buffer_init(&header->problem);
}

void header_deinit(struct header *header)
{
    for (int i = 0; i < ROW_COLUMNS; i++)
        buffer_deinit(&header->names[i]);
    buffer_deinit(&header->problem);
}

/* Writes the name as it is compared: small letters, one space for each of theirs. */
static void name_fold(struct bytes name, struct buffer *folded)
{
    bool space = false;
    buffer_clear(folded);
    while (name.size > 0) {
        const uint32_t letter = letter_take(&name);
        if (letter_is_space(letter)) {
            space = folded->size > 0;
            continue;
        }
        if (letter == '*')
            continue;
        if (space)
            buffer_append_u8(folded, ' ');
        space = false;
        letter_append(folded, letter_small(letter));
    }
}

/* Whether a column of that name is the wanted one; `scratch` is for the fold of what was asked. */
static bool name_is(const struct header *header, int column, struct bytes folded,
                    struct buffer *scratch)
{
    if (header->wanted.names[column] != NULL) {
        name_fold(bytes_from_text(header->wanted.names[column]), scratch);
        return bytes_equal(folded, buffer_bytes(scratch));
    }
    for (int i = 0; i < NAMES_MAX && usual_names[column][i] != NULL; i++) {
        if (bytes_equal(folded, bytes_from_text(usual_names[column][i])))
            return true;
    }
    return false;
}

static void problem_name(struct header *header, struct bytes name)
{
    buffer_append_text(&header->problem, "'");
    printable_append(&header->problem, name, NAME_SHOWN_BYTES_MAX);
    buffer_append_text(&header->problem, "'");
}

static void take_column(struct header *header, int column, int64_t index, struct bytes name)
{
    if (header->columns[column] == HEADER_NO_COLUMN) {
        header->columns[column] = index;
        buffer_append(&header->names[column], name);
        return;
    }
    if (header->problem.size > 0)
        return;
    buffer_append_text(&header->problem, "the header names two columns that can be ");
    buffer_append_format(&header->problem, "%s, ", column_meanings[column]);
    problem_name(header, buffer_bytes(&header->names[column]));
    buffer_append_text(&header->problem, " and ");
    problem_name(header, name);
    buffer_append_text(&header->problem, "; say which one counts");
    if (!header->wanted.only_skus)
        buffer_append_format(&header->problem, ": %s",
                             column_options[header->wanted.of_request][column]);
}

void header_take(struct header *header, int64_t index, struct bytes name)
{
    struct buffer folded;
    struct buffer scratch;
    buffer_init(&folded);
    buffer_init(&scratch);
    name_fold(name, &folded);
    for (int i = 0; i < ROW_COLUMNS && folded.size > 0; i++) {
        if (name_is(header, i, buffer_bytes(&folded), &scratch))
            take_column(header, i, index, bytes_trim(name));
    }
    if (folded.failed || scratch.failed)
        header->problem.failed = true;
    buffer_deinit(&folded);
    buffer_deinit(&scratch);
}

bool header_end(struct header *header)
{
    for (int i = 0; i < ROW_COLUMNS && header->problem.size == 0; i++) {
        if (header->columns[i] != HEADER_NO_COLUMN || header->wanted.names[i] == NULL)
            continue;
        buffer_append_text(&header->problem, "the first row has no column ");
        problem_name(header, bytes_from_text(header->wanted.names[i]));
    }
    const bool has_sku = header->columns[ROW_SKU] != HEADER_NO_COLUMN;
    const bool has_count = header->columns[ROW_COUNT] != HEADER_NO_COLUMN;
    const char *missing = NULL;
    const char *otherwise = "";
    if (header->wanted.only_skus && !has_sku)
        missing = "column sku (or id, offerId, Ваш SKU, Артикул)";
    else if (!header->wanted.only_skus && !(has_sku && has_count))
        missing = "columns sku and count (or id, offerId, Ваш SKU, Артикул; quantity, Остаток, "
                  "Количество); ";
    if (missing != NULL && !header->wanted.only_skus)
        otherwise = header->wanted.of_request ? "skuColumn and countColumn take other names"
                                              : "--sku-column and --count-column take other names";
    if (missing != NULL && header->problem.size == 0)
        buffer_append_format(&header->problem, "the first row must name the %s%s", missing,
                             otherwise);
    return header->problem.size == 0 && !header->problem.failed;
}
