/* Which happenings in a folder count as a change of a file, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/file_watch.h"

enum { SETTLE_MS = 500, PATH_BYTES = 64, WAIT_MS_MAX = 10000 };

static char folder[] = "/tmp/stockctl-watch-XXXXXX";

static const char *path_of(const char *name)
{
    static char paths[4][PATH_BYTES];
    static int next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, PATH_BYTES, "%s/%s", folder, name);
    return path;
}

static int file_open(const char *name)
{
    const int fd = open(path_of(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    return fd;
}

static void file_write(const char *name)
{
    const int fd = file_open(name);
    assert_int_equal(write(fd, "x", 1), 1);
    assert_int_equal(close(fd), 0);
}

static int folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int folder_remove(void **state)
{
    (void)state;
    static const char *const names[] = {"stock", "other", "link", "sub/target", "sub/new"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        (void)unlink(path_of(names[i]));
    (void)rmdir(path_of("sub"));
    return rmdir(folder);
}

/* Takes what there is at this moment; there is something. */
static void take(struct file_watch *watch, int64_t now_ms)
{
    struct pollfd ready = {.fd = file_watch_fd(watch), .events = POLLIN};
    assert_int_equal(poll(&ready, 1, WAIT_MS_MAX), 1);
    file_watch_take(watch, now_ms);
}

static void a_change_counts_when_the_file_has_settled(void **state)
{
    (void)state;
    struct file_watch watch;
    file_write("stock");
    assert_int_equal(file_watch_open(&watch, path_of("stock")), OK);
    assert_int_equal(file_watch_wait_ms(&watch, SETTLE_MS, 0), -1);
    const int fd = file_open("stock");
    assert_int_equal(write(fd, "y", 1), 1);
    take(&watch, 100);
    assert_int_equal(file_watch_wait_ms(&watch, SETTLE_MS, 100), -1); /* It is being written. */
    assert_int_equal(close(fd), 0);
    take(&watch, 200);
    assert_int_equal(file_watch_wait_ms(&watch, SETTLE_MS, 200), SETTLE_MS);
    assert_int_equal(file_watch_wait_ms(&watch, SETTLE_MS, 300), SETTLE_MS - 100);
    file_write("stock"); /* Once more: the waiting begins anew. */
    take(&watch, 600);
    assert_int_equal(file_watch_wait_ms(&watch, SETTLE_MS, 700), SETTLE_MS - 100);
    assert_int_equal(file_watch_wait_ms(&watch, SETTLE_MS, 1100), 0);
    assert_int_equal(file_watch_wait_ms(&watch, SETTLE_MS, 9000), 0);
    file_watch_close(&watch);
}

static void a_rename_over_it_and_a_file_that_comes_back_are_changes(void **state)
{
    (void)state;
    struct file_watch watch;
    file_write("stock");
    file_write("other");
    assert_int_equal(file_watch_open(&watch, path_of("stock")), OK);
    assert_int_equal(rename(path_of("other"), path_of("stock")), 0);
    take(&watch, 0);
    assert_int_equal(file_watch_wait_ms(&watch, SETTLE_MS, 0), SETTLE_MS);
    watch.is_changed = false;
    assert_int_equal(unlink(path_of("stock")), 0);
    file_write("other");
    take(&watch, 0);
    assert_int_equal(file_watch_wait_ms(&watch, SETTLE_MS, 0), -1); /* Another file. */
    file_write("stock");
    take(&watch, 0);
    assert_int_equal(file_watch_wait_ms(&watch, SETTLE_MS, 0), SETTLE_MS);
    file_watch_close(&watch);
}

static void what_a_link_leads_to_is_watched_too(void **state)
{
    (void)state;
    struct file_watch watch;
    assert_int_equal(mkdir(path_of("sub"), 0700), 0);
    file_write("sub/target");
    assert_int_equal(symlink("sub/target", path_of("link")), 0);
    assert_int_equal(file_watch_open(&watch, path_of("link")), OK);
    file_write("sub/target");
    take(&watch, 0);
    assert_int_equal(file_watch_wait_ms(&watch, SETTLE_MS, 0), SETTLE_MS);
    watch.is_changed = false;
    file_write("sub/new");
    assert_int_equal(unlink(path_of("link")), 0);
    assert_int_equal(symlink("sub/new", path_of("link")), 0);
    take(&watch, 0);
    assert_int_equal(file_watch_wait_ms(&watch, SETTLE_MS, 0), SETTLE_MS);
    file_watch_close(&watch);
}

static void a_file_need_not_be_there_and_a_folder_must(void **state)
{
    (void)state;
    struct file_watch watch;
    (void)unlink(path_of("stock"));
    assert_int_equal(file_watch_open(&watch, path_of("stock")), OK);
    file_write("stock");
    take(&watch, 0);
    assert_int_equal(file_watch_wait_ms(&watch, SETTLE_MS, 0), SETTLE_MS);
    file_watch_close(&watch);
    assert_int_equal(file_watch_open(&watch, path_of("nowhere/stock")), ERR_IO);
    file_watch_close(&watch);
}

/* Another one may have its name by now. */
static void a_folder_that_goes_is_a_change(void **state)
{
    (void)state;
    for (int is_renamed = 0; is_renamed < 2; is_renamed++) {
        struct file_watch watch;
        assert_int_equal(mkdir(path_of("gone"), 0700), 0);
        assert_int_equal(file_watch_open(&watch, path_of("gone/stock")), OK);
        if (is_renamed == 0)
            assert_int_equal(rmdir(path_of("gone")), 0);
        else
            assert_int_equal(rename(path_of("gone"), path_of("moved")), 0);
        take(&watch, 0);
        assert_int_equal(file_watch_wait_ms(&watch, SETTLE_MS, 0), SETTLE_MS);
        file_watch_close(&watch);
    }
    assert_int_equal(rmdir(path_of("moved")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_counts_when_the_file_has_settled),
        cmocka_unit_test(a_rename_over_it_and_a_file_that_comes_back_are_changes),
        cmocka_unit_test(what_a_link_leads_to_is_watched_too),
        cmocka_unit_test(a_file_need_not_be_there_and_a_folder_must),
        cmocka_unit_test(a_folder_that_goes_is_a_change),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
