/* Rich text comes in runs, each with a text of its own; how a text is pronounced (rPh) is not a
 * part of it. */
#include "sheet/xlsx_strings.h"

#include <string.h>

#include "sheet/row_list.h"
#include "sheet/xlsx_part.h"

struct reading {
    struct xlsx_part_context context;
    struct xlsx_strings *strings;
    size_t start; /* Where the text begins that is being read. */
    bool in_string;
    bool in_phonetic;
    bool in_text;
};

void xlsx_strings_init(struct xlsx_strings *strings)
{
    buffer_init(&strings->text);
    buffer_init(&strings->ends);
}

void xlsx_strings_deinit(struct xlsx_strings *strings)
{
    buffer_deinit(&strings->text);
    buffer_deinit(&strings->ends);
}

static void on_begin(void *context, const char *name, const char *const *attributes)
{
    struct reading *reading = context;
    (void)attributes;
    if (strcmp(name, "si") == 0) {
        reading->in_string = true;
        reading->start = reading->strings->text.size;
    } else if (strcmp(name, "rPh") == 0) {
        reading->in_phonetic = true;
    } else if (strcmp(name, "t") == 0) {
        reading->in_text = reading->in_string && !reading->in_phonetic;
    }
}

static void on_end(void *context, const char *name)
{
    struct reading *reading = context;
    struct xlsx_strings *strings = reading->strings;
    reading->in_text = false;
    if (strcmp(name, "rPh") == 0)
        reading->in_phonetic = false;
    if (strcmp(name, "si") != 0 || !reading->in_string)
        return;
    reading->in_string = false;
    if (strings->text.size + strings->ends.size > XLSX_STRINGS_BYTES_MAX)
        xml_reader_refuse(reading->context.xml, "the texts of all cells take more than 256 MB");
    buffer_append_u32(&strings->ends, (uint32_t)strings->text.size);
}

static void on_text(void *context, struct bytes text)
{
    struct reading *reading = context;
    if (reading->in_text)
        cell_append(&reading->strings->text, reading->start, text);
}

enum err xlsx_strings_read(struct xlsx_strings *strings, struct zip_file_parts *parts,
                           const char *name, struct buffer *problem)
{
    static const struct xml_events events = {on_begin, on_end, on_text};
    struct reading reading = {
        .context = {.name = name, .bytes_max = XLSX_STRINGS_PART_BYTES_MAX, .events = &events},
        .strings = strings,
    };
    const enum err error = xlsx_part_read(parts, &reading.context, problem);
    if (strings->text.failed || strings->ends.failed)
        return ERR_MEMORY;
    return error;
}

static uint32_t end_of(const struct xlsx_strings *strings, uint64_t index)
{
    struct cursor cursor = cursor_begin(buffer_bytes(&strings->ends));
    (void)cursor_bytes(&cursor, index * sizeof(uint32_t));
    return cursor_u32(&cursor);
}

bool xlsx_strings_get(const struct xlsx_strings *strings, uint64_t index, struct bytes *text)
{
    if (index >= strings->ends.size / sizeof(uint32_t))
        return false;
    const uint32_t start = index == 0 ? 0 : end_of(strings, index - 1);
    const uint32_t end = end_of(strings, index);
    *text = BYTES("");
    if (end > start)
        *text = (struct bytes){strings->text.data + start, end - start};
    return true;
}
