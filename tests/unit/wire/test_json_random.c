/* The two readers of JSON, the library and the plain scanner, agree on random documents and on
 * random damage to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "../../support/json_case.h"
#include "wire/json_check.h"

enum { DEPTH_MAX = 6, DOCUMENT_BYTES_MAX = 4096 };

static void write_space(struct chance *chance, struct buffer *out)
{
    static const char *const spaces[] = {"", "", "", " ", "\n", "\t", "\r\n", "  "};
    buffer_append_text(out, spaces[chance_below(chance, ROWS_COUNT_OF(spaces))]);
}

static void write_scalar(struct chance *chance, struct buffer *out)
{
    static const char *const scalars[] = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1.5",
        "-1e5",
        "1E+2",
        "0.0e-7",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775809",
        "1e308",
        "1e309",
        "-1e400",
        "1e-400",
        "123456789012345678901234567890.5",
        "\"\"",
        "\"a\"",
        "\"\\u0416\"",
        "\"\\ud83d\\ude00\"",
        "\"\\n\\\"\\\\\\/\"",
        "\"\xD0\x96\xE2\x82\xAC\xF0\x9F\x98\x80\"",
        "\"[{,:}]\"",
        "\"1e400\"",
        "\"\\u0000\"",
    };
    if (chance_one_in(chance, 6)) {
        buffer_append_int64(out, (int64_t)chance_u64(chance) >> chance_below(chance, 64));
        return;
    }
    buffer_append_text(out, scalars[chance_below(chance, ROWS_COUNT_OF(scalars))]);
}

static void write_key(struct chance *chance, struct buffer *out)
{
    static const char *const keys[] = {"\"skus\"", "\"sku\"", "\"\"", "\"\\u0061\"",
                                       "\"\xD0\x96\""};
    buffer_append_text(out, keys[chance_below(chance, ROWS_COUNT_OF(keys))]);
    write_space(chance, out);
    buffer_append_text(out, ":");
}

/* Writes a document without recursion: opens and closes as chance has it. */
static void write_document(struct chance *chance, struct buffer *out)
{
    bool in_object[DEPTH_MAX] = {false};
    size_t depth = 0;
    bool first = true;
    do {
        write_space(chance, out);
        const bool full = out->size > DOCUMENT_BYTES_MAX / 2;
        if (depth > 0 && (full || chance_one_in(chance, 4))) {
            buffer_append_text(out, in_object[--depth] ? "}" : "]");
            first = false;
            continue;
        }
        if (!first)
            buffer_append_text(out, ",");
        write_space(chance, out);
        if (depth > 0 && in_object[depth - 1])
            write_key(chance, out);
        write_space(chance, out);
        first = depth < DEPTH_MAX && !full && chance_one_in(chance, depth == 0 ? 1 : 3);
        if (first) {
            in_object[depth] = chance_one_in(chance, 2);
            buffer_append_text(out, in_object[depth++] ? "{" : "[");
        } else {
            write_scalar(chance, out);
        }
    } while (depth > 0);
    write_space(chance, out);
}

/* Changes, removes, doubles or moves a few bytes. */
static void damage(struct chance *chance, struct buffer *document)
{
    static const char bytes[] = "{}[],:\"\\0123456789.eE+-truefalsn u\n\t\x01\x7F\x80\xC2\xFF";
    for (uint64_t times = 1 + chance_below(chance, 3); times > 0 && document->size > 0; times--) {
        uint8_t *at = document->data + chance_below(chance, document->size);
        const size_t left = document->size - (size_t)(at - document->data);
        switch (chance_below(chance, 5)) {
        case 0:
            *at = (uint8_t)bytes[chance_below(chance, sizeof(bytes))]; /* NUL too. */
            break;
        case 1:
            memmove(at, at + 1, left - 1);
            document->size--;
            break;
        case 2:
            document->size -= chance_below(chance, left) + 1;
            break;
        case 3: {
            const uint8_t *other = document->data + chance_below(chance, document->size);
            *at = *other;
            break;
        }
        default:
            *at ^= (uint8_t)(1U << chance_below(chance, 8));
        }
    }
}

static void readers_agree(struct json_case *json, struct bytes text, bool *taken)
{
    struct json_failure failure;
    const enum json_outcome outcome = json_case_parse(json, text);
    *taken = outcome == JSON_OK;
    if (!bytes_are_utf8(text)) {
        assert_int_equal(outcome, JSON_NOT_UTF8);
        assert_int_equal(json->failure.offset, bytes_utf8_prefix(text));
        return;
    }
    const enum json_outcome checked = json_check(text, &failure);
    if (outcome == checked)
        return;
    print_error("the parser says %d, the scanner %d of: %.*s\n", (int)outcome, (int)checked,
                BYTES_ARG(text));
    fail();
}

static void random_documents_are_taken_by_both(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct json_case json;
    json_case_init(&json);
    struct buffer document;
    buffer_init(&document);
    for (int round = 0; round < 5000; round++) {
        bool taken = false;
        buffer_clear(&document);
        write_document(&chance, &document);
        readers_agree(&json, buffer_bytes(&document), &taken);
        assert_true(taken);
    }
    buffer_deinit(&document);
    json_case_deinit(&json);
}

static void random_damage_is_judged_alike_by_both(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct json_case json;
    json_case_init(&json);
    struct buffer document;
    buffer_init(&document);
    enum { ROUNDS = 60000 };
    int taken_count = 0;
    for (int round = 0; round < ROUNDS; round++) {
        bool taken = false;
        buffer_clear(&document);
        write_document(&chance, &document);
        damage(&chance, &document);
        readers_agree(&json, buffer_bytes(&document), &taken);
        taken_count += taken;
    }
    assert_true(taken_count > ROUNDS / 100); /* Both answers do occur. */
    assert_true(taken_count < ROUNDS * 9 / 10);
    buffer_deinit(&document);
    json_case_deinit(&json);
}

static void random_tokens_are_judged_alike_by_both(void **state)
{
    (void)state;
    static const char *const tokens[] = {
        "{",    "}",     "[",        "]",     ",",
        ":",    "\"a\"", "\"",       "\\",    "1",
        "0",    "-",     ".",        "e",     "true",
        "nul",  " ",     "\n",       "\\u00", "\\ud8",
        "d800", "dc00",  "\xD0\x96", "1e999", "12345678901234567890",
    };
    struct chance chance = chance_begin(__func__);
    struct json_case json;
    json_case_init(&json);
    struct buffer document;
    buffer_init(&document);
    for (int round = 0; round < 100000; round++) {
        bool taken = false;
        buffer_clear(&document);
        for (uint64_t count = chance_below(&chance, 9); count > 0; count--)
            buffer_append_text(&document, tokens[chance_below(&chance, ROWS_COUNT_OF(tokens))]);
        readers_agree(&json, buffer_bytes(&document), &taken);
    }
    buffer_deinit(&document);
    json_case_deinit(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_documents_are_taken_by_both),
        cmocka_unit_test(random_damage_is_judged_alike_by_both),
        cmocka_unit_test(random_tokens_are_judged_alike_by_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
