/* A table says which line of the page becomes which series. Counters become what they grew by in a
 * second, histograms their mean, or the upper bound of the highest bucket that grew. Floating
 * point: these are points of a chart, not quantities. */
#include "operator/health.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "wire/json.h"

enum series_kind {
    SERIES_GAUGE,    /* As it is. */
    SERIES_RATE,     /* Growth of a counter in a second, all its labels together. */
    SERIES_REFUSALS, /* The same of answers that were none of success. */
    SERIES_MEAN,     /* Growth of a histogram's sum for each of its count. */
    SERIES_MAX,      /* Highest bucket that grew. */
};

static const struct {
    const char *name;
    enum series_kind kind;
    const char *metric;
    double factor; /* From the unit of the page to that of the series. */
} rows[] = {
    {"requests_per_second", SERIES_RATE, "stockd_requests_total", 1},
    {"refusals_per_second", SERIES_REFUSALS, "stockd_requests_total", 1},
    {"skus_per_second", SERIES_RATE, "stockd_skus_written_total", 1},
    {"commit_ms", SERIES_MEAN, "stockd_commit_seconds", 1000},
    {"commit_ms_max", SERIES_MAX, "stockd_commit_seconds", 1000},
    {"records_a_commit", SERIES_MEAN, "stockd_commit_records", 1},
    {"memory_bytes", SERIES_GAUGE, "stockd_resident_memory_bytes", 1},
    {"journal_bytes", SERIES_GAUGE, "stockd_journal_bytes", 1},
    {"cells", SERIES_GAUGE, "stockd_cells", 1},
    {"connections", SERIES_GAUGE, "stockd_connections", 1},
    {"database_connections_in_use", SERIES_GAUGE, "stockd_pg_connections_in_use", 1},
    {"database_waiting", SERIES_GAUGE, "stockd_pg_waiting", 1},
    {"database_ms", SERIES_MEAN, "stockd_pg_round_trip_seconds", 1000},
    {"database_ms_max", SERIES_MAX, "stockd_pg_round_trip_seconds", 1000},
};

enum {
    ROWS_COUNT = sizeof(rows) / sizeof(rows[0]),
    BUCKETS_MAX = 24,
    NUMBER_BYTES = 40,
};

/* What a row's lines said. */
struct reading {
    bool found;
    double total; /* Of a gauge or counter; the sum of a histogram. */
    double count; /* Of a histogram. */
    uint32_t buckets_count;
    double bounds[BUCKETS_MAX];
    double buckets[BUCKETS_MAX]; /* Values up to the bound. */
};

struct sample {
    int64_t at_ms;
    double values[ROWS_COUNT];
};

/* `lock` guards the samples; what was read last is the sampling thread's own. */
struct health {
    struct reading last[ROWS_COUNT];
    int64_t last_us;
    bool began;
    pthread_mutex_t lock;
    struct sample samples[HEALTH_SAMPLES_MAX]; /* A ring: the newest is in front of `end`. */
    uint32_t end;
    uint32_t samples_count;
    bool known[ROWS_COUNT]; /* The page has it. */
};

static double number_of(struct bytes text)
{
    char digits[NUMBER_BYTES];
    struct buffer copy = {(uint8_t *)digits, 0, sizeof(digits), false};
    buffer_append(&copy, bytes_clip(text, sizeof(digits) - 1));
    digits[copy.size] = '\0';
    return strtod(digits, NULL);
}

/* The value of a label, `le="…"`. */
static struct bytes label_of(struct bytes labels, struct bytes name)
{
    while (labels.size > 0) {
        struct bytes label;
        struct bytes found;
        labels = bytes_split(labels, ',', &label);
        const struct bytes value = bytes_split(label, '=', &found);
        if (bytes_equal(found, name) && value.size >= 2)
            return (struct bytes){value.data + 1, value.size - 2};
    }
    return (struct bytes){NULL, 0};
}

static void read_bucket(struct reading *reading, struct bytes labels, double value)
{
    const struct bytes bound = label_of(labels, BYTES("le"));
    if (reading->buckets_count == BUCKETS_MAX || bytes_equal(bound, BYTES("+Inf")))
        return;
    reading->bounds[reading->buckets_count] = number_of(bound);
    reading->buckets[reading->buckets_count++] = value;
}

/* What stands behind the metric's name: nothing, or the part of a histogram. */
static void read_row(struct reading *reading, enum series_kind kind, struct bytes part,
                     struct bytes labels, double value)
{
    const bool is_histogram = kind == SERIES_MEAN || kind == SERIES_MAX;
    if (is_histogram == (part.size == 0))
        return;
    if (kind == SERIES_REFUSALS) {
        const struct bytes status = label_of(labels, BYTES("status"));
        if (bytes_equal(status, BYTES("200")) || bytes_equal(status, BYTES("none")))
            value = 0;
    }
    reading->found = true;
    if (part.size == 0 || bytes_equal(part, BYTES("_sum")))
        reading->total += value;
    else if (bytes_equal(part, BYTES("_count")))
        reading->count = value;
    else if (bytes_equal(part, BYTES("_bucket")))
        read_bucket(reading, labels, value);
}

