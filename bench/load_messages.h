/* The requests the load generator sends, headers and body in one piece, so that one send() can take
 * all of it. Request number i always holds the same SKUs: a run of positions in a fixed shuffle of
 * all SKUs, so no SKU comes twice in a body, nor in another body before all had their turn.
 * As many as fit in the ring's memory are built before the clock starts and sent over and over. */

#ifndef BENCH_LOAD_MESSAGES_H
#define BENCH_LOAD_MESSAGES_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "load_options.h"

enum {
    HEAD_BYTES_MAX = 512,
    GET_BYTES_MAX = 4096,
    BODY_BYTES_MAX = 524288,
    SKU_DIGITS = 10,
    STAMP_BYTES = 20,     /* 2026-11-23T10:00:00Z */
    SKU_EXTRA_BYTES = 80, /* The longest JSON around one SKU, and around them all. */
    COUNT_LIMIT = 1000,
    STALE_SECONDS = 3600,
};

/* Lends `data` until messages_deinit() or, outside the ring, until the slot is used again. */
struct message {
    const uint8_t *data;
    size_t size;
    int64_t skus;
    int64_t file_offset; /* Of the message in the ring's file; negative: it is not there. */
};

struct messages {
    const struct options *options;
    int64_t cycle_count;  /* Requests in which every SKU comes once. */
    int64_t ring_count;   /* 0: nothing is built ahead. */
    size_t slot_bytes;    /* Memory that holds any message. */
    uint8_t *ring_memory; /* The ring's file, mapped. */
    size_t ring_bytes;
    int ring_fd;
    struct message *ring;
    uint64_t stride; /* The shuffle: number = (offset + position * stride) mod total. */
    uint64_t offset;
    char head[HEAD_BYTES_MAX]; /* Ends before the value of Content-Length. */
    char stamp_now[STAMP_BYTES + 1];
    char stamp_stale[STAMP_BYTES + 1];
};

/* Spreads the bits of a number, as splitmix64 does: the same in every run. */
static inline uint64_t bits_mix(uint64_t bits)
{
    bits += UINT64_C(0x9e3779b97f4a7c15);
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94d049bb133111eb);
    return bits ^ (bits >> 31);
}

static inline uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* A stride without a common divisor with the total visits every number exactly once. */
static inline void shuffle_init(struct messages *messages)
{
    const uint64_t total = (uint64_t)messages->options->skus_total;
    const uint64_t seed = (uint64_t)messages->options->seed;
    messages->stride = 1;
    messages->offset = 0;
    if (!messages->options->scattered || total < 4)
        return;
    messages->stride = total / 4 + bits_mix(seed) % (total / 2);
    while (greatest_common_divisor(messages->stride, total) != 1)
        messages->stride++;
    messages->offset = bits_mix(seed + 1) % total;
}

static inline void stamp_write(char *stamp, time_t seconds)
{
    struct tm tm;
    if (gmtime_r(&seconds, &tm) == NULL ||
        strftime(stamp, STAMP_BYTES + 1, "%Y-%m-%dT%H:%M:%SZ", &tm) != STAMP_BYTES)
        die("the clock cannot be read", "");
}

static inline uint8_t *text_append(uint8_t *end, const char *text, size_t bytes)
{
    memcpy(end, text, bytes);
    return end + bytes;
}

#define LITERAL_APPEND(end, literal) text_append(end, literal, sizeof(literal) - 1)

static inline uint8_t *sku_append(uint8_t *end, uint64_t number, size_t sku_bytes)
{
    uint8_t *digit = end + sku_bytes;
    memset(end, '0', sku_bytes);
    LITERAL_APPEND(end, "SKU-");
    for (int i = 0; i < SKU_DIGITS; i++) {
        *--digit = (uint8_t)('0' + number % 10);
        number /= 10;
    }
    return end + sku_bytes;
}

static inline uint8_t *count_append(uint8_t *end, uint64_t count)
{
    if (count >= 100)
        *end++ = (uint8_t)('0' + count / 100);
    if (count >= 10)
        *end++ = (uint8_t)('0' + count / 10 % 10);
    *end++ = (uint8_t)('0' + count % 10);
    return end;
}

/* Writes a PUT body of `skus` SKUs from that position on; gives its end. */
static inline uint8_t *body_append(const struct messages *messages, uint8_t *end, int64_t position,
                                   int64_t skus)
{
    const struct options *options = messages->options;
    const uint64_t total = (uint64_t)options->skus_total;
    const size_t sku_bytes = (size_t)options->sku_bytes;
    uint64_t number = (messages->offset + (uint64_t)position * messages->stride) % total;

    end = LITERAL_APPEND(end, "{\"skus\":[");
    for (int64_t i = 0; i < skus; i++) {
        const uint64_t random = bits_mix(number ^ ((uint64_t)options->seed << 32));
        const bool stale = options->half_stale && (random >> 63) != 0;
        end = LITERAL_APPEND(end, "{\"sku\":\"");
        end = sku_append(end, number, sku_bytes);
        end = LITERAL_APPEND(end, "\",\"items\":[{\"count\":");
        end = count_append(end, random % COUNT_LIMIT);
        if (stale || options->stamped) {
            end = LITERAL_APPEND(end, ",\"updatedAt\":\"");
            end =
                text_append(end, stale ? messages->stamp_stale : messages->stamp_now, STAMP_BYTES);
            *end++ = '"';
        }
        end = LITERAL_APPEND(end, "}]},");
        number += messages->stride;
        if (number >= total)
            number -= total;
    }
    return LITERAL_APPEND(end - 1, "]}"); /* Over the last comma. */
}

