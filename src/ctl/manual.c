/* Tables of options that several subcommands share stand in the page once, under a name; a
 * subcommand says which of them it takes. */
#include "ctl/manual.h"

#include <string.h>

#include "ctl/command_table.h"
#include "ctl/option_rows.h"

struct shared {
    const struct option_row *rows;
    const char *title;
};

static const struct shared shared_tables[] = {
    {input_options, "What is read"},
    {push_options, "How much is sent"},
    {campaign_options, "Which store"},
    {campaigns_options, "Which stores"},
    {buffer_options, "What is kept back"},
    {book_options, "The book"},
    {remote_options, "The server and the token"},
    {profile_options, "Profiles"},
    {operator_options, "The operator of a stockd"},
    {list_options, "Lists"},
    {common_options, "Every run"},
};

enum { SHARED_TABLES = sizeof(shared_tables) / sizeof(shared_tables[0]) };

static const char head[] =
    ".\\\" Made by stockctl --help-man from the tables in src/ctl; `make man` writes it anew.\n"
    ".Dd November 23, 2026\n"
    ".Dt STOCKCTL 1\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm stockctl\n"
    ".Nd keep the stock of a store of the Market, or of a stockd, true\n"
    ".Sh SYNOPSIS\n";

static const char description[] =
    ".Nm\n"
    ".Cm help\n"
    ".Op Ar subcommand\n"
    ".Nm\n"
    ".Fl Fl help | Fl Fl version\n"
    ".Sh DESCRIPTION\n"
    ".Nm\n"
    "speaks the Yandex.Market Partner API as documented, to the Market or to a\n"
    ".Xr stockd 1 ,\n"
    "and to the operator's API of a\n"
    ".Xr stockd 1 .\n"
    "Requests keep to the documented sizes and to the limits that answers announce; one that got\n"
    "no answer is repeated as it was.\n"
    ".Pp\n"
    "Standard output has the result alone; progress, troubles and what was refused go to standard\n"
    "error.\n"
    "With\n"
    ".Fl Fl output Cm json\n"
    "the result is JSON, one object a line: a row of a list, the totals of a run, the one thing\n"
    "that was asked for.\n"
    "Colours, and texts that are cut to the width, are for terminals alone.\n"
    ".Pp\n"
    "An option and its value are two arguments, or one with\n"
    ".Ql =\n"
    "between them; the last one counts.\n"
    "A secret is never taken from the command line.\n"
    ".Sh SUBCOMMANDS\n";

static const char tail[] =
    ".Sh ENVIRONMENT\n"
    ".Bl -tag -width Ds\n"
    ".It Ev STOCKCTL_URL , Ev STOCKCTL_TOKEN\n"
    "Where the API is, and the token.\n"
    ".It Ev STOCKCTL_OPERATOR_URL , Ev STOCKCTL_OPERATOR_TOKEN\n"
    "The same of the operator.\n"
    ".It Ev STOCKCTL_CONFIG , Ev STOCKCTL_BOOK , Ev STOCKCTL_DATABASE\n"
    "The file of profiles, the book, and the database that\n"
    ".Fl Fl query\n"
    "asks.\n"
    ".It Ev NO_COLOR\n"
    "Not empty: no colours.\n"
    ".El\n"
    ".Sh EXIT STATUS\n"
    ".Bl -tag -width Ds\n"
    ".It 0\n"
    "All was done.\n"
    ".It 1\n"
    "Some rows were bad, or the server refused some.\n"
    ".It 2\n"
    "Wrong usage, a token that cannot be used, or a file that cannot be opened or has no header.\n"
    ".It 3\n"
    "The server was not reached, or what answers is not the API.\n"
    ".It 4\n"
    "Not allowed, or no such store.\n"
    ".It 5\n"
    "A file could not be read or written, or there was no memory.\n"
    ".It 6\n"
    "Nothing was sent: too much would become 0, or nobody said yes.\n"
    ".It 130\n"
    "Interrupted by Ctrl-C; 143 by SIGTERM.\n"
    ".El\n"
    ".Sh SEE ALSO\n"
    ".Xr stockd 1\n";

/* Appends plain text: nothing in it is a request or an escape, and what is no ASCII is written as
 * `\[u2026]`. */
static void append_plain(struct buffer *text, struct bytes line)
{
    if (line.size > 0 && (line.data[0] == '.' || line.data[0] == '\''))
        buffer_append_text(text, "\\&");
    for (size_t i = 0; i < line.size; i++) {
        const uint8_t byte = line.data[i];
        if (byte == '\\') {
            buffer_append_text(text, "\\e");
        } else if (byte < 0x80) {
            buffer_append_u8(text, byte);
        } else {
            /* Two or three bytes of UTF-8: the texts are ours. */
            const size_t more = byte < 0xE0 ? 1 : 2;
            uint32_t letter = more == 1 ? byte & 0x1FU : byte & 0x0FU;
            for (size_t k = 1; k <= more; k++)
                letter = letter << 6 | (line.data[i + k] & 0x3FU);
            i += more;
            buffer_append_format(text, "\\[u%04X]", letter);
        }
    }
}

