/* Killing the process alone, and what a test can see of the disk (os_sim.h). */
#include "sim_file.h"

static void killed_process_loses_its_locks_and_nothing_else(void **state)
{
    (void)state;
    uint8_t data[FILE_BYTES];
    struct os_file *file = NULL;
    struct os_file *other = NULL;
    struct os_sim *sim = begin(1, &file);
    struct os *os = os_sim_os(sim);
    write_sectors(sim, file, 0, 8);
    assert_int_equal(os->lock(os, file), OK);
    os_sim_kill(sim);
    assert_int_equal(os->open(os, "f", OS_OPEN_WRITE, &other), OK);
    assert_int_equal(os->lock(os, other), OK);
    os->close(os, file); /* Not this process's lock any more. */
    (void)read_all(sim, data, sizeof(data));
    assert_int_equal(data[0], 'n');
    assert_int_equal(data[FILE_BYTES - 1], 'n');
    os->close(os, other);
    os_sim_destroy(sim);
}

static void write_that_is_killed_leaves_some_of_its_bytes(void **state)
{
    (void)state;
    uint8_t data[FILE_BYTES];
    uint8_t new[FILE_BYTES];
    memset(new, 'n', sizeof(new));
    int partial = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct os_file *file = NULL;
        struct os_file *other = NULL;
        struct os_sim *sim = begin(seed, &file);
        struct os *os = os_sim_os(sim);
        const struct bytes bytes = {new, sizeof(new)};
        os_sim_kill_at(sim, 1);
        assert_int_equal(os->write(os, file, 0, (struct bytes){new, SECTOR}), OK);
        assert_int_equal(os->write(os, file, 0, bytes), ERR_IO);
        assert_true(os_sim_is_off(sim));
        assert_true(os_sim_is_killed(sim));
        assert_int_equal(os->remove(os, "f"), ERR_IO);
        assert_int_equal(os->open(os, "g", OS_OPEN_CREATE, &other), ERR_IO);
        os_sim_kill(sim);
        assert_false(os_sim_is_off(sim));
        assert_false(os_sim_is_killed(sim));
        assert_int_equal(os->sync(os, file), ERR_IO); /* It can only be closed. */
        assert_int_equal(read_all(sim, data, sizeof(data)), FILE_BYTES);
        assert_int_equal(data[0], 'n'); /* Not synced, and nothing is lost. */
        partial += data[FILE_BYTES - 1] == 'o';
        assert_int_equal(os->open(os, "g", OS_OPEN_CREATE, &other), OK);
        os->close(os, other);
        os->close(os, file);
        os_sim_destroy(sim);
    }
    assert_in_range(partial, 20, 40);
}

static void digest_is_of_what_is_there(void **state)
{
    (void)state;
    struct os_file *file = NULL;
    struct os_file *other = NULL;
    struct os_sim *sim = begin(1, &file);
    struct os *os = os_sim_os(sim);
    const uint64_t digest = os_sim_digest(sim, "");
    os_sim_flip_bit(sim, "f", 77);
    assert_true(os_sim_digest(sim, "") != digest);
    os_sim_flip_bit(sim, "f", 77);
    assert_true(os_sim_digest(sim, "") == digest);
    assert_int_equal(os->open(os, "g", OS_OPEN_CREATE, &other), OK);
    assert_true(os_sim_digest(sim, "") != digest);
    assert_int_equal(os->remove(os, "g"), OK);
    assert_true(os_sim_digest(sim, "") == digest);
    assert_int_equal(os->allocate(os, file, 100000), OK);
    assert_true(os_sim_digest(sim, "") != digest); /* It is longer. */
    assert_int_equal(os_sim_written_bytes(sim, "f"), FILE_BYTES);
    assert_int_equal(os_sim_digest(sim, "no-folder"), 0);
    os->close(os, file);
    os->close(os, other);
    os_sim_destroy(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_process_loses_its_locks_and_nothing_else),
        cmocka_unit_test(write_that_is_killed_leaves_some_of_its_bytes),
        cmocka_unit_test(digest_is_of_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
