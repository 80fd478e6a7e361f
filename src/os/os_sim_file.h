/* The content of one simulated file (os_sim.h), down to what a power cut would leave of it: each
 * 512-byte sector as it is now and, where it was written since the last sync, as it was then. Knows
 * neither names nor calls. Memory that runs out is a bug of the test. One thread at a time. */
#ifndef OS_OS_SIM_FILE_H
#define OS_OS_SIM_FILE_H

#include "base/bytes.h"

struct os_sim_file;

/* The next number of a stream that `state` alone determines. */
uint64_t os_sim_random(uint64_t *state);

/* An empty file. */
struct os_sim_file *os_sim_file_create(void);
void os_sim_file_destroy(struct os_sim_file *file);

uint64_t os_sim_file_size(const struct os_sim_file *file);

/* Bytes of disk that belong to the file. */
uint64_t os_sim_file_claimed(const struct os_sim_file *file);

/* Bytes of disk that it would take more, to hold its first `size` bytes. */
uint64_t os_sim_file_growth(const struct os_sim_file *file, uint64_t size);

/* Returns how many bytes it read. */
size_t os_sim_file_read(const struct os_sim_file *file, uint64_t offset, void *data, size_t size);

/* Where the next page begins, or goes on, that something was written to; or the file's size. */
uint64_t os_sim_file_next_data(const struct os_sim_file *file, uint64_t offset);

void os_sim_file_write(struct os_sim_file *file, uint64_t offset, struct bytes bytes);

/* Claims room for the first `size` bytes and makes the file at least that long. */
void os_sim_file_allocate(struct os_sim_file *file, uint64_t size);

/* Makes the file exactly that long; what it loses reads as zeros if it grows again. */
void os_sim_file_resize(struct os_sim_file *file, uint64_t size);

/* From now on a power cut leaves all that is there, but what a failed sync left out. */
void os_sim_file_sync(struct os_sim_file *file);

/* Decides which of the sectors written since the last sync it leaves out. Its length is left to
 * the next one. */
void os_sim_file_sync_failed(struct os_sim_file *file, uint64_t *random);

/* Reads show what a power cut would leave, where a failed sync left something out. */
void os_sim_file_drop_cache(struct os_sim_file *file, uint64_t offset, uint64_t size);

/* Decides the fate of every sector and every length since the last sync. */
void os_sim_file_cut_power(struct os_sim_file *file, uint64_t *random);

/* Up to the end of the last page where anything was ever written. */
uint64_t os_sim_file_written(const struct os_sim_file *file);

/* A checksum of length and content, with a seed. */
uint64_t os_sim_file_digest(const struct os_sim_file *file, uint64_t seed);

/* Turns over one bit, in what a power cut would leave too. */
void os_sim_file_flip_bit(struct os_sim_file *file, uint64_t bit);

#endif
