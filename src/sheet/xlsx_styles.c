/* A cell names an entry of cellXfs, that one a format by number; low numbers are built in, others
 * come with their code. */
#include "sheet/xlsx_styles.h"

#include <string.h>

#include "sheet/xlsx_book.h"
#include "sheet/xlsx_part.h"

enum { CODES_MAX = 1024, STYLES_MAX = 65536, STYLES_PART_BYTES_MAX = 64 << 20 };

/* A format that comes with its code. */
struct code {
    int64_t id;
    uint8_t style;
};

struct reading {
    struct xlsx_part_context context;
    struct buffer *styles;
    struct code codes[CODES_MAX];
    size_t codes_count;
    bool in_cell_formats;
};

static int64_t number_of(const char *const *attributes, const char *name)
{
    int64_t number = -1;
    const char *text = xml_attribute(attributes, name);
    return text != NULL && bytes_to_int64(bytes_from_text(text), &number) ? number : -1;
}

uint8_t xlsx_style_of_code(struct bytes code)
{
    bool quoted = false;
    bool bracketed = false;
    bool only_zeros = true;
    for (size_t i = 0; i < code.size; i++) {
        const uint8_t letter = code.data[i];
        only_zeros = only_zeros && letter == '0';
        if (letter == '\\' && !quoted) {
            i++;
            continue;
        }
        quoted ^= letter == '"';
        bracketed = (bracketed || letter == '[') && letter != ']';
        if (!quoted && !bracketed && letter != '\0' && strchr("dmyhsDMYHS", letter) != NULL)
            return XLSX_STYLE_DATE;
    }
    if (only_zeros && code.size > 1 && code.size <= XLSX_STYLE_ZEROS_MAX)
        return (uint8_t)code.size;
    return XLSX_STYLE_PLAIN;
}

static bool is_built_in_date(int64_t id)
{
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) ||
           (id >= 50 && id <= 58);
}

static uint8_t style_of_id(const struct reading *reading, int64_t id)
{
    for (size_t i = 0; i < reading->codes_count; i++) {
        if (reading->codes[i].id == id)
            return reading->codes[i].style;
    }
    return is_built_in_date(id) ? XLSX_STYLE_DATE : XLSX_STYLE_PLAIN;
}

static void on_begin(void *context, const char *name, const char *const *attributes)
{
    struct reading *reading = context;
    if (strcmp(name, "cellXfs") == 0) {
        reading->in_cell_formats = true;
    } else if (strcmp(name, "numFmt") == 0 && reading->codes_count < CODES_MAX) {
        const char *code = xml_attribute(attributes, "formatCode");
        reading->codes[reading->codes_count++] = (struct code){
            number_of(attributes, "numFmtId"),
            xlsx_style_of_code(bytes_from_text(code)),
        };
    } else if (strcmp(name, "xf") == 0 && reading->in_cell_formats &&
               reading->styles->size < STYLES_MAX) {
        buffer_append_u8(reading->styles, style_of_id(reading, number_of(attributes, "numFmtId")));
    }
}

static void on_end(void *context, const char *name)
{
    struct reading *reading = context;
    if (strcmp(name, "cellXfs") == 0)
        reading->in_cell_formats = false;
}

static void on_text(void *context, struct bytes text)
{
    (void)context;
    (void)text;
}

enum err xlsx_styles_read(struct buffer *styles, struct zip_file_parts *parts, const char *name,
                          struct buffer *problem)
{
    static const struct xml_events events = {on_begin, on_end, on_text};
    struct reading reading = {
        .context = {.name = name, .bytes_max = STYLES_PART_BYTES_MAX, .events = &events},
        .styles = styles,
    };
    const enum err error = xlsx_part_read(parts, &reading.context, problem);
    return styles->failed ? ERR_MEMORY : error;
}
