/* The commands the load generator sends to Redis, built like load_messages.h builds HTTP requests.
 *
 * A campaign's stocks are one hash: the field is the SKU, the value the stamp in 13 digits followed
 * by the count, so that texts compare as stamps do. Names and new values come as one MessagePack
 * array: Redis makes an object of each argument, and a text of each object when Lua asks for it, so
 * 4,000 arguments cost more than one that is unpacked. Of eight layouts this took least of Redis's
 * time; docs/decisions/0010-redis-for-comparison.md has them with their figures. */

#ifndef BENCH_REDIS_COMMANDS_H
#define BENCH_REDIS_COMMANDS_H

#include <inttypes.h>
#include <time.h>

#include "redis_options.h"
#include "workload.h"

enum {
    HEAD_BYTES_MAX = 256,
    KEY_BYTES_MAX = 32,
    SHA_BYTES = 40,
    STAMP_DIGITS = 13, /* Milliseconds from 2001 to 2286. */
    COUNT_DIGITS_MAX = 3,
    SKU_EXTRA_BYTES = 48, /* The longest value, and what goes around a SKU and a value. */
};

/* A stamp that is not older than what is there counts, so a count can be corrected within one
 * millisecond, as with stockd. A newer text is a newer stamp; of others, the stamps decide. */
static const char last_writer_wins[] =
    "local all = cmsgpack.unpack(ARGV[1])\n"
    "local n = #all / 2\n"
    "local old = redis.call('HMGET', KEYS[1], unpack(all, 1, n))\n"
    "local sub, set, k = string.sub, {}, 0\n"
    "for i = 1, n do\n"
    "  local was, new = old[i], all[n + i]\n"
    "  if not was or was <= new or sub(was, 1, 13) == sub(new, 1, 13) then\n"
    "    set[k + 1] = all[i]\n"
    "    set[k + 2] = new\n"
    "    k = k + 2\n"
    "  end\n"
    "end\n"
    "if k > 0 then redis.call('HSET', KEYS[1], unpack(set)) end\n"
    "return k / 2\n";

/* Lends `data` until commands_deinit() or, outside the ring, until the slot is used again. */
struct command {
    const uint8_t *data;
    size_t size;
    int64_t skus;
};

struct commands {
    const struct options *options;
    struct workload workload;
    char sha[SHA_BYTES + 1]; /* Of the script, as Redis names it. */
    char key[KEY_BYTES_MAX];
    int64_t ring_count; /* 0: nothing is built ahead. */
    size_t slot_bytes;  /* Memory that holds any command. */
    uint8_t *ring_memory;
    struct command *ring;
};

static inline uint8_t *text_append(uint8_t *end, const char *text, size_t bytes)
{
    memcpy(end, text, bytes);
    return end + bytes;
}

/* The value of a cell: its stamp and its count. A write without a stamp is of this moment. */
static inline uint8_t *value_append(uint8_t *end, const struct write *write)
{
    char text[STAMP_DIGITS + COUNT_DIGITS_MAX + 1];
    int64_t stamp_ms = write->updated_at_ms;
    if (stamp_ms == STAMP_NONE) {
        struct timespec now;
        if (clock_gettime(CLOCK_REALTIME, &now) != 0)
            die("clock_gettime", "");
        stamp_ms = now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
    }
    const int bytes =
        snprintf(text, sizeof text, "%0*" PRId64 "%" PRId64, STAMP_DIGITS, stamp_ms, write->count);
    if (bytes <= STAMP_DIGITS || (size_t)bytes >= sizeof text)
        die("a stamp has more than 13 digits, or a count more than 3", "");
    return text_append(end, text, (size_t)bytes);
}

/* Puts the head of a MessagePack string in front of what was written behind `begin` + 2. */
static inline uint8_t *packed_end(uint8_t *begin, uint8_t *end)
{
    begin[0] = 0xd9; /* str 8: one byte of length. */
    begin[1] = (uint8_t)(end - begin - 2);
    return end;
}

/* Writes the array of all names, then of all values. */
static inline uint8_t *pack_append(const struct workload_walk *walk, uint8_t *end)
{
    const size_t sku_bytes = (size_t)walk->workload->options->sku_bytes;
    struct workload_walk names = *walk;
    struct workload_walk values = *walk;
    struct write write;
    *end++ = 0xdc; /* array 16: two bytes of length. */
    *end++ = (uint8_t)(walk->writes_left * 2 >> 8);
    *end++ = (uint8_t)(walk->writes_left * 2);
    while (workload_next(&names, &write))
        end = packed_end(end, sku_write(end + 2, write.sku, sku_bytes));
    while (workload_next(&values, &write))
        end = packed_end(end, value_append(end + 2, &write));
    return end;
}

