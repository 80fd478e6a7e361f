/* The faults that os_sim.h promises, each seen to happen. */
#include "sim_file.h"

static void power_cut_keeps_drops_and_garbles_unsynced_sectors_only(void **state)
{
    (void)state;
    uint8_t data[FILE_BYTES];
    int kept = 0;
    int dropped = 0;
    int garbled = 0;
    int mixed = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct os_file *file = NULL;
        struct os_sim *sim = begin(seed, &file);
        write_sectors(sim, file, 2, 4);
        os_sim_reboot(sim);
        assert_int_equal(read_all(sim, data, sizeof(data)), FILE_BYTES);
        char fates[9] = "";
        for (size_t i = 0; i < 8; i++)
            fates[i] = fate_of(data + i * SECTOR);
        for (size_t i = 0; i < 8; i++)
            if (i < 2 || i >= 6)
                assert_int_equal(fates[i], 'o');
        kept += strcmp(fates, "oonnnnoo") == 0;
        dropped += strcmp(fates, "oooooooo") == 0;
        garbled += strchr(fates, '?') != NULL;
        mixed += strchr(fates, 'n') != NULL && memchr(fates + 2, 'o', 4) != NULL;
        os_sim_os(sim)->close(os_sim_os(sim), file);
        os_sim_destroy(sim);
    }
    assert_in_range(kept, 20, SEEDS);
    assert_in_range(dropped, 20, SEEDS);
    assert_in_range(garbled, 20, SEEDS);
    assert_in_range(mixed, 20, SEEDS);
}

static void synced_sectors_survive(void **state)
{
    (void)state;
    uint8_t data[FILE_BYTES];
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct os_file *file = NULL;
        struct os_sim *sim = begin(seed, &file);
        struct os *os = os_sim_os(sim);
        write_sectors(sim, file, 0, 8);
        assert_int_equal(os->sync(os, file), OK);
        os_sim_reboot(sim);
        assert_int_equal(read_all(sim, data, sizeof(data)), FILE_BYTES);
        for (size_t i = 0; i < FILE_BYTES; i++)
            assert_int_equal(data[i], 'n');
        os->close(os, file);
        os_sim_destroy(sim);
    }
}

static void unsynced_lengths_and_names_may_be_undone(void **state)
{
    (void)state;
    uint8_t data[100000];
    int lengths[3] = {0, 0, 0}; /* Old, between, new. */
    int created = 0;
    int removed = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct os_file *file = NULL;
        struct os_file *other = NULL;
        struct os_sim *sim = begin(seed, &file);
        struct os *os = os_sim_os(sim);
        assert_int_equal(os->truncate(os, file, 700), OK);
        assert_int_equal(os->allocate(os, file, 50000), OK);
        assert_int_equal(os->open(os, "g", OS_OPEN_CREATE, &other), OK);
        assert_int_equal(os->sync(os, other), OK); /* Of the content, not of the name. */
        os->close(os, other);
        os_sim_reboot(sim);
        const size_t size = read_all(sim, data, sizeof(data));
        assert_true(size == FILE_BYTES || size == 700 || size == 50000);
        lengths[size == FILE_BYTES ? 0 : size == 700 ? 1 : 2]++;
        if (os->open(os, "g", OS_OPEN_READ, &other) == OK) {
            created++;
            os->close(os, other);
        }
        assert_int_equal(os->remove(os, "f"), OK);
        os_sim_reboot(sim);
        if (os->open(os, "f", OS_OPEN_READ, &other) == OK)
            os->close(os, other);
        else
            removed++;
        os->close(os, file);
        os_sim_destroy(sim);
    }
    for (int i = 0; i < 3; i++)
        assert_in_range(lengths[i], 20, SEEDS);
    assert_in_range(created, 20, SEEDS - 20);
    assert_in_range(removed, 20, SEEDS - 20);
}

static void new_folder_that_is_undone_takes_its_files_along(void **state)
{
    (void)state;
    int there = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct os_sim *sim = os_sim_create(seed);
        struct os *os = os_sim_os(sim);
        struct os_file *file = NULL;
        assert_int_equal(os->make_folder(os, "d"), OK);
        assert_int_equal(os->open(os, "d/f", OS_OPEN_CREATE, &file), OK);
        os->close(os, file);
        assert_int_equal(os->sync_folder(os, "d"), OK);
        os_sim_reboot(sim);
        const enum err error = os->open(os, "d/f", OS_OPEN_READ, &file);
        assert_true(error == OK || error == ERR_NOT_FOUND);
        if (error == OK) {
            there++;
            os->close(os, file);
        }
        os_sim_destroy(sim);
    }
    assert_in_range(there, 5, 35);
}