static void append_line(struct buffer *text, struct bytes line)
{
    append_plain(text, line);
    buffer_append_u8(text, '\n');
}

/* Appends a macro and its argument. */
static void append_named(struct buffer *text, const char *macro, const char *name)
{
    buffer_append_text(text, macro);
    append_plain(text, bytes_from_text(name));
}

/* Appends lines; an empty one begins a paragraph, and those that are indented stand as they are. */
static void append_lines(struct buffer *text, const char *lines)
{
    struct bytes rest = bytes_from_text(lines);
    bool literal = false;
    while (rest.size > 0) {
        struct bytes line;
        rest = bytes_split(rest, '\n', &line);
        const bool indented = bytes_starts_with(line, BYTES("  "));
        if (indented != literal)
            buffer_append_text(text, indented ? ".Bd -literal -compact\n" : ".Ed\n");
        literal = indented;
        if (line.size == 0)
            buffer_append_text(text, ".Pp\n");
        else
            append_line(text, line);
    }
    if (literal)
        buffer_append_text(text, ".Ed\n");
}

static void append_row(struct buffer *text, const struct option_row *row)
{
    buffer_append_text(text, ".It");
    if (row->letter != 0)
        buffer_append_format(text, " Fl %c ,", row->letter);
    buffer_append_format(text, " Fl Fl %s", row->name);
    if (row->value_name != NULL)
        append_named(text, " Ar ", row->value_name);
    buffer_append_u8(text, '\n');
    struct buffer line;
    buffer_init(&line);
    buffer_append_text(&line, row->help);
    if (row->required)
        buffer_append_text(&line, " (required)");
    if (row->environment != NULL)
        buffer_append_format(&line, "; or %s", row->environment);
    if (row->standard != NULL)
        buffer_append_format(&line, " [%s]", row->standard);
    append_line(text, buffer_bytes(&line));
    text->failed = text->failed || line.failed;
    buffer_deinit(&line);
}

static void append_rows(struct buffer *text, const struct option_row *rows)
{
    buffer_append_text(text, ".Bl -tag -width Ds\n");
    for (const struct option_row *row = rows; row->name != NULL; row++)
        append_row(text, row);
    buffer_append_text(text, ".El\n");
}

static const char *shared_title(const struct option_row *rows)
{
    for (int i = 0; i < SHARED_TABLES; i++) {
        if (shared_tables[i].rows == rows)
            return shared_tables[i].title;
    }
    return NULL;
}

static void append_synopsis(struct buffer *text, const struct command *command)
{
    buffer_append_format(text, ".Nm\n.Cm %s\n", command->name);
    if (command->arguments != NULL)
        append_named(text, ".Ar ", command->arguments);
    if (command->arguments != NULL)
        buffer_append_u8(text, '\n');
    for (size_t i = 0; command->options[i] != NULL; i++) {
        for (const struct option_row *row = command->options[i]; row->name != NULL; row++) {
            if (!row->required)
                continue;
            buffer_append_format(text, ".Fl Fl %s", row->name);
            append_named(text, " Ar ", row->value_name);
            buffer_append_u8(text, '\n');
        }
    }
    buffer_append_text(text, ".Op Ar option ...\n");
}

static void append_command(struct buffer *text, const struct command *command)
{
    const char *separator = "Takes the options of";
    buffer_append_format(text, ".Ss %s\n", command->name);
    append_lines(text, command->description);
    for (size_t i = 0; command->options[i] != NULL; i++) {
        if (shared_title(command->options[i]) == NULL)
            append_rows(text, command->options[i]);
    }
    buffer_append_text(text, ".Pp\n");
    for (size_t i = 0; command->options[i] != NULL; i++) {
        const char *title = shared_title(command->options[i]);
        if (title == NULL)
            continue;
        buffer_append_format(text, "%s\n.Sx %s", separator, title);
        separator = " ,";
    }
    buffer_append_text(text, strcmp(separator, " ,") == 0 ? " .\n" : "");
    buffer_append_text(text, ".Pp\n");
    append_lines(text, command->examples);
}

void manual_write(struct buffer *text)
{
    buffer_append_text(text, head);
    for (const struct command *const *at = command_table(); *at != NULL; at++)
        append_synopsis(text, *at);
    buffer_append_text(text, description);
    for (const struct command *const *at = command_table(); *at != NULL; at++)
        append_command(text, *at);
    buffer_append_text(text, ".Sh OPTIONS\n");
    for (int i = 0; i < SHARED_TABLES; i++) {
        buffer_append_format(text, ".Ss %s\n", shared_tables[i].title);
        append_rows(text, shared_tables[i].rows);
    }
    buffer_append_text(text, tail);
}