/* Writes names and values in turns, each an argument of its own. */
static inline uint8_t *pairs_append(struct workload_walk *walk, uint8_t *end)
{
    const size_t sku_bytes = (size_t)walk->workload->options->sku_bytes;
    struct write write;
    while (workload_next(walk, &write)) {
        uint8_t value[STAMP_DIGITS + COUNT_DIGITS_MAX];
        const size_t value_bytes = (size_t)(value_append(value, &write) - value);
        end += snprintf((char *)end, 16, "$%zu\r\n", sku_bytes);
        end = sku_write(end, write.sku, sku_bytes);
        end += snprintf((char *)end, 16, "\r\n$%zu\r\n", value_bytes);
        end = text_append(end, (const char *)value, value_bytes);
        end = text_append(end, "\r\n", 2);
    }
    return end;
}

/* Builds request `index` in the caller's slot of slot_bytes, which the command then points into.
 * The head's length depends on the body's: it is written to end where the body begins. */
static inline struct command command_build(const struct commands *commands, int64_t index,
                                           uint8_t *slot)
{
    struct workload_walk walk;
    workload_begin(&commands->workload, index, &walk);
    const int64_t skus = walk.writes_left;
    const bool scripted = commands->options->work == WORK_SCRIPT;
    uint8_t *body = slot + HEAD_BYTES_MAX;
    uint8_t *end = scripted ? pack_append(&walk, body) : pairs_append(&walk, body);

    char head[HEAD_BYTES_MAX];
    const int head_bytes =
        scripted
            ? snprintf(head, sizeof head,
                       "*5\r\n$7\r\nEVALSHA\r\n$%d\r\n%s\r\n$1\r\n1\r\n$%zu\r\n%s\r\n$%td\r\n",
                       SHA_BYTES, commands->sha, strlen(commands->key), commands->key, end - body)
            : snprintf(head, sizeof head, "*%" PRId64 "\r\n$4\r\nHSET\r\n$%zu\r\n%s\r\n",
                       2 + 2 * skus, strlen(commands->key), commands->key);
    if (head_bytes < 0 || (size_t)head_bytes >= sizeof head)
        die("a command's head is too long", "");
    if (scripted)
        end = text_append(end, "\r\n", 2);
    uint8_t *begin = body - head_bytes;
    memcpy(begin, head, (size_t)head_bytes);
    return (struct command){begin, (size_t)(end - begin), skus};
}

/* What changes something is sent once: when there is no room for all of it, none is built ahead
 * where a number of requests was asked for, and else the run is shorter. */
static inline void ring_init(struct commands *commands)
{
    const struct options *options = commands->options;
    const bool changes = options->workload.change != CHANGE_NONE;
    int64_t count = options->ring_bytes / (int64_t)commands->slot_bytes;
    if (options->requests != 0 && count > options->requests)
        count = options->requests;
    if (!changes && count > commands->workload.cycle_count)
        count = commands->workload.cycle_count;
    if (options->workload.once || count == 0 || (changes && count < options->requests))
        return;
    commands->ring_memory = malloc((size_t)count * commands->slot_bytes);
    commands->ring = calloc((size_t)count, sizeof *commands->ring);
    if (commands->ring_memory == NULL || commands->ring == NULL)
        die("no memory for the ring of commands", "");
    for (int64_t i = 0; i < count; i++)
        commands->ring[i] = command_build(commands, options->workload.first_request + i,
                                          commands->ring_memory + (size_t)i * commands->slot_bytes);
    commands->ring_count = count;
}

/* Lends `options`, which must outlive the commands; `sha` names the script. */
static inline void commands_init(struct commands *commands, const struct options *options,
                                 const char *sha)
{
    memset(commands, 0, sizeof *commands);
    commands->options = options;
    workload_init(&commands->workload, &options->workload);
    commands->slot_bytes =
        HEAD_BYTES_MAX + ((size_t)options->workload.skus_per_request + 1) *
                             ((size_t)options->workload.sku_bytes + SKU_EXTRA_BYTES);
    snprintf(commands->sha, sizeof commands->sha, "%s", sha);
    snprintf(commands->key, sizeof commands->key, "stocks:%" PRId64, options->campaign);
    ring_init(commands);
}

static inline void commands_deinit(struct commands *commands)
{
    free(commands->ring_memory);
    free(commands->ring);
}

#endif
