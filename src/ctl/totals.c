/* Names are ours and need no escapes. */
#include "ctl/totals.h"

#include <inttypes.h>

enum { LINE_BYTES_MAX = 512 };

void totals_format(struct buffer *text, const struct total *totals, size_t totals_count,
                   int64_t elapsed_ms, bool json)
{
    buffer_append_text(text, json ? "{" : "");
    const char *quote = json ? "\"" : "";
    const char *colon = json ? ":" : "=";
    const char *comma = json ? "," : " ";
    for (size_t i = 0; i < totals_count; i++)
        buffer_append_format(text, "%s%s%s%s%" PRId64 "%s", quote, totals[i].name, quote, colon,
                             totals[i].value, comma);
    buffer_append_format(text, "%sseconds%s%s%" PRId64 ".%03" PRId64 "%s\n", quote, quote, colon,
                         elapsed_ms / 1000, elapsed_ms % 1000, json ? "}" : "");
}

void totals_print(FILE *to, const struct total *totals, size_t totals_count, int64_t elapsed_ms,
                  bool json)
{
    uint8_t memory[LINE_BYTES_MAX];
    struct buffer text = {memory, 0, sizeof(memory), false};
    totals_format(&text, totals, totals_count, elapsed_ms, json);
    (void)fputs(buffer_text(&text), to);
    (void)fflush(to);
}
