/* The requests the load generator sends, headers and body in one piece, so that one send() can take
 * all of it. As many as fit in the ring's memory are built before the clock starts: they are sent
 * over and over, or once where each has to change something. */

#ifndef BENCH_LOAD_MESSAGES_H
#define BENCH_LOAD_MESSAGES_H

#include <endian.h>
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
#include "workload.h"

enum {
    HEAD_BYTES_MAX = 512,
    GET_BYTES_MAX = 4096, /* And of an order. */
    BODY_BYTES_MAX = 524288,
    SKU_BYTES_MAX = 255,
    STAMP_BYTES = 24,     /* 2026-11-23T10:00:00.123Z */
    SKU_EXTRA_BYTES = 80, /* The longest JSON around one SKU, and around them all. */
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
    struct workload workload;
    int64_t ring_count;   /* 0: nothing is built ahead. */
    size_t slot_bytes;    /* Memory that holds any message. */
    uint8_t *ring_memory; /* The ring's file, mapped. */
    size_t ring_bytes;
    int ring_fd;
    struct message *ring;
    char head[HEAD_BYTES_MAX]; /* Ends before the value of Content-Length. */
};

/* The text of the stamp that was written last: SKUs of a request share one or two. */
struct stamp {
    int64_t ms;
    size_t bytes;
    char text[STAMP_BYTES + 1];
};

/* Whole seconds as the documentation's sample has them, other moments with milliseconds. */
static inline void stamp_set(struct stamp *stamp, int64_t ms)
{
    const time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    if (gmtime_r(&seconds, &tm) == NULL)
        die("a stamp is no moment", "");
    stamp->ms = ms;
    stamp->bytes = strftime(stamp->text, sizeof stamp->text, "%Y-%m-%dT%H:%M:%S", &tm);
    const size_t room = sizeof stamp->text - stamp->bytes;
    const int bytes =
        ms % 1000 == 0 ? snprintf(stamp->text + stamp->bytes, room, "Z")
                       : snprintf(stamp->text + stamp->bytes, room, ".%03" PRId64 "Z", ms % 1000);
    if (stamp->bytes == 0 || bytes < 0 || (size_t)bytes >= room)
        die("a stamp has a year beyond 9999", "");
    stamp->bytes += (size_t)bytes;
}

static inline uint8_t *text_append(uint8_t *end, const char *text, size_t bytes)
{
    memcpy(end, text, bytes);
    return end + bytes;
}

#define LITERAL_APPEND(end, literal) text_append(end, literal, sizeof(literal) - 1)

static inline uint8_t *count_append(uint8_t *end, uint64_t count)
{
    if (count >= 100)
        *end++ = (uint8_t)('0' + count / 100);
    if (count >= 10)
        *end++ = (uint8_t)('0' + count / 10 % 10);
    *end++ = (uint8_t)('0' + count % 10);
    return end;
}

/* Writes the PUT body of what is left of `walk`; gives its end. */
static inline uint8_t *body_append(struct workload_walk *walk, uint8_t *end)
{
    const size_t sku_bytes = (size_t)walk->workload->options->sku_bytes;
    struct stamp stamps[2]; /* Of SKUs that are stale, and that are not. */
    struct write write;
    stamps[0].ms = stamps[1].ms = STAMP_NONE;
    end = LITERAL_APPEND(end, "{\"skus\":[");
    while (workload_next(walk, &write)) {
        end = LITERAL_APPEND(end, "{\"sku\":\"");
        end = sku_write(end, write.sku, sku_bytes);
        end = LITERAL_APPEND(end, "\",\"items\":[{\"count\":");
        end = count_append(end, (uint64_t)write.count);
        if (write.updated_at_ms != STAMP_NONE) {
            struct stamp *stamp = &stamps[write.updated_at_ms == walk->fresh_ms];
            if (stamp->ms != write.updated_at_ms)
                stamp_set(stamp, write.updated_at_ms);
            end = LITERAL_APPEND(end, ",\"updatedAt\":\"");
            end = text_append(end, stamp->text, stamp->bytes);
            *end++ = '"';
        }
        end = LITERAL_APPEND(end, "}]},");
    }
    return LITERAL_APPEND(end - 1, "]}"); /* Over the last comma. */
}

/* Builds request `index` in the caller's slot of slot_bytes, which the message then points into. */
static inline struct message message_build_put(const struct messages *messages, int64_t index,
                                               uint8_t *slot)
{
    struct workload_walk walk;
    workload_begin(&messages->workload, index, &walk);
    const int64_t skus = walk.writes_left;
    uint8_t *body = slot + HEAD_BYTES_MAX;
    const size_t body_bytes = (size_t)(body_append(&walk, body) - body);
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
                 options->campaign, options->workload.skus_per_request,
                 page_token[0] == '\0' ? "" : "&page_token=", page_token, messages->head);
    if (bytes < 0 || (size_t)bytes >= messages->slot_bytes)
        die("a page token is too long", "");
    return (struct message){slot, (size_t)bytes, options->workload.skus_per_request, -1};
}