static void everything_fails_from_the_cut_to_the_reboot(void **state)
{
    (void)state;
    struct os_file *file = NULL;
    struct os_file *other = NULL;
    struct os_sim *sim = begin(1, &file);
    struct os *os = os_sim_os(sim);
    uint8_t data[4];
    size_t got = 0;
    uint64_t size = 0;
    os_sim_cut_power_at(sim, 1);
    assert_int_equal(os->sync(os, file), OK);
    assert_false(os_sim_is_off(sim));
    assert_int_equal(os->sync(os, file), ERR_IO);
    assert_true(os_sim_is_off(sim));
    assert_int_equal(os_sim_calls_count(sim), 2);
    assert_int_equal(os->read(os, file, 0, data, 4, &got), ERR_IO);
    assert_int_equal(os->write(os, file, 0, BYTES("x")), ERR_IO);
    assert_int_equal(os->allocate(os, file, 10), ERR_IO);
    assert_int_equal(os->truncate(os, file, 10), ERR_IO);
    assert_int_equal(os->size(os, file, &size), ERR_IO);
    assert_int_equal(os->lock(os, file), ERR_IO);
    assert_int_equal(os->make_folder(os, "d"), ERR_IO);
    assert_int_equal(os->sync_folder(os, "."), ERR_IO);
    assert_int_equal(os->remove(os, "f"), ERR_IO);
    assert_int_equal(os->open(os, "f", OS_OPEN_READ, &other), ERR_IO);
    os_sim_reboot(sim);
    assert_false(os_sim_is_off(sim));
    assert_int_equal(os->read(os, file, 0, data, 4, &got), ERR_IO); /* Of an earlier life. */
    os->close(os, file);
    assert_int_equal(os->open(os, "f", OS_OPEN_READ, &other), OK);
    os->close(os, other);
    os_sim_destroy(sim);
}

static void planned_call_fails_once_and_leaves_no_more_than_a_part(void **state)
{
    (void)state;
    uint8_t data[FILE_BYTES];
    int partial = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct os_file *file = NULL;
        struct os_sim *sim = begin(seed, &file);
        struct os *os = os_sim_os(sim);
        os_sim_fail_at(sim, 1, ERR_FULL);
        assert_int_equal(os->sync(os, file), OK);
        uint8_t new[FILE_BYTES];
        memset(new, 'n', sizeof(new));
        assert_int_equal(os->write(os, file, 0, (struct bytes){new, sizeof(new)}), ERR_FULL);
        assert_int_equal(os->sync(os, file), OK);
        assert_int_equal(read_all(sim, data, sizeof(data)), FILE_BYTES);
        partial += data[0] == 'n' && data[FILE_BYTES - 1] == 'o';
        os->close(os, file);
        os_sim_destroy(sim);
    }
    assert_in_range(partial, 20, 40);
}

static void failed_sync_makes_nothing_durable(void **state)
{
    (void)state;
    uint8_t data[FILE_BYTES];
    int dropped = 0;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct os_file *file = NULL;
        struct os_sim *sim = begin(seed, &file);
        write_sectors(sim, file, 0, 8);
        os_sim_fail_at(sim, 0, ERR_IO);
        assert_int_equal(os_sim_os(sim)->sync(os_sim_os(sim), file), ERR_IO);
        os_sim_reboot(sim);
        (void)read_all(sim, data, sizeof(data));
        dropped += fate_of(data) == 'o';
        os_sim_os(sim)->close(os_sim_os(sim), file);
        os_sim_destroy(sim);
    }
    assert_in_range(dropped, 5, 40);
}

/* As on Linux: what could not be written is taken for written. It reads as it should, until the
 * memory is needed for something else or the power goes. */
static void failed_sync_is_not_made_good_by_a_later_one(void **state)
{
    (void)state;
    uint8_t data[FILE_BYTES];
    int all = 0;
    int some = 0;
    int none = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct os_file *file = NULL;
        struct os_sim *sim = begin(seed, &file);
        struct os *os = os_sim_os(sim);
        write_sectors(sim, file, 0, 8);
        os_sim_fail_at(sim, 0, ERR_IO);
        assert_int_equal(os->sync(os, file), ERR_IO);
        assert_int_equal(os->sync(os, file), OK);
        (void)read_all(sim, data, sizeof(data));
        for (size_t i = 0; i < FILE_BYTES; i++)
            assert_int_equal(data[i], 'n');
        if (seed % 2 == 0)
            os->drop_cache(os, file, 0, FILE_BYTES);
        else
            os_sim_reboot(sim);
        (void)read_all(sim, data, sizeof(data));
        int lost = 0;
        for (size_t i = 0; i < 8; i++) {
            assert_int_not_equal(fate_of(data + i * SECTOR), '?');
            lost += fate_of(data + i * SECTOR) == 'o';
        }
        all += lost == 8;
        some += lost > 0 && lost < 8;
        none += lost == 0;
        os->close(os, file);
        os_sim_destroy(sim);
    }
    assert_in_range(all, 20, SEEDS);
    assert_in_range(some, 20, SEEDS);
    assert_in_range(none, 20, SEEDS);
}

