/* Says whether a server's cells are those that a load must have left. It knows the load as the
 * generators do (workload.h), applies "the last writer wins" to a plain array, and shares no code
 * with any server.
 *
 *     oracle WORKLOADS < STATE
 *
 * Each line of WORKLOADS has the options of one run of a generator, in the order they ran in, and
 * --requests N: how many requests from the first one on were sent (load's distinct_requests), or
 * --once. Each line of STATE is `SKU COUNT UPDATED_AT_MS`, in any order. A write without a stamp is
 * taken for newer than all before it, and such a cell's stamp is not looked at. */

#include <inttypes.h>

#include "workload.h"

enum { DIFFERENCES_SHOWN = 5, SKU_BYTES_MAX = 255 };

struct cell {
    int64_t updated_at_ms; /* STAMP_NONE: unknown, but newer than any stamp. */
    int32_t count;         /* Negative: the cell is not there. */
    bool seen;             /* In the other side's state. */
};

struct oracle {
    struct cell *cells; /* By number of the SKU. */
    int64_t cells_max;  /* 0 before the first line. */
    size_t sku_bytes;
    int64_t differences;
};

static const struct number_option requests_options[] = {
    {"--requests", 0, 1, INT64_C(1) << 50},
    {NULL, 0, 0, 0},
};

/* All lines are about the same SKUs. */
static void cells_reserve(struct oracle *oracle, const struct workload_options *options)
{
    if (oracle->cells_max == 0) {
        oracle->cells_max = options->skus_total;
        oracle->sku_bytes = (size_t)options->sku_bytes;
        oracle->cells = calloc((size_t)options->skus_total, sizeof *oracle->cells);
        if (oracle->cells == NULL)
            die("no memory for the cells", "");
        for (int64_t i = 0; i < oracle->cells_max; i++)
            oracle->cells[i].count = -1;
    }
    if (oracle->cells_max != options->skus_total || oracle->sku_bytes != (size_t)options->sku_bytes)
        die("all workloads have to be about the same SKUs", "");
}

static void cell_apply(struct cell *cell, const struct write *write)
{
    const bool stamped = write->updated_at_ms != STAMP_NONE;
    const bool newer_is_there = cell->count >= 0 && (cell->updated_at_ms == STAMP_NONE ||
                                                     cell->updated_at_ms > write->updated_at_ms);
    if (stamped && newer_is_there)
        return;
    cell->count = (int32_t)write->count;
    cell->updated_at_ms = write->updated_at_ms;
}

static void workload_apply(struct oracle *oracle, const struct workload_options *options,
                           int64_t requests)
{
    struct workload workload;
    workload_init(&workload, options);
    if (options->once)
        requests = workload.cycle_count;
    for (int64_t i = 0; i < requests; i++) {
        struct workload_walk walk;
        struct write write;
        workload_begin(&workload, options->first_request + i, &walk);
        while (workload_next(&walk, &write))
            cell_apply(&oracle->cells[write.sku], &write);
    }
}

static void line_apply(struct oracle *oracle, char *line)
{
    struct workload_options options = WORKLOAD_DEFAULTS;
    int64_t requests = 0;
    char *name = strsep(&line, " \n");
    for (; name != NULL; name = strsep(&line, " \n")) {
        if (name[0] == '\0' || workload_flag_take(name, &options))
            continue;
        const char *value = strsep(&line, " \n");
        if (value == NULL || (!workload_option_take(name, value, &options) &&
                              !number_option_take(requests_options, &requests, name, value)))
            die("an option of a workload is unknown or lacks its value", name);
    }
    if (options.stamp_ms < 0 && (options.stamped || options.change == CHANGE_HALF_STALE))
        die("a workload with stamps needs --stamp-ms", "");
    if ((requests == 0) != options.once)
        die("a workload has either --requests or --once", "");
    workload_options_complete(&options);
    cells_reserve(oracle, &options);
    workload_apply(oracle, &options, requests);
}

