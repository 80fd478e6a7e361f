/* Comparing, printing both sides, failing. */
#include "expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { SHOWN_BYTES_MAX = 400 };

void expect_true(bool condition, const char *text, const char *label, const char *file, int line)
{
    if (condition)
        return;
    print_error("not so: %s\nfor:    %s\n", text, label);
    _fail(file, line);
}

static int shown(struct bytes bytes)
{
    return bytes.size < SHOWN_BYTES_MAX ? (int)bytes.size : SHOWN_BYTES_MAX;
}

void expect_bytes(struct bytes bytes, struct bytes expected, const char *file, int line)
{
    if (bytes_equal(bytes, expected))
        return;
    print_error("expected %zu bytes: %.*s\ncame     %zu bytes: %.*s\n", expected.size,
                shown(expected), (const char *)expected.data, bytes.size, shown(bytes),
                (const char *)bytes.data);
    _fail(file, line);
}

struct bytes error_at(const struct error_list *errors, uint32_t index)
{
    ASSERT(index < errors->count);
    const size_t start = index == 0 ? 0 : errors->ends[index - 1];
    return (struct bytes){errors->text.data + start, errors->ends[index] - start};
}

void expect_error(const struct error_list *errors, const char *text, const char *file, int line)
{
    const uint32_t expected_count = text == NULL ? 0 : 1;
    if (errors->count != expected_count) {
        print_error("expected: %s\ncame %u messages:\n", text == NULL ? "no message" : text,
                    errors->count);
        for (uint32_t i = 0; i < errors->count; i++)
            print_error("  %.*s\n", shown(error_at(errors, i)),
                        (const char *)error_at(errors, i).data);
        _fail(file, line);
    }
    if (text != NULL)
        expect_bytes(error_at(errors, 0), bytes_from_text(text), file, line);
}
