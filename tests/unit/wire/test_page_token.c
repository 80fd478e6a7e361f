/* Page tokens: there and back, bound to their filter, and safe against whatever a client sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/chance.h"
#include "../../support/expect.h"
#include "base/base64.h"
#include "base/limits.h"
#include "wire/page_token.h"

/* A parser, and a text that was written. */
struct tokens {
    struct json_parser *parser;
    struct buffer text;
};

static void tokens_init(struct tokens *tokens)
{
    tokens->parser = json_parser_create();
    assert_non_null(tokens->parser);
    buffer_init(&tokens->text);
}

static void tokens_deinit(struct tokens *tokens)
{
    json_parser_destroy(tokens->parser);
    buffer_deinit(&tokens->text);
}

static void token_is_what_it_says(void **state)
{
    (void)state;
    struct tokens tokens;
    tokens_init(&tokens);
    struct buffer json;
    buffer_init(&json);
    const struct page_token token = {BYTES("2342"), false};
    page_token_encode(&tokens.text, &token, UINT64_C(0xABC));
    assert_true(base64url_decode(&json, buffer_bytes(&tokens.text)));
    EXPECT_TEXT(buffer_bytes(&json), "{\"nextId\":\"2342\",\"filter\":\"0000000000000abc\"}");
    buffer_deinit(&json);
    tokens_deinit(&tokens);
}

static void reading_undoes_writing_under_the_same_filter_only(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct tokens tokens;
    tokens_init(&tokens);
    for (int round = 0; round < 3000; round++) {
        uint8_t data[PAGE_POSITION_BYTES_MAX];
        const size_t size =
            chance_below(&chance, chance_one_in(&chance, 10) ? sizeof(data) + 1 : (size_t)20);
        for (size_t i = 0; i < size; i++)
            data[i] = (uint8_t)chance_between(&chance, ' ', '~');
        const struct page_token token = {{data, size}, chance_one_in(&chance, 2)};
        const uint64_t filter = chance_u64(&chance);
        buffer_clear(&tokens.text);
        page_token_encode(&tokens.text, &token, filter);
        struct page_token decoded;
        assert_true(page_token_decode(tokens.parser, buffer_bytes(&tokens.text), filter, &decoded));
        EXPECT_BYTES(decoded.position, token.position);
        assert_int_equal(decoded.backward, token.backward);
        const uint64_t other = filter ^ UINT64_C(1) << chance_below(&chance, 64);
        assert_false(page_token_decode(tokens.parser, buffer_bytes(&tokens.text), other, &decoded));
    }
    tokens_deinit(&tokens);
}

static void padding_of_the_token_is_taken(void **state)
{
    (void)state;
    struct tokens tokens;
    tokens_init(&tokens);
    const struct page_token token = {BYTES("7"), true};
    page_token_encode(&tokens.text, &token, 1);
    buffer_append_text(&tokens.text, "==");
    struct page_token decoded;
    assert_true(page_token_decode(tokens.parser, buffer_bytes(&tokens.text), 1, &decoded));
    EXPECT_TEXT(decoded.position, "7");
    assert_true(decoded.backward);
    tokens_deinit(&tokens);
}

#define FILTER "\"filter\":\"0000000000000001\""

static void json_that_is_no_token_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        " ",
        "x",
        "{",
        "[]",
        "null",
        "\"7\"",
        "7",
        "{}",
        "{" FILTER "}",
        "{\"nextId\":\"7\"}",
        "{\"nextId\":7," FILTER "}",
        "{\"nextId\":null," FILTER "}",
        "{\"nextId\":\"7\",\"filter\":1}",
        "{\"nextId\":\"7\",\"filter\":\"1\"}",
        "{\"nextId\":\"7\",\"filter\":\"0000000000000002\"}",
        "{\"nextId\":\"7\"," FILTER ",\"x\":[]}",
        "{ nextId: 2342 }",
        "{\"nextId\":\"7\"," FILTER "}}",
        "\xFF",
    };
    struct tokens tokens;
    tokens_init(&tokens);
    for (size_t i = 0; i < ROWS_COUNT_OF(rows); i++) {
        struct page_token decoded;
        buffer_clear(&tokens.text);
        base64url_encode(&tokens.text, bytes_from_text(rows[i]));
        EXPECT(rows[i], !page_token_decode(tokens.parser, buffer_bytes(&tokens.text), 1, &decoded));
    }
    tokens_deinit(&tokens);
}

static void position_is_bounded(void **state)
{
    (void)state;
    static char json[PAGE_TOKEN_BYTES_MAX];
    struct tokens tokens;
    tokens_init(&tokens);
    for (size_t size = PAGE_POSITION_BYTES_MAX; size <= PAGE_POSITION_BYTES_MAX + 1; size++) {
        memset(json, 'x', sizeof(json));
        memcpy(json, "{\"nextId\":\"", 11);
        static const char tail[] = "\"," FILTER "}";
        memcpy(json + 11 + size, tail, sizeof(tail));
        struct page_token decoded;
        buffer_clear(&tokens.text);
        base64url_encode(&tokens.text, bytes_from_text(json));
        assert_int_equal(page_token_decode(tokens.parser, buffer_bytes(&tokens.text), 1, &decoded),
                         size == PAGE_POSITION_BYTES_MAX);
    }
    tokens_deinit(&tokens);
}

static void garbage_is_refused(void **state)
{
    (void)state;
    struct chance chance = chance_begin(__func__);
    struct tokens tokens;
    tokens_init(&tokens);
    static uint8_t data[PAGE_TOKEN_BYTES_MAX + 1];
    memset(data, 'A', sizeof(data));
    struct page_token decoded;
    assert_false(page_token_decode(tokens.parser, (struct bytes){data, sizeof(data)}, 1, &decoded));
    assert_false(page_token_decode(tokens.parser, BYTES("%%%"), 1, &decoded));
    assert_false(page_token_decode(tokens.parser, BYTES("eyBuZXh0SWQ6IDIzNDIgfQ=="), 1, &decoded));
    const struct page_token token = {BYTES("12345"), false};
    for (int round = 0; round < 20000; round++) {
        buffer_clear(&tokens.text);
        page_token_encode(&tokens.text, &token, 1);
        const size_t at = chance_below(&chance, tokens.text.size);
        const uint8_t before = tokens.text.data[at];
        tokens.text.data[at] = (uint8_t)chance_u64(&chance);
        if (chance_one_in(&chance, 3))
            tokens.text.size = chance_below(&chance, tokens.text.size);
        else if (tokens.text.data[at] == before)
            continue;
        /* Damage to the position alone may leave a token; it is as short as before. */
        if (page_token_decode(tokens.parser, buffer_bytes(&tokens.text), 1, &decoded))
            assert_true(decoded.position.size <= 10);
    }
    tokens_deinit(&tokens);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token_is_what_it_says),
        cmocka_unit_test(reading_undoes_writing_under_the_same_filter_only),
        cmocka_unit_test(padding_of_the_token_is_taken),
        cmocka_unit_test(json_that_is_no_token_is_refused),
        cmocka_unit_test(position_is_bounded),
        cmocka_unit_test(garbage_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
