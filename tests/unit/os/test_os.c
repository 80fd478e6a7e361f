/* The contract of struct os, on the machine itself and on the simulated one: code that passes on
 * one must not meet a surprise on the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/os_sim.h"

/* One of the two, and a folder in it. */
struct place {
    struct os *os;
    struct os_sim *sim; /* NULL: the machine itself. */
    char folder[64];
};

static int begin_real(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    if (place == NULL)
        return -1;
    place->os = os_real();
    (void)snprintf(place->folder, sizeof(place->folder), "/tmp/stockd-unit-XXXXXX");
    *state = place;
    return mkdtemp(place->folder) == NULL ? -1 : 0;
}

static int begin_sim(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    if (place == NULL)
        return -1;
    place->sim = os_sim_create(1);
    place->os = os_sim_os(place->sim);
    (void)snprintf(place->folder, sizeof(place->folder), "folder");
    *state = place;
    return place->os->make_folder(place->os, place->folder) == OK ? 0 : -1;
}

static const char *path_of(const struct place *place, const char *name)
{
    static char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", place->folder, name);
    return path;
}

static int end(void **state)
{
    static const char *const names[] = {"a", "b", "c"};
    struct place *place = *state;
    for (size_t i = 0; i < 3; i++)
        (void)place->os->remove(place->os, path_of(place, names[i]));
    if (place->sim == NULL) {
        (void)rmdir(path_of(place, "inner"));
        (void)rmdir(place->folder);
    }
    os_sim_destroy(place->sim);
    free(place);
    return 0;
}

static struct os_file *open_file(struct place *place, const char *name, enum os_open_mode mode)
{
    struct os_file *file = NULL;
    assert_int_equal(place->os->open(place->os, path_of(place, name), mode, &file), OK);
    assert_non_null(file);
    return file;
}

static void files_are_created_once_and_opened_often(void **state)
{
    struct place *place = *state;
    struct os *os = place->os;
    struct os_file *file = NULL;
    const char *path = path_of(place, "a");
    assert_int_equal(os->open(os, path, OS_OPEN_READ, &file), ERR_NOT_FOUND);
    assert_int_equal(os->open(os, path, OS_OPEN_WRITE, &file), ERR_NOT_FOUND);
    assert_int_equal(os->open(os, path_of(place, "none/a"), OS_OPEN_CREATE, &file), ERR_NOT_FOUND);
    os->close(os, open_file(place, "a", OS_OPEN_CREATE));
    assert_int_equal(os->open(os, path_of(place, "a"), OS_OPEN_CREATE, &file), ERR_BUSY);
    struct os_file *reader = open_file(place, "a", OS_OPEN_READ);
    struct os_file *writer = open_file(place, "a", OS_OPEN_WRITE);
    os->close(os, reader);
    os->close(os, writer);
    os->close(os, NULL);
}

static void reads_see_what_was_written(void **state)
{
    struct place *place = *state;
    struct os *os = place->os;
    struct os_file *file = open_file(place, "a", OS_OPEN_CREATE);
    uint8_t data[32];
    size_t got = 99;
    uint64_t size = 99;
    assert_int_equal(os->read(os, file, 0, data, sizeof(data), &got), OK);
    assert_int_equal(got, 0);
    assert_int_equal(os->write(os, file, 10000, BYTES("second")), OK);
    assert_int_equal(os->write(os, file, 0, BYTES("first")), OK);
    assert_int_equal(os->size(os, file, &size), OK);
    assert_int_equal(size, 10006);
    assert_int_equal(os->read(os, file, 9998, data, sizeof(data), &got), OK);
    assert_int_equal(got, 8);
    assert_memory_equal(data, "\0\0second", 8);
    assert_int_equal(os->read(os, file, 3, data, 4, &got), OK);
    assert_int_equal(got, 4);
    assert_memory_equal(data, "st\0\0", 4);
    assert_int_equal(os->read(os, file, 10006, data, 4, &got), OK);
    assert_int_equal(got, 0);
    assert_int_equal(os->sync(os, file), OK);
    os->close(os, file);
}

static void dropped_cache_loses_nothing_that_was_synced(void **state)
{
    struct place *place = *state;
    struct os *os = place->os;
    struct os_file *file = open_file(place, "a", OS_OPEN_CREATE);
    uint8_t data[16];
    size_t got = 0;
    assert_int_equal(os->write(os, file, 5000, BYTES("synced")), OK);
    assert_int_equal(os->sync(os, file), OK);
    os->drop_cache(os, file, 0, 6000);
    assert_int_equal(os->read(os, file, 5000, data, sizeof(data), &got), OK);
    assert_int_equal(got, 6);
    assert_memory_equal(data, "synced", 6);
    os->close(os, file);
}

