/* Audits a history of clients of several nodes (history.h): `audit FILE`. Prints what no order of
 * the events explains, shelf by shelf, and ends with 1; or a line of figures, and 0. 2: the file
 * cannot be read. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search.h"

/* The whole file, *bytes of it; NULL: it cannot be read. */
static uint8_t *read_file(const char *path, size_t *bytes)
{
    FILE *file = fopen(path, "rb");
    size_t bytes_max = 1 << 16;
    uint8_t *text = malloc(bytes_max);
    size_t got = 1;
    *bytes = 0;
    while (file != NULL && text != NULL && got > 0) {
        got = fread(text + *bytes, 1, bytes_max - *bytes, file);
        *bytes += got;
        if (*bytes == bytes_max) {
            bytes_max *= 2;
            uint8_t *grown = realloc(text, bytes_max);
            if (grown == NULL)
                free(text);
            text = grown;
        }
    }
    const bool failed = file == NULL || ferror(file) != 0;
    if (file != NULL)
        (void)fclose(file);
    if (failed) {
        free(text);
        return NULL;
    }
    return text;
}

static bool audit_shelf(const struct history *history, const struct history_shelf *shelf,
                        uint64_t *states_count, uint64_t *must_count)
{
    struct report report;
    const enum finding finding = search_shelf(shelf, history->stamped_from_ms, &report);
    *states_count += report.states_count;
    *must_count += report.must_count;
    if (finding == FINDING_SOUND)
        return true;
    printf("shelf %.*s: %s; %u of %u answers are explained, and next cannot come\n%s",
           BYTES_ARG(shelf->name),
           finding == FINDING_TOO_HARD ? "given up, there is too much to try"
                                       : "no order of its events explains the answers",
           report.explained_count, report.must_count, report.text);
    return false;
}

static int audit(const char *path, struct bytes text)
{
    struct history history;
    uint32_t line = 0;
    uint64_t states_count = 0;
    uint64_t must_count = 0;
    uint32_t wrong_count = 0;
    int status = 2;
    if (history_read(&history, text, &line)) {
        for (uint32_t i = 0; i < history.shelves_count; i++)
            wrong_count += !audit_shelf(&history, &history.shelves[i], &states_count, &must_count);
        printf("%u shelves, %" PRIu64 " answers, %" PRIu64 " states tried: %u wrong\n",
               history.shelves_count, must_count, states_count, wrong_count);
        status = wrong_count > 0;
    } else {
        (void)fprintf(stderr, "%s:%u: this is no event\n", path, line);
    }
    history_deinit(&history);
    return status;
}

int main(int arguments_count, char **arguments)
{
    size_t bytes = 0;
    if (arguments_count != 2) {
        (void)fprintf(stderr, "usage: audit FILE\n");
        return 2;
    }
    uint8_t *text = read_file(arguments[1], &bytes);
    if (text == NULL) {
        (void)fprintf(stderr, "%s: %s\n", arguments[1], strerror(errno));
        return 2;
    }
    const int status = audit(arguments[1], (struct bytes){text, bytes});
    free(text);
    return status;
}
