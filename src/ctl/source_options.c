/* A password never stands on a command line, where other users see it: a URL with one comes from a
 * file or from the environment. */
#include "ctl/source_options.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/from_book.h"
#include "ctl/source_command.h"
#include "ctl/source_query.h"
#include "ctl/stop.h"

enum { DATABASE_BYTES_MAX = 4096 };

static bool is_stopped(void)
{
    return stop_signal() != 0;
}

/* Exactly one of FILE, --command and --query. */
static bool kind_choose(const struct options *options, const char *file,
                        struct row_source_settings *settings, struct buffer *problem)
{
    const char *const texts[] = {
        [ROW_SOURCE_FILE] = file != NULL ? file : options->file,
        [ROW_SOURCE_MEMORY] = options->from_book ? "the ledger" : NULL,
        [ROW_SOURCE_OPEN_FILE] = NULL,
        [ROW_SOURCE_COMMAND] = options->source_command,
        [ROW_SOURCE_QUERY] = options->source_query,
    };
    int count = 0;
    for (int i = 0; i <= ROW_SOURCE_QUERY; i++) {
        if (texts[i] == NULL)
            continue;
        count++;
        settings->kind = (enum row_source_kind)i;
        settings->text = texts[i];
    }
    settings->spool = settings->kind == ROW_SOURCE_COMMAND ? source_command : source_query;
    if (count == 1)
        return true;
    buffer_append_text(problem, count == 0 ? "nothing to read: FILE, " : "only one of FILE, ");
    buffer_append_text(problem, count == 0 ? "--command, --query or --from-book is missing"
                                           : "--command, --query and --from-book can be read");
    return false;
}

/* Whether there is a password in the URL: user:password@host. What cannot be told counts as one. */
static bool url_has_password(const char *url)
{
    const char *user = strstr(url, "://");
    const char *at = strrchr(url, '@');
    if (strstr(url, "password=") != NULL)
        return true;
    return user != NULL && at != NULL && memchr(user + 3, ':', (size_t)(at - user - 3)) != NULL;
}

static bool database_from_file(struct os *os, const char *path, struct source_choice *choice,
                               struct buffer *problem)
{
    uint8_t *data = NULL;
    size_t size = 0;
    const enum err error = os_read_file(os, path, DATABASE_BYTES_MAX, &data, &size);
    if (error == ERR_MEMORY)
        return false;
    if (error != OK) {
        buffer_append_format(problem, "cannot read --database-file %s: %s", path, err_text(error));
        return false;
    }
    const struct bytes url = bytes_trim((struct bytes){data, size});
    const bool good = url.size > 0 && !bytes_have_controls(url);
    if (good)
        choice->database = strndup((const char *)url.data, url.size);
    else
        buffer_append_format(problem, "--database-file %s does not hold one URL", path);
    explicit_bzero(data, size);
    free(data);
    choice->settings.database = choice->database;
    return choice->database != NULL;
}

static bool database_choose(struct os *os, const struct options *options,
                            struct source_choice *choice, struct buffer *problem)
{
    const char *environment = getenv("STOCKCTL_DATABASE");
    if (options->source_query == NULL) {
        if (options->database == NULL && options->database_file == NULL)
            return true;
        buffer_append_text(problem, "--database is for --query");
        return false;
    }
    if (options->database_file != NULL)
        return database_from_file(os, options->database_file, choice, problem);
    if (options->database != NULL && url_has_password(options->database)) {
        buffer_append_text(problem, "--database holds a password, which others can see; put the "
                                    "URL into a file and give --database-file");
        return false;
    }
    choice->settings.database = options->database;
    if (options->database == NULL && environment != NULL && environment[0] != '\0')
        choice->settings.database = environment;
    if (choice->settings.database != NULL)
        return true;
    buffer_append_text(problem, "--query needs --database or --database-file");
    return false;
}

/* What the ledger says, as a CSV of our own: options that describe a file mean nothing to it. */
static bool ledger_choose(const struct options *options, struct source_choice *choice,
                          struct buffer *problem)
{
    struct row_source_settings *settings = &choice->settings;
    if (!from_book_read(options, &choice->ledger, problem))
        return false;
    settings->form = ROW_FORM_CSV;
    settings->encoding = ROW_ENCODING_UTF8;
    settings->memory = buffer_bytes(&choice->ledger);
    settings->name = settings->text;
    for (int i = 0; i < ROW_COLUMNS; i++)
        settings->columns[i] = NULL;
    return true;
}

bool source_choose(struct os *os, const struct options *options, const char *file,
                   struct source_choice *choice, struct buffer *problem)
{
    *choice = (struct source_choice){
        .settings =
            {
                .form = (enum row_form)options->source_form,
                .encoding = (enum row_encoding)options->source_encoding,
                .sheet = options->sheet,
                .outlets = options->outlets,
                .outlet = options->outlet,
                .columns = {options->sku_column, options->count_column, options->updated_at_column},
                .now_ms = os->now_ms(os),
                .is_stopped = is_stopped,
            },
    };
    if (options->outlets && options->outlet != NULL) {
        buffer_append_text(problem, "--outlets and --outlet do not go together");
        return false;
    }
    if (!kind_choose(options, file, &choice->settings, problem) ||
        !database_choose(os, options, choice, problem))
        return false;
    return choice->settings.kind != ROW_SOURCE_MEMORY || ledger_choose(options, choice, problem);
}

void source_choice_end(struct source_choice *choice)
{
    if (choice->database != NULL)
        explicit_bzero(choice->database, strlen(choice->database));
    free(choice->database);
    choice->database = NULL;
    buffer_deinit(&choice->ledger);
}
