/* A row is decoded by the rules of the wire; one that could be sent is looked up among the SKUs
 * that came before, by what it looks like. */
#include "sheet/hygiene.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/printable.h"
#include "sheet/letters.h"
#include "sheet/sku_index.h"
#include "sheet/sku_look.h"
#include "wire/json.h"

enum { SHOWN_BYTES_MAX = 60, NAME_COLUMN = 20 };

/* One example: its SKU, its place and what is there, one behind the other in hygiene->texts. */
struct example {
    uint64_t position;
    size_t sku_offset;
    size_t sku_bytes;
    size_t place_offset;
    size_t place_bytes;
    size_t text_offset;
    size_t text_bytes;
};

struct hygiene {
    struct hygiene_settings settings;
    const struct row_source *source;
    struct sku_index *skus;
    struct hygiene_totals totals;
    int64_t counts[FINDINGS_COUNT];
    struct example *examples; /* examples_max for each finding. */
    struct buffer texts;
    struct buffer reason;
    struct buffer scratch;
    struct buffer other;
};

struct hygiene *hygiene_create(const struct hygiene_settings *settings,
                               const struct row_source *source)
{
    struct hygiene *hygiene = calloc(1, sizeof(*hygiene));
    if (hygiene == NULL)
        return NULL;
    hygiene->settings = *settings;
    hygiene->source = source;
    buffer_init(&hygiene->texts);
    buffer_init(&hygiene->reason);
    buffer_init(&hygiene->scratch);
    buffer_init(&hygiene->other);
    hygiene->skus = sku_index_create();
    hygiene->examples =
        calloc((size_t)settings->examples_max * FINDINGS_COUNT + 1, sizeof(*hygiene->examples));
    if (hygiene->skus != NULL && hygiene->examples != NULL)
        return hygiene;
    hygiene_destroy(hygiene);
    return NULL;
}

void hygiene_destroy(struct hygiene *hygiene)
{
    if (hygiene == NULL)
        return;
    sku_index_destroy(hygiene->skus);
    free(hygiene->examples);
    buffer_deinit(&hygiene->texts);
    buffer_deinit(&hygiene->reason);
    buffer_deinit(&hygiene->scratch);
    buffer_deinit(&hygiene->other);
    free(hygiene);
}

/* The example that is to be filled; NULL: there are enough. Its place is there. */
static struct example *example_begin(struct hygiene *hygiene, enum finding finding,
                                     uint64_t position, struct bytes sku)
{
    const int64_t count = hygiene->counts[finding]++;
    const uint32_t max = hygiene->settings.examples_max;
    if (count >= max)
        return NULL;
    struct example *example = &hygiene->examples[(size_t)finding * max + (size_t)count];
    example->position = position;
    example->sku_offset = hygiene->texts.size;
    printable_append(&hygiene->texts, sku, SKU_BYTES_MAX);
    example->sku_bytes = hygiene->texts.size - example->sku_offset;
    example->place_offset = hygiene->texts.size;
    row_source_place(hygiene->source, position, &hygiene->texts);
    example->place_bytes = hygiene->texts.size - example->place_offset;
    example->text_offset = hygiene->texts.size;
    return example;
}

static void example_end(struct hygiene *hygiene, struct example *example)
{
    example->text_bytes = hygiene->texts.size - example->text_offset;
}

/* How many examples are kept of what was found, and the one at `index`. */
static uint32_t examples_count(const struct hygiene *hygiene, int finding)
{
    const int64_t count = hygiene->counts[finding];
    const uint32_t max = hygiene->settings.examples_max;
    return count < max ? (uint32_t)count : max;
}

static const struct example *example_at(const struct hygiene *hygiene, int finding, uint32_t index)
{
    return &hygiene->examples[(size_t)finding * hygiene->settings.examples_max + index];
}

static struct bytes example_place(const struct hygiene *hygiene, const struct example *example)
{
    return (struct bytes){hygiene->texts.data + example->place_offset, example->place_bytes};
}

static struct bytes example_sku(const struct hygiene *hygiene, const struct example *example)
{
    return (struct bytes){hygiene->texts.data + example->sku_offset, example->sku_bytes};
}

static struct bytes example_text(const struct hygiene *hygiene, const struct example *example)
{
    return (struct bytes){hygiene->texts.data + example->text_offset, example->text_bytes};
}

static void append_quoted(struct buffer *text, struct bytes value)
{
    buffer_append_u8(text, '\'');
    printable_append(text, value, SHOWN_BYTES_MAX);
    buffer_append_u8(text, '\'');
}