/* Builds request `index` in the caller's slot of slot_bytes, which the message then points into. */
static inline struct message message_build_put(const struct messages *messages, int64_t index,
                                               uint8_t *slot)
{
    const struct options *options = messages->options;
    const int64_t position = index % messages->cycle_count * options->skus_per_request;
    const int64_t skus_left = options->skus_total - position;
    const int64_t skus =
        skus_left < options->skus_per_request ? skus_left : options->skus_per_request;
    uint8_t *body = slot + HEAD_BYTES_MAX;
    const size_t body_bytes = (size_t)(body_append(messages, body, position, skus) - body);
    if (body_bytes > BODY_BYTES_MAX)
        die("a body exceeds 524288 bytes: fewer or shorter SKUs, please", "");

    /* The head's length depends on the body's: it is written to end where the body begins. */
    char head[HEAD_BYTES_MAX];
    const int head_bytes = snprintf(head, sizeof head, "%s%zu\r\n\r\n", messages->head, body_bytes);
    if (head_bytes < 0 || (size_t)head_bytes >= sizeof head)
        die("the request's head is too long", "");
    uint8_t *begin = body - head_bytes;
    memcpy(begin, head, (size_t)head_bytes);
    return (struct message){begin, (size_t)head_bytes + body_bytes, skus, -1};
}

/* Builds the request for the page after `page_token`, given already fit for a URL, or empty. */
static inline struct message message_build_get(const struct messages *messages,
                                               const char *page_token, uint8_t *slot)
{
    const struct options *options = messages->options;
    const int bytes =
        snprintf((char *)slot, messages->slot_bytes,
                 "POST /v2/campaigns/%" PRId64 "/offers/stocks?limit=%" PRId64
                 "%s%s HTTP/1.1\r\n%s2\r\n\r\n{}",
                 options->campaign, options->skus_per_request,
                 page_token[0] == '\0' ? "" : "&page_token=", page_token, messages->head);
    if (bytes < 0 || (size_t)bytes >= messages->slot_bytes)
        die("a page token is too long", "");
    return (struct message){slot, (size_t)bytes, options->skus_per_request, -1};
}

static inline void head_init(struct messages *messages)
{
    const struct options *options = messages->options;
    char request_line[128] = "";
    if (options->work == WORK_PUT)
        snprintf(request_line, sizeof request_line,
                 "PUT /v2/campaigns/%" PRId64 "/offers/stocks HTTP/1.1\r\n", options->campaign);
    const bool named = options->token[0] != '\0';
    const int bytes = snprintf(messages->head, sizeof messages->head,
                               "%sHost: %s\r\nUser-Agent: stockd-bench\r\nAccept: */*\r\n%s%s%s"
                               "Content-Type: application/json\r\nContent-Length: ",
                               request_line, options->address_text, named ? "Api-Key: " : "",
                               options->token, named ? "\r\n" : "");
    if (bytes < 0 || (size_t)bytes >= sizeof messages->head)
        die("the request's head is too long", "");
}

/* The ring lies in a file in memory: from there the kernel can send large messages uncopied. */
static inline void ring_init(struct messages *messages)
{
    const struct options *options = messages->options;
    int64_t count = options->ring_bytes / (int64_t)messages->slot_bytes;
    if (count > messages->cycle_count)
        count = messages->cycle_count;
    if (options->once || options->work == WORK_GET || count == 0)
        return;
    messages->ring_bytes = (size_t)count * messages->slot_bytes;
    messages->ring_fd = memfd_create("ring", MFD_CLOEXEC);
    if (messages->ring_fd < 0 || ftruncate(messages->ring_fd, (off_t)messages->ring_bytes) != 0)
        die("no memory for the ring of bodies", "");
    messages->ring_memory =
        mmap(NULL, messages->ring_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, messages->ring_fd, 0);
    messages->ring = calloc((size_t)count, sizeof *messages->ring);
    if (messages->ring_memory == MAP_FAILED || messages->ring == NULL)
        die("no memory for the ring of bodies", "");
    for (int64_t i = 0; i < count; i++) {
        uint8_t *slot = messages->ring_memory + (size_t)i * messages->slot_bytes;
        messages->ring[i] = message_build_put(messages, i, slot);
        messages->ring[i].file_offset = messages->ring[i].data - messages->ring_memory;
    }
    messages->ring_count = count;
}

/* Lends `options`, which must outlive the messages. */
static inline void messages_init(struct messages *messages, const struct options *options)
{
    const time_t now = time(NULL) + 1; /* Cut to seconds, and yet not older than what is there. */
    const int64_t per_request = options->skus_per_request;
    memset(messages, 0, sizeof *messages);
    messages->options = options;
    messages->cycle_count = (options->skus_total + per_request - 1) / per_request;
    const size_t skus_and_frame = (size_t)per_request + 1;
    messages->slot_bytes =
        options->work == WORK_GET
            ? GET_BYTES_MAX
            : HEAD_BYTES_MAX + skus_and_frame * ((size_t)options->sku_bytes + SKU_EXTRA_BYTES);
    stamp_write(messages->stamp_now, now);
    stamp_write(messages->stamp_stale, now - STALE_SECONDS);
    shuffle_init(messages);
    head_init(messages);
    ring_init(messages);
}

static inline void messages_deinit(struct messages *messages)
{
    if (messages->ring_count == 0)
        return;
    munmap(messages->ring_memory, messages->ring_bytes);
    close(messages->ring_fd);
    free(messages->ring);
}

#endif
