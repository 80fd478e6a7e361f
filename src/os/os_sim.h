/* A simulated machine behind struct os (DESIGN §7): files and folders in memory, a clock that only
 * the test moves, random bytes from a seed. The same seed and the same calls give the same machine.
 *
 * Faults it can do:
 *   - a power cut at the Nth counted call, and at any moment by os_sim_reboot(): the call and all
 *     that follow fail with ERR_IO until os_sim_reboot(). Of each file, the 512-byte sectors that
 *     were written since its last sync are kept, dropped or overwritten with garbage, and its
 *     length is that of the last sync, that of the cut, or the smallest between the two. Creations
 *     and removals that no sync_folder followed happened or did not, each by itself;
 *   - the Nth counted call fails with ERR_IO or ERR_FULL, once. A write that fails leaves some of
 *     its bytes. A sync that fails leaves out all, some or none of the sectors that were written
 *     since the last one; what it left out reads as written, but no later sync covers it, until it
 *     is written again: a power cut, or drop_cache(), shows what was there before. Any other call
 *     that fails does nothing;
 *   - a disk of limited size: allocate and growth by write fail with ERR_FULL;
 *   - a bit that flips at rest;
 *   - a kill of the process, at the Nth counted call or at any moment by os_sim_kill(): files are
 *     closed and locks given back, nothing is lost.
 * Faults it cannot do: a sync that says OK and lies, garbage in sectors that nobody wrote, a sector
 * that is torn inside (disks write sectors as a whole).
 *
 * Counted calls are those that change the disk or make a change last: write, allocate, truncate,
 * sync, make_folder (of a new folder), sync_folder, remove, and open with OS_OPEN_CREATE.
 *
 * A path's parent folder must exist; a path without one stands in the root, which always exists.
 * Any thread may call; os_sim_* functions belong to the test's thread. Memory that runs out is a
 * bug of the test. */
#ifndef OS_OS_SIM_H
#define OS_OS_SIM_H

#include "os/os.h"

struct os_sim;

/* No call has that number. */
#define OS_SIM_NEVER UINT64_MAX

/* A machine that runs, with an empty disk without a limit. */
struct os_sim *os_sim_create(uint64_t seed);

/* Ends it. Open files of it that were not closed are leaked, as on the machine itself. */
void os_sim_destroy(struct os_sim *sim);

/* The machine as the code under test sees it. Lives as long as the simulator. */
struct os *os_sim_os(struct os_sim *sim);

/* Sets the calendar, in ms since 1970; it may jump. */
void os_sim_set_now(struct os_sim *sim, int64_t now_ms);

/* Both clocks go on by so much. They stand still otherwise. */
void os_sim_advance(struct os_sim *sim, int64_t ms);

/* Number of counted calls since the start, or since the last os_sim_*_at() or reboot. */
uint64_t os_sim_calls_count(struct os_sim *sim);

/* Cuts the power at the counted call with that number; 0 is the next one. OS_SIM_NEVER: not. */
void os_sim_cut_power_at(struct os_sim *sim, uint64_t call);

/* Fails the counted call with that number; 0 is the next one. OS_SIM_NEVER: not. */
void os_sim_fail_at(struct os_sim *sim, uint64_t call, enum err error);

/* Kills the process at the counted call with that number; 0 is the next one. Of a write some bytes
 * may be there, any other call does nothing, and all that follow fail with ERR_IO until
 * os_sim_kill(). OS_SIM_NEVER: not. */
void os_sim_kill_at(struct os_sim *sim, uint64_t call);

/* True from a power cut to the reboot, and from a planned kill to os_sim_kill(). */
bool os_sim_is_off(struct os_sim *sim);

/* True where it is the process alone that is gone. */
bool os_sim_is_killed(struct os_sim *sim);

/* Cuts the power if it is still on, decides what is lost, and turns it on again without any planned
 * fault. Files that were open can only be closed. The uptime goes on. */
void os_sim_reboot(struct os_sim *sim);

/* Ends the process that had files open: they can only be closed, and locks are free. */
void os_sim_kill(struct os_sim *sim);

/* Files together take at most so many bytes of disk. What is there stays. */
void os_sim_limit_disk(struct os_sim *sim, uint64_t bytes_max);

/* Bytes of disk that files take. */
uint64_t os_sim_used_bytes(struct os_sim *sim);

/* Turns over one bit of a file that exists. */
void os_sim_flip_bit(struct os_sim *sim, const char *path, uint64_t bit);

/* Bytes of a file that exists up to the end of the last page where anything was ever written. */
uint64_t os_sim_written_bytes(struct os_sim *sim, const char *path);

/* A checksum of the names, lengths and bytes of all that is in a folder, as the process sees them
 * now. */
uint64_t os_sim_digest(struct os_sim *sim, const char *folder);

#endif