/* Appends a SKU, and which of its letters are Cyrillic: they cannot be seen. */
static void append_spelled(struct buffer *text, struct bytes sku)
{
    struct bytes rest = sku;
    const size_t start = text->size;
    append_quoted(text, sku);
    buffer_append_text(text, " (Cyrillic ");
    const size_t letters = text->size;
    while (rest.size > 0 && text->size - letters < SHOWN_BYTES_MAX) {
        const uint32_t letter = letter_take(&rest);
        if (letter_is_cyrillic(letter))
            letter_append(text, letter);
    }
    if (text->size > letters) {
        buffer_append_u8(text, ')');
        return;
    }
    text->size = start;
    append_quoted(text, sku);
    buffer_append_text(text, " (Latin)");
}

/* Keeps what is said about one SKU alone. */
static void found_in_sku(struct hygiene *hygiene, enum finding finding, uint64_t position,
                         struct bytes sku)
{
    struct example *example = example_begin(hygiene, finding, position, sku);
    if (finding_kinds[finding].severity == FINDING_WARNING)
        hygiene->totals.warnings++;
    if (example == NULL)
        return;
    if (finding == FINDING_SKU_MIXED)
        append_spelled(&hygiene->texts, sku);
    else
        append_quoted(&hygiene->texts, sku);
    example_end(hygiene, example);
}

static void found_twin(struct hygiene *hygiene, uint64_t position, struct bytes sku,
                       const struct sku_met *met)
{
    const enum finding finding = sku_twin_way(sku, met->sku, &hygiene->scratch, &hygiene->other);
    struct example *example = example_begin(hygiene, finding, position, sku);
    hygiene->totals.warnings++;
    if (example == NULL)
        return;
    void (*append)(struct buffer *, struct bytes) =
        finding == FINDING_TWIN_LETTERS ? append_spelled : append_quoted;
    append(&hygiene->texts, sku);
    buffer_append_text(&hygiene->texts, " and ");
    append(&hygiene->texts, met->sku);
    buffer_append_u8(&hygiene->texts, ' ');
    row_source_spot(hygiene->source, met->position, &hygiene->texts);
    example_end(hygiene, example);
}

static void look_at_sku(struct hygiene *hygiene, uint64_t position, struct bytes sku)
{
    if (sku_is_rewritten(sku))
        found_in_sku(hygiene, FINDING_SKU_SPREADSHEET, position, sku);
    if (bytes_are_visible(sku))
        return;
    if (sku_has_odd_spaces(sku))
        found_in_sku(hygiene, FINDING_SKU_SPACES, position, sku);
    if (sku_mixes_letters(sku))
        found_in_sku(hygiene, FINDING_SKU_MIXED, position, sku);
}

static void found_bad(struct hygiene *hygiene, enum finding finding, uint64_t position,
                      struct bytes sku)
{
    struct example *example = example_begin(hygiene, finding, position, sku);
    hygiene->totals.bad++;
    if (example == NULL)
        return;
    buffer_append(&hygiene->texts, buffer_bytes(&hygiene->reason));
    example_end(hygiene, example);
}

/* Meets a row that could be sent with those before. */
static enum err meet(struct hygiene *hygiene, uint64_t position, enum leftover_kind *kind,
                     struct leftover *leftover)
{
    const struct bytes sku = leftover->sku;
    struct sku_met met;
    const enum err error = sku_index_add(hygiene->skus, sku, position, &met);
    if (error != OK)
        return error;
    if (met.meeting == SKU_SAME) {
        buffer_append_text(&hygiene->reason, "the SKU stands ");
        row_source_spot(hygiene->source, met.position, &hygiene->reason);
        buffer_append_text(&hygiene->reason, " already; that row is kept");
        found_bad(hygiene, FINDING_SKU_REPEATED, position, sku);
        leftover->finding = FINDING_SKU_REPEATED;
        *kind = LEFTOVER_BAD;
        return OK;
    }
    hygiene->totals.good++;
    if (met.meeting == SKU_TWIN)
        found_twin(hygiene, position, sku, &met);
    look_at_sku(hygiene, position, sku);
    return OK;
}