/* Builds the order of that number: one unit of the SKU whose turn it is. Orders of runs with other
 * seeds have other names. */
static inline struct message message_build_order(const struct messages *messages, int64_t index,
                                                 uint8_t *slot)
{
    const struct options *options = messages->options;
    char body[SKU_BYTES_MAX + 128];
    char sku[SKU_BYTES_MAX + 1];
    *sku_write((uint8_t *)sku, (uint64_t)(index % options->workload.skus_total),
               (size_t)options->workload.sku_bytes) = '\0';
    const int body_bytes = snprintf(body, sizeof body,
                                    "{\"orderId\":\"race-%" PRId64 "-%" PRId64 "\","
                                    "\"items\":[{\"sku\":\"%s\",\"count\":1}]}",
                                    options->workload.seed, index, sku);
    const int bytes = snprintf((char *)slot, messages->slot_bytes, "%s%d\r\n\r\n%s", messages->head,
                               body_bytes, body);
    if (body_bytes < 0 || bytes < 0 || (size_t)bytes >= messages->slot_bytes)
        die("an order is too long", "");
    return (struct message){slot, (size_t)bytes, 1, -1};
}

static inline void head_init(struct messages *messages)
{
    const struct options *options = messages->options;
    const bool puts = options->work == WORK_PUT;
    char request_line[128] = "";
    if (puts || options->work == WORK_ORDER) /* The others' line has the page's token. */
        snprintf(request_line, sizeof request_line, "%s%" PRId64 "%s HTTP/1.1\r\n",
                 puts ? "PUT /v2/campaigns/" : "POST /api/v1/campaigns/", options->campaign,
                 puts ? "/offers/stocks" : "/orders");
    const bool named = options->token[0] != '\0';
    const char *name = options->work == WORK_ORDER ? "Authorization: Bearer " : "Api-Key: ";
    const int bytes = snprintf(messages->head, sizeof messages->head,
                               "%sHost: %s\r\nUser-Agent: stockd-bench\r\nAccept: */*\r\n%s%s%s"
                               "Content-Type: application/json\r\nContent-Length: ",
                               request_line, options->address_text, named ? name : "",
                               options->token, named ? "\r\n" : "");
    if (bytes < 0 || (size_t)bytes >= sizeof messages->head)
        die("the request's head is too long", "");
}

/* The ring lies in a file in memory: from there the kernel can send large messages uncopied. */
static inline void ring_init(struct messages *messages)
{
    const struct options *options = messages->options;
    const int64_t count = workload_ring_count(&messages->workload, options->requests,
                                              options->ring_bytes, messages->slot_bytes);
    if (options->work != WORK_PUT || count == 0)
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
        messages->ring[i] = message_build_put(messages, options->workload.first_request + i, slot);
        messages->ring[i].file_offset = messages->ring[i].data - messages->ring_memory;
    }
    messages->ring_count = count;
}

/* Lends `options`, which must outlive the messages. */
static inline void messages_init(struct messages *messages, const struct options *options)
{
    memset(messages, 0, sizeof *messages);
    messages->options = options;
    workload_init(&messages->workload, &options->workload);
    const size_t sku_bytes = (size_t)options->workload.sku_bytes;
    const size_t skus_and_frame = (size_t)options->workload.skus_per_request + 1;
    messages->slot_bytes = options->work == WORK_PUT
                               ? HEAD_BYTES_MAX + skus_and_frame * (sku_bytes + SKU_EXTRA_BYTES)
                               : GET_BYTES_MAX;
    head_init(messages);
    ring_init(messages);
}

/* Writes the requests of the run to the file that the options name. */
static inline void messages_write(const struct messages *messages)
{
    const struct options *options = messages->options;
    uint8_t *slot = malloc(messages->slot_bytes);
    FILE *file = fopen(options->requests_path, "we");
    if (slot == NULL || file == NULL)
        die("the file of requests cannot be written", options->requests_path);
    for (int64_t i = 0; i < options->requests; i++) {
        const struct message message =
            message_build_put(messages, options->workload.first_request + i, slot);
        const uint64_t bytes = htole64(message.size);
        if (fwrite(&bytes, sizeof bytes, 1, file) != 1 ||
            fwrite(message.data, message.size, 1, file) != 1)
            die("the file of requests cannot be written", options->requests_path);
    }
    if (fclose(file) != 0)
        die("the file of requests cannot be written", options->requests_path);
    free(slot);
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
