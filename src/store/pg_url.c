/* The command line of a process can be read by every user of the machine, so a password in it is
 * overwritten as soon as it is known, which leaves it in sight for some milliseconds: a file is
 * better. */
#include "store/pg_url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/pg_address.h"

enum { PROBLEM_BYTES = 256 };

static void hide(char *value)
{
    char shown[PG_URL_BYTES_MAX];
    const size_t size = strlen(value);
    if (!pg_address_has_password(value))
        return;
    pg_address_text(value, shown, sizeof(shown));
    explicit_bzero(value, size);
    (void)snprintf(value, size + 1, "%s", shown);
}

/* Wherever the option stands: the last one counts, all of them are seen. */
static void hide_all(const char *option, char *const *argv)
{
    const size_t name_size = strlen(option);
    for (; *argv != NULL; argv++) {
        const bool begins = strncmp(*argv, option, name_size) == 0;
        if (begins && (*argv)[name_size] == '=')
            hide(*argv + name_size + 1);
        else if (begins && (*argv)[name_size] == '\0' && argv[1] != NULL)
            hide(argv[1]);
    }
}

static bool tell(const char *command, const char *source, const char *problem)
{
    (void)fprintf(stderr, "%s: %s: %s\n", command, source, problem);
    return false;
}

static bool is_open_to_all(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && (status.st_mode & S_IRWXO) != 0;
}

/* The first line of the file, as URL. */
static bool read_file(const char *path, const char *command, struct pg_url *url)
{
    struct os *os = os_real();
    uint8_t *data = NULL;
    size_t size = 0;
    struct bytes line;
    const enum err error = os_read_file(os, path, PG_URL_BYTES_MAX, &data, &size);
    if (error != OK)
        return tell(command, path, error == ERR_FULL ? "larger than 2048 bytes" : err_text(error));
    (void)bytes_split((struct bytes){data, size}, '\n', &line);
    line = bytes_trim(line);
    const bool fits = line.size < sizeof(url->text) && memchr(line.data, '\0', line.size) == NULL;
    if (fits)
        (void)snprintf(url->text, sizeof(url->text), "%.*s", (int)line.size,
                       (const char *)line.data);
    explicit_bzero(data, size);
    free(data);
    if (!fits || url->text[0] == '\0')
        return tell(command, path, "its first line has to be a URL: postgresql://…");
    if (pg_address_has_password(url->text) && is_open_to_all(path))
        return tell(command, path, "a password that everybody may read or write; chmod o-rwx it");
    return true;
}

/* It is a part of log lines. */
static bool has_blank(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text <= ' ' || *text == 0x7F)
            return true;
    }
    return false;
}

static bool is_url(const char *text, char problem[PROBLEM_BYTES])
{
    struct pg_address address;
    if (has_blank(text)) {
        (void)snprintf(problem, PROBLEM_BYTES, "there is a blank in it; it is written %%20");
        return false;
    }
    if (pg_address_init(&address, text, problem, PROBLEM_BYTES) != OK)
        return false;
    pg_address_deinit(&address);
    return true;
}

static bool read_place(const struct pg_place *place, const char *command, struct pg_url *url)
{
    char problem[PROBLEM_BYTES] = "";
    if (place->url != NULL && place->file != NULL) {
        (void)snprintf(problem, sizeof(problem), "%s-file says the same; give one of the two",
                       place->option);
        return tell(command, place->option, problem);
    }
    if (place->file != NULL && !read_file(place->file, command, url))
        return false;
    if (place->url != NULL && strlen(place->url) >= sizeof(url->text))
        return tell(command, place->option, "it is longer than 2047 bytes");
    if (place->url != NULL) {
        (void)snprintf(url->text, sizeof(url->text), "%s", place->url);
        url->was_in_sight = pg_address_has_password(url->text);
    }
    if (!is_url(url->text, problem))
        return tell(command, place->file == NULL ? place->option : place->file, problem);
    pg_address_text(url->text, url->shown, sizeof(url->shown));
    return true;
}

bool pg_url_take(const struct pg_place *place, const char *command, char *const *argv,
                 struct pg_url *url)
{
    *url = (struct pg_url){.was_in_sight = false};
    const bool taken =
        (place->url == NULL && place->file == NULL) || read_place(place, command, url);
    hide_all(place->option, argv);
    return taken;
}

void pg_url_forget(struct pg_url *url)
{
    explicit_bzero(url, sizeof(*url));
}
