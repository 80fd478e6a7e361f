/* The operator's token on a simulated machine: made once and durably, read again, refused where it
 * is none; and the texts that nobody can guess. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/expect.h"
#include "operator/operator_token.h"
#include "operator/secret.h"
#include "os/os_sim.h"

enum { CALLS_MAX = 16 };

static struct os_sim *machine_with_folder(uint64_t seed)
{
    struct os_sim *sim = os_sim_create(seed);
    assert_non_null(sim);
    struct os *os = os_sim_os(sim);
    assert_int_equal(os->make_folder(os, "data"), OK);
    assert_int_equal(os->sync_folder(os, "."), OK);
    return sim;
}

static void write_file(struct os_sim *sim, const char *path, struct bytes content)
{
    struct os *os = os_sim_os(sim);
    struct os_file *file = NULL;
    assert_int_equal(os->open(os, path, OS_OPEN_CREATE, &file), OK);
    if (content.size > 0)
        assert_int_equal(os->write(os, file, 0, content), OK);
    assert_int_equal(os->sync(os, file), OK);
    os->close(os, file);
}

static enum err load(struct os_sim *sim, const char *file, struct operator_token *token)
{
    return operator_token_load(os_sim_os(sim), file, "data", token);
}

/* The hash of what stands in the data folder, its last line feed left out. */
static struct sha256 hash_of_file(struct os_sim *sim)
{
    uint8_t *data = NULL;
    size_t size = 0;
    assert_int_equal(os_read_file(os_sim_os(sim), "data/operator.token", 4096, &data, &size), OK);
    assert_true(size > 40 && data[size - 1] == '\n');
    const struct sha256 hash = sha256_of((struct bytes){data, size - 1});
    free(data);
    return hash;
}

static void a_token_is_made_and_read_again(void **state)
{
    (void)state;
    struct os_sim *sim = machine_with_folder(1);
    static struct operator_token token;
    static struct operator_token again;
    assert_int_equal(load(sim, NULL, &token), OK);
    assert_true(token.made);
    assert_string_equal(token.path, "data/operator.token");
    const struct sha256 hash = hash_of_file(sim);
    assert_true(sha256_equal(&token.hash, &hash));
    assert_int_equal(load(sim, NULL, &again), OK);
    assert_false(again.made);
    assert_true(sha256_equal(&token.hash, &again.hash));
    os_sim_destroy(sim);
}

/* Wherever the power goes, the next start has a token; and one that a start announced is there. */
static void a_power_cut_leaves_a_token_or_none(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        for (uint64_t call = 0; call < CALLS_MAX; call++) {
            struct os_sim *sim = machine_with_folder(seed);
            static struct operator_token token;
            static struct operator_token again;
            os_sim_cut_power_at(sim, call);
            const enum err error = load(sim, NULL, &token);
            os_sim_reboot(sim);
            assert_int_equal(load(sim, NULL, &again), OK);
            const struct sha256 hash = hash_of_file(sim);
            assert_true(sha256_equal(&again.hash, &hash));
            if (error == OK) {
                assert_false(again.made);
                assert_true(sha256_equal(&token.hash, &again.hash));
            }
            os_sim_destroy(sim);
        }
    }
}

static void trouble_with_the_disk_is_told(void **state)
{
    (void)state;
    for (uint64_t call = 0; call < 5; call++) { /* create, truncate, write, sync, sync_folder */
        struct os_sim *sim = machine_with_folder(3);
        static struct operator_token token;
        os_sim_fail_at(sim, call, ERR_IO);
        assert_int_equal(load(sim, NULL, &token), ERR_IO);
        assert_string_equal(token.problem, err_text(ERR_IO));
        assert_false(token.made);
        os_sim_destroy(sim);
    }
}

static void a_file_of_the_operator_is_read(void **state)
{
    (void)state;
    static const char *const contents[] = {"secret", "secret\n", " \tsecret \r\nmore\n",
                                           "secret\nanother"};
    for (size_t i = 0; i < ROWS_COUNT_OF(contents); i++) {
        struct os_sim *sim = machine_with_folder(4);
        static struct operator_token token;
        write_file(sim, "file", bytes_from_text(contents[i]));
        assert_int_equal(load(sim, "file", &token), OK);
        const struct sha256 hash = sha256_of(BYTES("secret"));
        EXPECT(contents[i], sha256_equal(&token.hash, &hash));
        EXPECT(contents[i], !token.made);
        os_sim_destroy(sim);
    }
}

