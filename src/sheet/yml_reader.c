/* An offer's own <count> counts, not one deeper inside. A second one is put behind the first with a
 * space between, which makes a count that is none: nobody has to guess which was meant. */
#include "sheet/yml_reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/limits.h"
#include "sheet/local_time.h"
#include "sheet/row_list.h"
#include "sheet/xml_reader.h"

enum { POSITION_LINE_BITS = 36 };

#define POSITION_LINE_MAX ((UINT64_C(1) << POSITION_LINE_BITS) - 1)

struct yml_reader {
    struct yml_settings settings;
    struct xml_reader *xml;
    const char *problem;
    bool has_root;
    int depth;

    int offer_depth; /* 0: not in an offer. */
    bool in_count;
    bool has_count;
    uint64_t offers_count;
    uint64_t position;
    struct buffer sku;
    struct buffer count;
    int64_t instock;
    bool has_outlet;
    bool outlet_is_bad; /* What it holds instead is in `count`. */

    char updated_at[DATE_ISO8601_BYTES_MAX];
    size_t updated_at_bytes;
    struct row_list rows;
};

static const char *root_problem(const char *name)
{
    if (strcasecmp(name, "html") == 0)
        return "it is a web page, not a YML; save it as XLSX";
    if (strcmp(name, "Workbook") == 0)
        return "it is a spreadsheet of the XML form of 2003; save it as XLSX";
    return "it is XML, but no YML: its first element is not yml_catalog";
}

/* Takes the feed's date, unless it is older than a day, or of tomorrow. */
static void date_take(struct yml_reader *reader, const char *date)
{
    int64_t ms = 0;
    const int64_t now_ms = reader->settings.now_ms;
    if (date == NULL || !local_time_read(bytes_trim(bytes_from_text(date)), &ms))
        return;
    if (ms <= now_ms && ms >= now_ms - PAST_TOLERANCE_MS)
        reader->updated_at_bytes = date_format_iso8601(ms, reader->updated_at);
}

static void offer_begin(struct yml_reader *reader, const char *const *attributes)
{
    const char *id = xml_attribute(attributes, "id");
    uint64_t line = xml_reader_line(reader->xml);
    line = line < POSITION_LINE_MAX ? line : POSITION_LINE_MAX;
    reader->offers_count++;
    reader->position = reader->offers_count << POSITION_LINE_BITS | line;
    reader->offer_depth = reader->depth;
    reader->in_count = false;
    reader->has_count = false;
    reader->has_outlet = false;
    reader->outlet_is_bad = false;
    reader->instock = 0;
    buffer_clear(&reader->sku);
    buffer_clear(&reader->count);
    cell_append(&reader->sku, 0, bytes_from_text(id));
}

static void outlet_take(struct yml_reader *reader, const char *const *attributes)
{
    const char *instock = xml_attribute(attributes, "instock");
    const char *name = xml_attribute(attributes, "warehouse_name");
    const char *wanted = reader->settings.outlet;
    if (wanted != NULL && (name == NULL || strcmp(name, wanted) != 0))
        return;
    if (instock == NULL || reader->outlet_is_bad)
        return;
    int64_t units = 0;
    const struct bytes text = bytes_trim(bytes_from_text(instock));
    reader->has_outlet = true;
    if (bytes_to_int64(text, &units) && units >= 0 &&
        !__builtin_add_overflow(reader->instock, units, &reader->instock))
        return;
    reader->outlet_is_bad = true;
    cell_append(&reader->count, 0, text.size > 0 ? text : BYTES("''"));
}

static void on_begin(void *context, const char *name, const char *const *attributes)
{
    struct yml_reader *reader = context;
    const bool outlets = reader->settings.outlets || reader->settings.outlet != NULL;
    reader->depth++;
    if (reader->depth == 1) {
        if (strcmp(name, "yml_catalog") != 0) {
            xml_reader_refuse(reader->xml, root_problem(name));
            return;
        }
        reader->has_root = true;
        date_take(reader, xml_attribute(attributes, "date"));
    } else if (reader->offer_depth == 0 && strcmp(name, "offer") == 0) {
        offer_begin(reader, attributes);
    } else if (reader->offer_depth > 0 && outlets && strcmp(name, "outlet") == 0) {
        outlet_take(reader, attributes);
    } else if (reader->depth == reader->offer_depth + 1 && reader->offer_depth > 0 && !outlets &&
               strcmp(name, "count") == 0) {
        reader->in_count = true;
        if (reader->has_count)
            cell_append(&reader->count, 0, BYTES(" "));
        reader->has_count = true;
    }
}

static void offer_end(struct yml_reader *reader)
{
    reader->offer_depth = 0;
    if (reader->has_outlet && !reader->outlet_is_bad)
        buffer_append_int64(&reader->count, reader->instock);
    const struct bytes updated_at = {(const uint8_t *)reader->updated_at, reader->updated_at_bytes};
    const struct row row = {
        .position = reader->position,
        .fields = {reader->sku.size > 0 ? buffer_bytes(&reader->sku) : BYTES(""),
                   reader->count.size > 0 ? buffer_bytes(&reader->count) : BYTES(""), updated_at},
    };
    row_list_add(&reader->rows, &row);
}

static void on_end(void *context, const char *name)
{
    struct yml_reader *reader = context;
    (void)name;
    if (reader->depth == reader->offer_depth)
        offer_end(reader);
    else if (reader->depth == reader->offer_depth + 1)
        reader->in_count = false;
    reader->depth--;
}

static void on_text(void *context, struct bytes text)
{
    struct yml_reader *reader = context;
    if (reader->in_count && reader->depth == reader->offer_depth + 1)
        cell_append(&reader->count, 0, text);
}

struct yml_reader *yml_reader_create(const struct yml_settings *settings)
{
    static const struct xml_events events = {on_begin, on_end, on_text};
    struct yml_reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL)
        return NULL;
    reader->settings = *settings;
    row_list_init(&reader->rows);
    reader->xml = xml_reader_create(&events, reader);
    if (reader->xml != NULL)
        return reader;
    free(reader);
    return NULL;
}

void yml_reader_destroy(struct yml_reader *reader)
{
    if (reader == NULL)
        return;
    xml_reader_destroy(reader->xml);
    buffer_deinit(&reader->sku);
    buffer_deinit(&reader->count);
    row_list_deinit(&reader->rows);
    free(reader);
}

enum err yml_reader_feed(struct yml_reader *reader, struct bytes bytes, bool is_last)
{
    const enum err error = xml_reader_feed(reader->xml, bytes, is_last);
    if (reader->sku.failed || reader->count.failed || row_list_failed(&reader->rows))
        return ERR_MEMORY;
    return error;
}

bool yml_reader_next(struct yml_reader *reader, struct row *row)
{
    return row_list_next(&reader->rows, row);
}

const char *yml_reader_problem(const struct yml_reader *reader, uint64_t *line)
{
    *line = xml_reader_line(reader->xml);
    return xml_reader_problem(reader->xml);
}

bool yml_reader_has_root(const struct yml_reader *reader)
{
    return reader->has_root;
}

uint64_t yml_position_offer(uint64_t position)
{
    return position >> POSITION_LINE_BITS;
}

uint64_t yml_position_line(uint64_t position)
{
    return position & POSITION_LINE_MAX;
}