/* How much is found to be a hole depends on the file system, but never is data. */
static void next_data_never_passes_over_data(void **state)
{
    struct place *place = *state;
    struct os *os = place->os;
    struct os_file *file = open_file(place, "a", OS_OPEN_CREATE);
    uint64_t next = 0;
    assert_int_equal(os->next_data(os, file, 0, &next), OK);
    assert_int_equal(next, 0); /* The size. */
    assert_int_equal(os->allocate(os, file, 40 * 4096), OK);
    assert_int_equal(os->write(os, file, 20 * 4096 + 7, BYTES("data")), OK);
    for (int synced = 0; synced < 2; synced++) {
        for (uint64_t offset = 0; offset <= 20 * 4096 + 7; offset += 4095) {
            assert_int_equal(os->next_data(os, file, offset, &next), OK);
            assert_in_range(next, offset, 20 * 4096 + 7);
        }
        assert_int_equal(os->next_data(os, file, 20 * 4096 + 9, &next), OK);
        assert_int_equal(next, 20 * 4096 + 9);
        assert_int_equal(os->next_data(os, file, 21 * 4096, &next), OK);
        assert_in_range(next, 21 * 4096, 40 * 4096);
        assert_int_equal(os->next_data(os, file, 50 * 4096, &next), OK);
        assert_true(next >= 40 * 4096);
        assert_int_equal(os->sync(os, file), OK);
    }
    os->close(os, file);
}

static void cut_files_read_as_zeros_when_they_grow_again(void **state)
{
    struct place *place = *state;
    struct os *os = place->os;
    struct os_file *file = open_file(place, "a", OS_OPEN_CREATE);
    uint8_t data[8];
    size_t got = 0;
    uint64_t size = 0;
    assert_int_equal(os->write(os, file, 0, BYTES("abcdefgh")), OK);
    assert_int_equal(os->truncate(os, file, 3), OK);
    assert_int_equal(os->allocate(os, file, 5000), OK);
    assert_int_equal(os->read(os, file, 0, data, 8, &got), OK);
    assert_int_equal(got, 8);
    assert_memory_equal(data, "abc\0\0\0\0\0", 8);
    assert_int_equal(os->allocate(os, file, 100), OK); /* Never shortens. */
    assert_int_equal(os->size(os, file, &size), OK);
    assert_int_equal(size, 5000);
    os->close(os, file);
}

static void lock_has_one_holder(void **state)
{
    struct place *place = *state;
    struct os *os = place->os;
    struct os_file *first = open_file(place, "a", OS_OPEN_CREATE);
    struct os_file *second = open_file(place, "a", OS_OPEN_WRITE);
    assert_int_equal(os->lock(os, first), OK);
    assert_int_equal(os->lock(os, second), ERR_BUSY);
    os->close(os, first);
    assert_int_equal(os->lock(os, second), OK);
    os->close(os, second);
}

static void count_name(void *context, const char *name)
{
    int *counts = context;
    counts[0]++;
    counts[1] += strcmp(name, "a") == 0 || strcmp(name, "b") == 0 || strcmp(name, "inner") == 0;
}

static void folders_list_what_is_in_them(void **state)
{
    struct place *place = *state;
    struct os *os = place->os;
    int counts[2] = {0, 0};
    os->close(os, open_file(place, "a", OS_OPEN_CREATE));
    os->close(os, open_file(place, "b", OS_OPEN_CREATE));
    os->close(os, open_file(place, "c", OS_OPEN_CREATE));
    assert_int_equal(os->remove(os, path_of(place, "c")), OK);
    assert_int_equal(os->remove(os, path_of(place, "c")), ERR_NOT_FOUND);
    assert_int_equal(os->make_folder(os, path_of(place, "inner")), OK);
    assert_int_equal(os->make_folder(os, path_of(place, "inner")), OK);
    assert_int_equal(os->make_folder(os, path_of(place, "none/inner")), ERR_NOT_FOUND);
    assert_int_equal(os->sync_folder(os, place->folder), OK);
    assert_int_equal(os->sync_folder(os, path_of(place, "none")), ERR_NOT_FOUND);
    assert_int_equal(os->list_folder(os, place->folder, count_name, counts), OK);
    assert_int_equal(counts[0], 3);
    assert_int_equal(counts[1], 3);
    assert_int_equal(os->list_folder(os, path_of(place, "none"), count_name, counts),
                     ERR_NOT_FOUND);
}

