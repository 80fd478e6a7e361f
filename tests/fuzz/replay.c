/* Runs every input of the corpus through its target, without a fuzzer: what once was found stays
 * found. Prints TAP, a line a target; the input at hand is named where the program dies.
 *
 *     replay CORPUS [TARGET]…     CORPUS/TARGET/ holds the inputs; without a target, all
 *     replay CORPUS TARGET FILE   one input alone */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/date.h"
#include "date_plain.h"
#include "fuzz.h"

enum { PATH_BYTES_MAX = 4096, INPUT_BYTES_MAX = 1024 * 1024 };

/* What runs now, for the last words. */
static char path_at_hand[PATH_BYTES_MAX];

static void say_last_words(int signal_number)
{
    static const char words[] = "# dies at ";
    ssize_t written = write(STDERR_FILENO, words, sizeof(words) - 1);
    written += write(STDERR_FILENO, path_at_hand, strlen(path_at_hand));
    written += write(STDERR_FILENO, "\n", 1);
    (void)written; /* Nobody is left to tell. */
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
}

/* Reads a whole file into memory of just its size. */
static struct bytes read_input(const char *path)
{
    FILE *file = fopen(path, "rb");
    static uint8_t content[INPUT_BYTES_MAX];
    const size_t size = file == NULL ? 0 : fread(content, 1, sizeof(content), file);
    if (file == NULL || ferror(file) != 0) {
        (void)fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    (void)fclose(file);
    uint8_t *data = malloc(size == 0 ? 1 : size);
    ASSERT(data != NULL);
    memcpy(data, content, size);
    return (struct bytes){data, size};
}

static void run_input(const struct fuzz_target *target, const char *path)
{
    (void)snprintf(path_at_hand, sizeof(path_at_hand), "%s", path);
    const struct bytes input = read_input(path);
    target->run(input);
    free((void *)(uintptr_t)input.data);
}

static int compare_names(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Runs what lies in the target's folder. A folder without an input is an error. */
static bool run_corpus(const char *corpus, const struct fuzz_target *target, int number)
{
    char path[PATH_BYTES_MAX];
    struct dirent **names = NULL;
    (void)snprintf(path, sizeof(path), "%s/%s", corpus, target->name);
    const int count = scandir(path, &names, is_input, compare_names);
    for (int i = 0; i < count; i++) {
        (void)snprintf(path, sizeof(path), "%s/%s/%s", corpus, target->name, names[i]->d_name);
        run_input(target, path);
        free(names[i]);
    }
    free(names);
    (void)printf("%s %d - %s: %d inputs\n", count > 0 ? "ok" : "not ok", number, target->name,
                 count);
    return count > 0;
}

/* The first or last millisecond of a day, both ways, against a calendar that goes on day by day. */
static void check_moment_of(const struct date_plain_day *day, int64_t ms, const char *time)
{
    char plain[DATE_PLAIN_BYTES];
    char text[DATE_ISO8601_BYTES_MAX];
    int64_t again_ms = 0;
    (void)snprintf(plain, sizeof(plain), "%04d-%02d-%02dT%s", day->year % 10000, day->month,
                   day->day, time);
    const struct bytes written = {(const uint8_t *)text, date_format_iso8601(ms, text)};
    ASSERT(bytes_equal(written, bytes_from_text(plain)));
    ASSERT(date_parse_iso8601(written, &again_ms));
    ASSERT(again_ms == ms);
}

static void run_all_days(int number)
{
    const int64_t day_ms = 86400000;
    struct date_plain_day day = {0, 1, 1};
    (void)snprintf(path_at_hand, sizeof(path_at_hand), "every day from 0000 to 9999");
    int64_t start_ms = -date_plain_days_before_1970() * day_ms;
    ASSERT(start_ms == DATE_MS_MIN);
    for (; day.year <= 9999; date_plain_next(&day)) {
        check_moment_of(&day, start_ms, "00:00:00Z");
        start_ms += day_ms;
        check_moment_of(&day, start_ms - 1, "23:59:59.999Z");
    }
    ASSERT(start_ms == DATE_MS_MAX + 1);
    (void)printf("ok %d - %s is written and read as the plain calendar says\n", number,
                 path_at_hand);
}

int main(int count, char **words)
{
    if (count < 2) {
        (void)fprintf(stderr, "Usage: %s CORPUS [TARGET [FILE]]\n", words[0]);
        return 2;
    }
    (void)signal(SIGABRT, say_last_words);
    (void)signal(SIGSEGV, say_last_words);
    const struct fuzz_target *target = count > 2 ? fuzz_target_find(words[2]) : NULL;
    if (count > 2 && target == NULL) {
        (void)fprintf(stderr, "%s: there is no target '%s'\n", words[0], words[2]);
        return 2;
    }
    if (count > 3) {
        run_input(target, words[3]);
        return 0;
    }
    if (target != NULL)
        return run_corpus(words[1], target, 1) ? 0 : 1;
    bool good = true;
    const int targets_count = (int)fuzz_targets_count();
    for (int i = 0; i < targets_count; i++)
        good &= run_corpus(words[1], &fuzz_targets[i], i + 1);
    run_all_days(targets_count + 1);
    (void)printf("1..%d\n", targets_count + 1);
    return good ? 0 : 1;
}