static void a_file_without_a_token_is_refused(void **state)
{
    (void)state;
    static const struct bytes contents[] = {
        BYTES_INIT(""),       BYTES_INIT("\n"),         BYTES_INIT("  \nsecret\n"),
        BYTES_INIT("a b\n"),  BYTES_INIT("a\tb\n"),     BYTES_INIT("\0\0\0\0"),
        BYTES_INIT("se\x7f"), BYTES_INIT("\xd0\xb0\n"),
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(contents); i++) {
        struct os_sim *sim = machine_with_folder(5);
        static struct operator_token token;
        write_file(sim, "file", contents[i]);
        assert_int_equal(load(sim, "file", &token), ERR_INVALID);
        assert_non_null(strstr(token.problem, "its first line has to be the token"));
        os_sim_destroy(sim);
    }
    struct os_sim *sim = machine_with_folder(5);
    static struct operator_token token;
    assert_int_equal(load(sim, "missing", &token), ERR_NOT_FOUND);
    assert_string_equal(token.problem, err_text(ERR_NOT_FOUND));
    assert_string_equal(token.path, "missing");
    os_sim_destroy(sim);
}

static void a_path_that_is_too_long_is_told(void **state)
{
    (void)state;
    static struct operator_token token;
    static char path[OPERATOR_TOKEN_PATH_BYTES + 1];
    struct os_sim *sim = machine_with_folder(6);
    memset(path, 'x', sizeof(path) - 1);
    assert_int_equal(load(sim, path, &token), ERR_INVALID);
    assert_string_equal(token.problem, "the path is too long");
    os_sim_destroy(sim);
}

/* Our own file is written anew where no whole line stands in it. */
static void a_torn_file_in_the_data_folder_is_made_anew(void **state)
{
    (void)state;
    static const struct bytes contents[] = {
        BYTES_INIT(""),   BYTES_INIT("\0\0\0\0"),   BYTES_INIT("abc"),
        BYTES_INIT("\n"), BYTES_INIT("\xff\xfe\n"),
    };
    for (size_t i = 0; i < ROWS_COUNT_OF(contents); i++) {
        struct os_sim *sim = machine_with_folder(7);
        static struct operator_token token;
        write_file(sim, "data/operator.token", contents[i]);
        assert_int_equal(load(sim, NULL, &token), OK);
        assert_true(token.made);
        const struct sha256 hash = hash_of_file(sim);
        assert_true(sha256_equal(&token.hash, &hash));
        os_sim_destroy(sim);
    }
}

static void secrets_use_every_letter_and_nothing_else(void **state)
{
    (void)state;
    struct os_sim *sim = os_sim_create(8);
    static uint8_t text[62 * 400];
    uint32_t seen[256] = {0};
    secret_fill(os_sim_os(sim), text, sizeof(text));
    for (size_t i = 0; i < sizeof(text); i++)
        seen[text[i]]++;
    uint32_t kinds = 0;
    for (int byte = 0; byte < 256; byte++) {
        const bool letter = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                            (byte >= 'a' && byte <= 'z');
        assert_true(letter || seen[byte] == 0);
        assert_true(!letter || (seen[byte] > 280 && seen[byte] < 520)); /* Six deviations. */
        kinds += seen[byte] > 0;
    }
    assert_int_equal(kinds, 62);
    os_sim_destroy(sim);
}

static void keys_have_the_documented_shape(void **state)
{
    (void)state;
    struct os_sim *sim = os_sim_create(9);
    uint8_t key[SECRET_KEY_BYTES];
    for (int round = 0; round < 100; round++) {
        secret_make_key(os_sim_os(sim), key);
        assert_memory_equal(key, "ACMA:", 5);
        assert_int_equal(key[45], ':');
        for (int i = 5; i < 45; i++)
            assert_non_null(memchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                                   key[i], 62));
        for (int i = 46; i < SECRET_KEY_BYTES; i++)
            assert_non_null(memchr("0123456789abcdef", key[i], 16));
    }
    os_sim_destroy(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_made_and_read_again),
        cmocka_unit_test(a_power_cut_leaves_a_token_or_none),
        cmocka_unit_test(trouble_with_the_disk_is_told),
        cmocka_unit_test(a_file_of_the_operator_is_read),
        cmocka_unit_test(a_file_without_a_token_is_refused),
        cmocka_unit_test(a_path_that_is_too_long_is_told),
        cmocka_unit_test(a_torn_file_in_the_data_folder_is_made_anew),
        cmocka_unit_test(secrets_use_every_letter_and_nothing_else),
        cmocka_unit_test(keys_have_the_documented_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