static void what_a_failed_sync_left_out_lasts_when_it_is_written_again(void **state)
{
    (void)state;
    uint8_t data[FILE_BYTES];
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct os_file *file = NULL;
        struct os_sim *sim = begin(seed, &file);
        struct os *os = os_sim_os(sim);
        write_sectors(sim, file, 0, 8);
        os_sim_fail_at(sim, 0, ERR_IO);
        assert_int_equal(os->sync(os, file), ERR_IO);
        write_sectors(sim, file, 2, 3);
        assert_int_equal(os->sync(os, file), OK);
        os->drop_cache(os, file, 2 * SECTOR, 3 * SECTOR);
        os_sim_reboot(sim);
        (void)read_all(sim, data, sizeof(data));
        for (size_t i = 2; i < 5; i++)
            assert_int_equal(fate_of(data + i * SECTOR), 'n');
        os->close(os, file);
        os_sim_destroy(sim);
    }
}

static void disk_has_a_size(void **state)
{
    (void)state;
    struct os_file *file = NULL;
    struct os_file *other = NULL;
    struct os_sim *sim = begin(1, &file);
    struct os *os = os_sim_os(sim);
    os_sim_limit_disk(sim, 10000);
    assert_int_equal(os_sim_used_bytes(sim), FILE_BYTES);
    assert_int_equal(os->allocate(os, file, 10001), ERR_FULL);
    assert_int_equal(os->allocate(os, file, 10000), OK);
    assert_int_equal(os->write(os, file, 9990, BYTES("0123456789")), OK);
    assert_int_equal(os->write(os, file, 9991, BYTES("0123456789")), ERR_FULL);
    assert_int_equal(os->open(os, "g", OS_OPEN_CREATE, &other), OK);
    assert_int_equal(os->write(os, other, 0, BYTES("x")), ERR_FULL);
    assert_int_equal(os->truncate(os, file, 9000), OK);
    assert_int_equal(os->write(os, other, 0, BYTES("x")), OK);
    assert_int_equal(os->remove(os, "f"), OK);
    assert_int_equal(os_sim_used_bytes(sim), 9001); /* Still open. */
    os->close(os, file);
    assert_int_equal(os_sim_used_bytes(sim), 1);
    os->close(os, other);
    os_sim_destroy(sim);
}

static void bit_flips_at_rest(void **state)
{
    (void)state;
    struct os_file *file = NULL;
    struct os_sim *sim = begin(1, &file);
    uint8_t data[FILE_BYTES];
    os_sim_flip_bit(sim, "f", 8 * 1000 + 2);
    os_sim_reboot(sim);
    (void)read_all(sim, data, sizeof(data));
    for (size_t i = 0; i < FILE_BYTES; i++)
        assert_int_equal(data[i], i == 1000 ? 'o' ^ 4 : 'o');
    os_sim_os(sim)->close(os_sim_os(sim), file);
    os_sim_destroy(sim);
}

static void clocks_move_when_the_test_says_so(void **state)
{
    (void)state;
    struct os_sim *sim = os_sim_create(1);
    struct os *os = os_sim_os(sim);
    os_sim_set_now(sim, 5000);
    const int64_t before_us = os->uptime_us(os);
    os_sim_advance(sim, 250);
    assert_int_equal(os->now_ms(os), 5250);
    assert_int_equal(os->uptime_us(os) - before_us, 250000);
    os_sim_set_now(sim, 10);
    assert_int_equal(os->now_ms(os), 10);
    assert_int_equal(os->uptime_us(os) - before_us, 250000);
    os_sim_destroy(sim);
}

static void same_seed_gives_the_same_machine(void **state)
{
    (void)state;
    uint8_t data[2][FILE_BYTES];
    for (uint64_t seed = 0; seed < 20; seed++) {
        for (int i = 0; i < 2; i++) {
            struct os_file *file = NULL;
            struct os_sim *sim = begin(seed, &file);
            write_sectors(sim, file, 0, 8);
            os_sim_reboot(sim);
            (void)read_all(sim, data[i], FILE_BYTES);
            os_sim_os(sim)->close(os_sim_os(sim), file);
            os_sim_destroy(sim);
        }
        assert_memory_equal(data[0], data[1], FILE_BYTES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(power_cut_keeps_drops_and_garbles_unsynced_sectors_only),
        cmocka_unit_test(synced_sectors_survive),
        cmocka_unit_test(unsynced_lengths_and_names_may_be_undone),
        cmocka_unit_test(new_folder_that_is_undone_takes_its_files_along),
        cmocka_unit_test(everything_fails_from_the_cut_to_the_reboot),
        cmocka_unit_test(planned_call_fails_once_and_leaves_no_more_than_a_part),
        cmocka_unit_test(failed_sync_makes_nothing_durable),
        cmocka_unit_test(failed_sync_is_not_made_good_by_a_later_one),
        cmocka_unit_test(what_a_failed_sync_left_out_lasts_when_it_is_written_again),
        cmocka_unit_test(disk_has_a_size),
        cmocka_unit_test(bit_flips_at_rest),
        cmocka_unit_test(clocks_move_when_the_test_says_so),
        cmocka_unit_test(same_seed_gives_the_same_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