enum err hygiene_take(struct hygiene *hygiene, const struct row *row, enum leftover_kind *kind,
                      struct leftover *leftover)
{
    enum err error = OK;
    buffer_clear(&hygiene->reason);
    *kind = leftover_decode(row, &hygiene->settings.rules, leftover, &hygiene->reason);
    hygiene->totals.rows += *kind != LEFTOVER_BLANK;
    switch (*kind) {
    case LEFTOVER_SEND:
        error = meet(hygiene, row->position, kind, leftover);
        break;
    case LEFTOVER_SKIP:
        hygiene->totals.skipped++;
        found_in_sku(hygiene, FINDING_COUNT_EMPTY, row->position, leftover->sku);
        break;
    case LEFTOVER_BLANK:
        break;
    case LEFTOVER_BAD:
        found_bad(hygiene, leftover->finding, row->position, leftover->sku);
        break;
    }
    if (hygiene->reason.failed || hygiene->texts.failed || hygiene->scratch.failed ||
        hygiene->other.failed)
        return ERR_MEMORY;
    return error;
}

enum err hygiene_has(const struct hygiene *hygiene, struct bytes sku, bool *has)
{
    return sku_index_has(hygiene->skus, sku, has);
}

void hygiene_object(struct hygiene *hygiene, enum finding finding, uint64_t position,
                    struct bytes sku)
{
    ASSERT(finding_kinds[finding].severity == FINDING_ERROR);
    hygiene->totals.good--;
    buffer_clear(&hygiene->reason);
    append_quoted(&hygiene->reason, sku);
    found_bad(hygiene, finding, position, sku);
}

const char *hygiene_reason(struct hygiene *hygiene)
{
    return buffer_text(&hygiene->reason);
}

struct hygiene_totals hygiene_totals(const struct hygiene *hygiene)
{
    return hygiene->totals;
}

int64_t hygiene_count(const struct hygiene *hygiene, enum finding finding)
{
    return hygiene->counts[finding];
}

void hygiene_report(const struct hygiene *hygiene, bool with_examples, struct buffer *text)
{
    for (int i = 0; i < FINDINGS_COUNT; i++) {
        const struct finding_kind *kind = &finding_kinds[i];
        if (hygiene->counts[i] == 0)
            continue;
        buffer_append_format(text, "%s %-*s%10" PRId64 "  %s\n",
                             kind->severity == FINDING_ERROR ? "error  " : "warning", NAME_COLUMN,
                             kind->name, hygiene->counts[i], kind->what);
        const uint32_t examples = with_examples ? examples_count(hygiene, i) : 0;
        for (uint32_t k = 0; k < examples; k++) {
            const struct example *example = example_at(hygiene, i, k);
            buffer_append_text(text, "    ");
            buffer_append(text, example_place(hygiene, example));
            buffer_append_text(text, ": ");
            buffer_append(text, example_text(hygiene, example));
            buffer_append_u8(text, '\n');
        }
    }
}

static void append_member(struct buffer *text, const char *name, struct bytes value)
{
    buffer_append_format(text, "\"%s\":", name);
    json_write_string(text, value);
}

static void report_kind_json(const struct hygiene *hygiene, int finding, struct buffer *text)
{
    const struct finding_kind *kind = &finding_kinds[finding];
    buffer_append_text(text, "{");
    append_member(text, "kind", bytes_from_text(kind->name));
    buffer_append_format(text, ",\"severity\":\"%s\",\"count\":%" PRId64 ",",
                         kind->severity == FINDING_ERROR ? "error" : "warning",
                         hygiene->counts[finding]);
    append_member(text, "what", bytes_from_text(kind->what));
    buffer_append_text(text, ",\"examples\":[");
    for (uint32_t k = 0; k < examples_count(hygiene, finding); k++) {
        const struct example *example = example_at(hygiene, finding, k);
        buffer_append_text(text, k == 0 ? "{" : ",{");
        append_member(text, "place", example_place(hygiene, example));
        buffer_append_u8(text, ',');
        append_member(text, "text", example_text(hygiene, example));
        buffer_append_format(text, ",\"row\":%" PRIu64,
                             row_source_number(hygiene->source, example->position));
        if (example->sku_bytes > 0) {
            buffer_append_u8(text, ',');
            append_member(text, "sku", example_sku(hygiene, example));
        }
        buffer_append_u8(text, '}');
    }
    buffer_append_text(text, "]}");
}

void hygiene_report_json(const struct hygiene *hygiene, struct buffer *text)
{
    bool first = true;
    buffer_append_u8(text, '[');
    for (int i = 0; i < FINDINGS_COUNT; i++) {
        if (hygiene->counts[i] == 0)
            continue;
        if (!first)
            buffer_append_u8(text, ',');
        first = false;
        report_kind_json(hygiene, i, text);
    }
    buffer_append_u8(text, ']');
}