/* NAME{LABELS} VALUE, or without labels. */
static void read_line(struct reading readings[ROWS_COUNT], struct bytes line)
{
    struct bytes front;
    struct bytes name;
    struct bytes labels;
    const struct bytes value = bytes_split(line, ' ', &front);
    const struct bytes rest = bytes_split(front, '{', &name);
    (void)bytes_split(rest, '}', &labels);
    for (size_t i = 0; i < ROWS_COUNT; i++) {
        const struct bytes metric = bytes_from_text(rows[i].metric);
        if (!bytes_starts_with(name, metric))
            continue;
        const struct bytes part = {name.data + metric.size, name.size - metric.size};
        read_row(&readings[i], rows[i].kind, part, labels, number_of(value));
    }
}

static double highest_that_grew(const struct reading *now, const struct reading *last)
{
    double highest = 0;
    double before = 0;
    for (uint32_t i = 0; i < now->buckets_count; i++) {
        const double grown = now->buckets[i] - (i < last->buckets_count ? last->buckets[i] : 0);
        if (grown > before)
            highest = now->bounds[i];
        before = grown;
    }
    return highest;
}

static double value_of(enum series_kind kind, const struct reading *now, const struct reading *last,
                       double seconds)
{
    const double count = now->count - last->count;
    switch (kind) {
    case SERIES_GAUGE:
        return now->total;
    case SERIES_RATE:
    case SERIES_REFUSALS:
        return (now->total - last->total) / seconds;
    case SERIES_MEAN:
        return count > 0 ? (now->total - last->total) / count : 0;
    case SERIES_MAX:
        return highest_that_grew(now, last);
    }
    return 0;
}

/* A counter that is not there yet, or a moment that is the same, gives no sample. */
static void add_sample(struct health *health, int64_t now_ms, double seconds,
                       const struct reading readings[ROWS_COUNT])
{
    pthread_mutex_lock(&health->lock);
    struct sample *sample = &health->samples[health->end];
    health->end = (health->end + 1) % HEALTH_SAMPLES_MAX;
    if (health->samples_count < HEALTH_SAMPLES_MAX)
        health->samples_count++;
    sample->at_ms = now_ms;
    for (size_t i = 0; i < ROWS_COUNT; i++) {
        health->known[i] |= readings[i].found;
        sample->values[i] =
            rows[i].factor * value_of(rows[i].kind, &readings[i], &health->last[i], seconds);
    }
    pthread_mutex_unlock(&health->lock);
}

void health_take(struct health *health, int64_t now_ms, int64_t uptime_us, struct bytes page)
{
    struct reading readings[ROWS_COUNT];
    memset(readings, 0, sizeof(readings));
    while (page.size > 0) {
        struct bytes line;
        page = bytes_split(page, '\n', &line);
        if (line.size > 0 && line.data[0] != '#')
            read_line(readings, line);
    }
    if (health->began && uptime_us > health->last_us)
        add_sample(health, now_ms, (double)(uptime_us - health->last_us) / 1e6, readings);
    memcpy(health->last, readings, sizeof(readings));
    health->last_us = uptime_us;
    health->began = true;
}

/* The oldest has index 0. */
static const struct sample *sample_at(const struct health *health, uint32_t index)
{
    const uint32_t first = health->end + HEALTH_SAMPLES_MAX - health->samples_count;
    return &health->samples[(first + index) % HEALTH_SAMPLES_MAX];
}

static void encode_series(const struct health *health, uint32_t first, size_t row,
                          struct buffer *body)
{
    buffer_append_format(body, "\"%s\":[", rows[row].name);
    for (uint32_t i = first; i < health->samples_count; i++)
        buffer_append_format(body, "%s%.10g", i == first ? "" : ",",
                             sample_at(health, i)->values[row]);
    buffer_append_u8(body, ']');
}

void health_encode(struct health *health, int64_t from_ms, struct buffer *body)
{
    pthread_mutex_lock(&health->lock);
    uint32_t first = 0;
    while (first < health->samples_count && sample_at(health, first)->at_ms < from_ms)
        first++;
    buffer_append_format(body, "{\"status\":\"OK\",\"result\":{\"intervalMs\":%d,\"at\":[",
                         HEALTH_INTERVAL_MS);
    for (uint32_t i = first; i < health->samples_count; i++) {
        buffer_append_text(body, i == first ? "" : ",");
        json_write_moment(body, sample_at(health, i)->at_ms);
    }
    buffer_append(body, BYTES("],\"series\":{"));
    bool begun = false;
    for (size_t i = 0; i < ROWS_COUNT; i++) {
        if (!health->known[i])
            continue;
        buffer_append_text(body, begun ? "," : "");
        encode_series(health, first, i, body);
        begun = true;
    }
    buffer_append(body, BYTES("}}}"));
    pthread_mutex_unlock(&health->lock);
}

struct health *health_create(void)
{
    struct health *health = calloc(1, sizeof(*health));
    if (health != NULL)
        pthread_mutex_init(&health->lock, NULL);
    return health;
}

void health_destroy(struct health *health)
{
    if (health == NULL)
        return;
    pthread_mutex_destroy(&health->lock);
    free(health);
}