static void removed_file_stays_open(void **state)
{
    struct place *place = *state;
    struct os *os = place->os;
    struct os_file *file = open_file(place, "a", OS_OPEN_CREATE);
    uint8_t data[4];
    size_t got = 0;
    assert_int_equal(os->remove(os, path_of(place, "a")), OK);
    assert_int_equal(os->write(os, file, 0, BYTES("abcd")), OK);
    os->close(os, open_file(place, "a", OS_OPEN_CREATE)); /* Another file. */
    assert_int_equal(os->read(os, file, 0, data, 4, &got), OK);
    assert_int_equal(got, 4);
    os->close(os, file);
}

static void whole_files_are_read_up_to_a_limit(void **state)
{
    struct place *place = *state;
    struct os *os = place->os;
    uint8_t *data = NULL;
    size_t size = 0;
    struct os_file *file = open_file(place, "a", OS_OPEN_CREATE);
    assert_int_equal(os->write(os, file, 0, BYTES("content")), OK);
    os->close(os, file);
    assert_int_equal(os_read_file(os, path_of(place, "a"), 7, &data, &size), OK);
    assert_int_equal(size, 7);
    assert_memory_equal(data, "content", 7);
    free(data);
    assert_int_equal(os_read_file(os, path_of(place, "a"), 6, &data, &size), ERR_FULL);
    assert_int_equal(os_read_file(os, path_of(place, "b"), 6, &data, &size), ERR_NOT_FOUND);
}

static void random_bytes_differ(void **state)
{
    struct place *place = *state;
    uint8_t first[16];
    uint8_t second[16];
    place->os->random(place->os, first, sizeof(first));
    place->os->random(place->os, second, sizeof(second));
    assert_memory_not_equal(first, second, sizeof(first));
    assert_true(place->os->uptime_us(place->os) <= place->os->uptime_us(place->os));
}

static void path_names_the_file_until_another_one_stands_there(void **state)
{
    struct place *place = *state;
    struct os *os = place->os;
    struct os_file *file = open_file(place, "a", OS_OPEN_CREATE);
    assert_true(os->is_at(os, file, path_of(place, "a")));
    assert_int_equal(os->remove(os, path_of(place, "a")), OK);
    assert_false(os->is_at(os, file, path_of(place, "a")));
    struct os_file *other = open_file(place, "a", OS_OPEN_CREATE);
    assert_false(os->is_at(os, file, path_of(place, "a")));
    assert_true(os->is_at(os, other, path_of(place, "a")));
    os->close(os, file);
    os->close(os, other);
}

static void paths_lie_in_a_folder_or_beside_it(void **state)
{
    (void)state;
    assert_true(os_path_is_within("/usr/bin", "/usr"));
    assert_true(os_path_is_within("/usr/", "/usr"));
    assert_true(os_path_is_within("/usr/nothing/of/that/name", "/usr"));
    assert_true(os_path_is_within("nothing", "."));
    assert_false(os_path_is_within("/usr", "/usr/bin"));
    assert_false(os_path_is_within("/usr/../nothing", "/usr"));
    assert_false(os_path_is_within("/usrlocal", "/usr"));
    assert_false(os_path_is_within("/usr", "/nothing/of/that/name"));
}

int main(void)
{
#define BOTH(name)                                                                                 \
    {#name "_really", name, begin_real, end, NULL},                                                \
    {                                                                                              \
#name "_in_simulation", name, begin_sim, end, NULL                                         \
    }
    const struct CMUnitTest tests[] = {
        BOTH(files_are_created_once_and_opened_often),
        BOTH(reads_see_what_was_written),
        BOTH(dropped_cache_loses_nothing_that_was_synced),
        BOTH(next_data_never_passes_over_data),
        BOTH(cut_files_read_as_zeros_when_they_grow_again),
        BOTH(lock_has_one_holder),
        BOTH(folders_list_what_is_in_them),
        BOTH(removed_file_stays_open),
        BOTH(whole_files_are_read_up_to_a_limit),
        BOTH(random_bytes_differ),
        BOTH(path_names_the_file_until_another_one_stands_there),
        cmocka_unit_test(paths_lie_in_a_folder_or_beside_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