static void workloads_apply(struct oracle *oracle, const char *path)
{
    char *line = NULL;
    size_t capacity = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        die("the workloads cannot be read", path);
    while (getline(&line, &capacity, file) >= 0)
        line_apply(oracle, line);
    if (ferror(file) || fclose(file) != 0)
        die("the workloads cannot be read", path);
    free(line);
    if (oracle->cells_max == 0)
        die("there is no workload", path);
}

static void difference(struct oracle *oracle, const char *what, const char *where)
{
    if (oracle->differences++ < DIFFERENCES_SHOWN)
        fprintf(stderr, "event=difference what=\"%s\" where=\"%.*s\"\n", what,
                (int)strcspn(where, "\n"), where);
}

/* Gives the cell of the line's SKU and what stands behind it; NULL: there is no such SKU. */
static struct cell *line_cell(struct oracle *oracle, char *line, char **behind)
{
    uint8_t sku[SKU_BYTES_MAX];
    const size_t bytes = strcspn(line, " \n");
    *behind = line + bytes;
    if (bytes != oracle->sku_bytes)
        return NULL;
    const char after = **behind;
    **behind = '\0';
    char *end = NULL;
    const uint64_t number = strtoull(*behind - SKU_DIGITS, &end, 10);
    **behind = after;
    if (end != *behind || number >= (uint64_t)oracle->cells_max)
        return NULL;
    sku_write(sku, number, bytes);
    return memcmp(sku, line, bytes) == 0 ? &oracle->cells[number] : NULL;
}

static void state_line_check(struct oracle *oracle, char *line)
{
    char *rest = NULL;
    struct cell *cell = line_cell(oracle, line, &rest);
    int64_t count = 0;
    int64_t updated_at_ms = 0;
    char newline = '\0';
    if (sscanf(rest, " %" SCNd64 " %" SCNd64 "%c", &count, &updated_at_ms, &newline) != 3 ||
        newline != '\n')
        difference(oracle, "a line that is not SKU COUNT UPDATED_AT_MS", line);
    else if (cell == NULL || cell->count < 0)
        difference(oracle, "a SKU that was never written", line);
    else if (cell->seen)
        difference(oracle, "a SKU twice", line);
    else if (cell->count != count)
        difference(oracle, "another count", line);
    else if (cell->updated_at_ms != STAMP_NONE && cell->updated_at_ms != updated_at_ms)
        difference(oracle, "another stamp", line);
    if (cell != NULL)
        cell->seen = true;
}

static void state_check(struct oracle *oracle)
{
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) >= 0)
        state_line_check(oracle, line);
    if (ferror(stdin))
        die("the state cannot be read", "");
    free(line);
}

/* Gives the number of cells there must be. */
static int64_t missing_check(struct oracle *oracle)
{
    int64_t count = 0;
    for (int64_t i = 0; i < oracle->cells_max; i++) {
        uint8_t sku[SKU_BYTES_MAX + 1];
        const struct cell *cell = &oracle->cells[i];
        count += cell->count >= 0;
        if (cell->count < 0 || cell->seen)
            continue;
        *sku_write(sku, (uint64_t)i, oracle->sku_bytes) = '\0';
        difference(oracle, "a SKU is missing", (const char *)sku);
    }
    return count;
}

int main(int argc, char **argv)
{
    if (argc != 2 || argv[1][0] == '-') {
        fputs("usage: oracle WORKLOADS < STATE, see bench/oracle.c\n", stderr);
        return 2;
    }
    static struct oracle oracle;
    workloads_apply(&oracle, argv[1]);
    state_check(&oracle);
    const int64_t cells = missing_check(&oracle);
    free(oracle.cells);
    printf("oracle=%s cells=%" PRId64 " differences=%" PRId64 "\n",
           oracle.differences == 0 ? "ok" : "failed", cells, oracle.differences);
    return oracle.differences == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
