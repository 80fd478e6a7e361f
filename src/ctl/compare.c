/* Text has columns, JSON an object a line. Nothing is gathered: a million differences take no
 * memory. */
#include "ctl/compare.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/printable.h"
#include "wire/json.h"

enum { SKU_BYTES_SHOWN_MAX = 1024, NUMBER_COLUMNS = 12 };

static void append_json(struct buffer *text, const char *name, int64_t number)
{
    buffer_append_format(text, ",\"%s\":", name);
    if (number == CELL_NONE)
        buffer_append_text(text, "null");
    else
        buffer_append_int64(text, number);
}

static void append_column(struct buffer *text, int64_t number)
{
    if (number == CELL_NONE)
        buffer_append_format(text, "%*s", NUMBER_COLUMNS, "-");
    else
        buffer_append_format(text, "%*" PRId64, NUMBER_COLUMNS, number);
}

void compare_print(struct compare *compare, struct bytes sku, int64_t there, int64_t here)
{
    const bool json = compare->campaign->session.options->output_form == OUTPUT_JSON;
    struct buffer text;
    buffer_init(&text);
    if (json) {
        buffer_append_text(&text, "{\"sku\":");
        json_write_string(&text, sku);
        append_json(&text, "there", there);
        append_json(&text, compare->here, here);
        buffer_append_text(&text, "}\n");
    } else {
        if (!compare->is_begun)
            buffer_append_format(&text, "%*s%*s  SKU\n", NUMBER_COLUMNS, "there", NUMBER_COLUMNS,
                                 compare->here);
        append_column(&text, there);
        append_column(&text, here);
        buffer_append_text(&text, "  ");
        printable_append(&text, sku, SKU_BYTES_SHOWN_MAX);
        buffer_append_text(&text, "\n");
    }
    compare->is_begun = true;
    if (text.failed)
        session_stop_for_memory(&compare->campaign->session);
    else
        (void)fwrite(text.data, 1, text.size, stdout);
    buffer_deinit(&text);
}
