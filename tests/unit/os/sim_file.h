/* A simulated machine with one file in it, whose sectors tell what became of them. */
#ifndef TESTS_UNIT_OS_SIM_FILE_H
#define TESTS_UNIT_OS_SIM_FILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "os/os_sim.h"

enum { SECTOR = 512, SEEDS = 200, FILE_BYTES = 8 * SECTOR };

/* A machine with the file "f" of eight synced sectors of 'o', open for writing. */
static inline struct os_sim *begin(uint64_t seed, struct os_file **file)
{
    struct os_sim *sim = os_sim_create(seed);
    struct os *os = os_sim_os(sim);
    uint8_t old[FILE_BYTES];
    memset(old, 'o', sizeof(old));
    assert_int_equal(os->open(os, "f", OS_OPEN_CREATE, file), OK);
    assert_int_equal(os->write(os, *file, 0, (struct bytes){old, sizeof(old)}), OK);
    assert_int_equal(os->sync(os, *file), OK);
    assert_int_equal(os->sync_folder(os, "."), OK);
    os_sim_cut_power_at(sim, OS_SIM_NEVER);
    return sim;
}

static inline void write_sectors(struct os_sim *sim, struct os_file *file, int first, int count)
{
    uint8_t bytes[FILE_BYTES];
    memset(bytes, 'n', sizeof(bytes));
    struct os *os = os_sim_os(sim);
    assert_int_equal(os->write(os, file, (uint64_t)first * SECTOR,
                               (struct bytes){bytes, (size_t)count * SECTOR}),
                     OK);
}

/* Reads "f" anew. Returns its size. */
static inline size_t read_all(struct os_sim *sim, uint8_t *data, size_t size)
{
    struct os *os = os_sim_os(sim);
    struct os_file *file = NULL;
    size_t got = 0;
    assert_int_equal(os->open(os, "f", OS_OPEN_READ, &file), OK);
    assert_int_equal(os->read(os, file, 0, data, size, &got), OK);
    os->close(os, file);
    return got;
}

/* 'o' or 'n' when the whole sector is, else '?'. */
static inline char fate_of(const uint8_t *sector)
{
    for (size_t i = 1; i < SECTOR; i++) {
        if (sector[i] != sector[0])
            return '?';
    }
    return (char)sector[0];
}

#endif
