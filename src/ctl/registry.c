/* The registry of a stockd (docs/formats.md §6) in the hands of its operator: what it has, what a
 * document would change, and the change. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "ctl/ask.h"
#include "ctl/commands.h"
#include "ctl/listing.h"
#include "ctl/option_rows.h"
#include "ctl/registry_rows.h"

static const struct table_column show_columns[] = {{"kind", "kind"}, {"id", "id"}, {"name", "name"},
                                                   {"of", "of"},     {"note", ""}, {NULL, NULL}};

static const struct table_column diff_columns[] = {
    {"change", "change"}, {"kind", "kind"}, {"id", "id"}, {"name", "name"},
    {"of", "of"},         {"note", ""},     {NULL, NULL}};

static const struct table_column apply_columns[] = {
    {"changed", "changed"}, {"moves", "shelves that were moved"}, {NULL, NULL}};

static bool visit(void *context, enum registry_change change, const struct registry_row *row)
{
    static const char *const words[] = {"", "new", "changed", "removed"};
    struct listing *listing = context;
    struct table *table = &listing->table;
    if (change != REGISTRY_SAME)
        table_add_text(table, bytes_from_text(words[change]));
    table_add_text(table, bytes_from_text(row->kind));
    if (row->id > 0)
        table_add_number(table, row->id);
    else
        table_add_nothing(table);
    table_add_text(table, row->name);
    table_add_text(table, buffer_bytes(&row->owner));
    table_add_text(table, buffer_bytes(&row->note));
    return listing_end_row(listing);
}

/* Decodes a document. False: the run ends; `name` is what it is called in messages. */
static bool document_read(struct session *session, struct json_value root, struct arena *arena,
                          const char *name, struct registry_document *document)
{
    struct error_list errors;
    error_list_init(&errors);
    const bool good = registry_document_decode(root, arena, document, &errors);
    if (!good && errors.count == 0)
        session_stop_for_memory(session);
    size_t begin = 0;
    for (uint32_t i = 0; !good && i < errors.count; i++) {
        progress_say_place(&session->progress, "%s: %.*s", name, (int)(errors.ends[i] - begin),
                           (const char *)errors.text.data + begin);
        begin = errors.ends[i];
    }
    if (!good)
        session_stop(session, CTL_USAGE);
    error_list_deinit(&errors);
    return good;
}

/* Asks for the registry. False: the run ends. */
static bool registry_get(struct session *session, struct arena *arena,
                         struct registry_document *document)
{
    const struct call_request request = {.method = "GET", .path = BYTES("/api/v1/registry")};
    struct json_value root;
    return ask_once(session, &request, &root) &&
           document_read(session, root, arena, "the registry", document);
}

/* Writes it as one line of JSON, which registry apply takes again: of tokens it has hashes. */
static void show_json(struct listing *listing, const struct registry_document *document)
{
    struct session *session = &listing->session;
    struct buffer text;
    buffer_init(&text);
    registry_document_encode(&text, document);
    if (text.failed) {
        session_stop_for_memory(session);
    } else {
        size_t size = 0; /* A line end stands between entries, never in a text. */
        for (size_t i = 0; i < text.size; i++) {
            if (text.data[i] != '\n')
                text.data[size++] = text.data[i];
        }
        text.data[size++] = '\n';
        if (fwrite(text.data, 1, size, stdout) != size || fflush(stdout) != 0) {
            progress_say(&session->progress, "cannot write: %s", strerror(errno));
            session_stop(session, CTL_MACHINE);
        }
    }
    buffer_deinit(&text);
}

static enum ctl_exit registry_show_run(const struct options *options)
{
    struct listing listing;
    struct arena arena;
    struct registry_document document;
    arena_init(&arena);
    listing_begin(&listing, options, ACCESS_OPERATOR, show_columns, "entries");
    if (listing.session.exit == CTL_DONE && registry_get(&listing.session, &arena, &document)) {
        if (options->output_form == OUTPUT_JSON)
            show_json(&listing, &document);
        else
            (void)registry_rows(&document, visit, &listing);
    }
    arena_deinit(&arena);
    return listing_end(&listing, CTL_DONE);
}

/* Reads a document's bytes, with JSON_PADDING_BYTES behind them, which do not count. */
static bool file_read(struct session *session, const char *path, struct buffer *text)
{
    const bool is_input = strcmp(path, "-") == 0;
    FILE *file = is_input ? stdin : fopen(path, "re");
    if (file == NULL) {
        progress_say(&session->progress, "cannot open %s: %s", path, strerror(errno));
        session_stop(session, CTL_USAGE);
        return false;
    }
    uint8_t piece[4096];
    size_t size = 0;
    while (text->size <= (size_t)REGISTRY_DOCUMENT_BYTES_MAX &&
           (size = fread(piece, 1, sizeof(piece), file)) > 0)
        buffer_append(text, (struct bytes){piece, size});
    const bool failed = ferror(file) != 0;
    if (failed) {
        progress_say(&session->progress, "cannot read %s: %s", path, strerror(errno));
        session_stop(session, errno == EISDIR ? CTL_USAGE : CTL_MACHINE);
    } else if (text->size > (size_t)REGISTRY_DOCUMENT_BYTES_MAX) {
        progress_say(&session->progress, "%s: larger than 4 MiB; split it", path);
        session_stop(session, CTL_USAGE);
    } else if (text->failed || buffer_reserve(text, JSON_PADDING_BYTES) != OK) {
        session_stop_for_memory(session);
    }
    if (!is_input)
        (void)fclose(file);
    return session->exit == CTL_DONE;
}

/* Parses what was read. False: the run ends. */
static bool file_parse(struct session *session, const char *path, const struct buffer *text,
                       struct json_value *root)
{
    struct json_failure failure;
    const enum json_outcome outcome =
        json_parse(session->parser, buffer_bytes(text), root, &failure);
    if (outcome == JSON_NO_MEMORY) {
        session_stop_for_memory(session);
    } else if (outcome == JSON_EMPTY) {
        progress_say_place(&session->progress, "%s: no JSON: nothing is there", path);
        session_stop(session, CTL_USAGE);
    } else if (outcome != JSON_OK) {
        progress_say_place(&session->progress, "%s:%zu:%zu: no JSON: %s", path, failure.line,
                           failure.column, failure.problem);
        session_stop(session, CTL_USAGE);
    } else if (json_type(*root) != JSON_OBJECT) {
        progress_say_place(&session->progress, "%s: no registry document: it begins with no {",
                           path);
        session_stop(session, CTL_USAGE);
    }
    return session->exit == CTL_DONE;
}

static enum ctl_exit registry_diff_run(const struct options *options)
{
    const char *path = options->arguments[0];
    struct listing listing;
    struct arena arena;
    struct buffer text;
    struct registry_document document;
    struct registry_document known;
    struct json_value root;
    arena_init(&arena);
    buffer_init(&text);
    listing_begin(&listing, options, ACCESS_OPERATOR, diff_columns, "entries");
    struct session *session = &listing.session;
    bool failed = false;
    if (session->exit == CTL_DONE && file_read(session, path, &text) &&
        file_parse(session, path, &text, &root) &&
        document_read(session, root, &arena, path, &document) &&
        registry_get(session, &arena, &known))
        (void)registry_compare(&document, &known, visit, &listing, &failed);
    if (failed)
        session_stop_for_memory(session);
    buffer_deinit(&text);
    arena_deinit(&arena);
    return listing_end(&listing, CTL_DONE);
}

static enum ctl_exit registry_apply_run(const struct options *options)
{
    const char *path = options->arguments[0];
    struct listing listing;
    struct buffer text;
    buffer_init(&text);
    listing_begin(&listing, options, ACCESS_OPERATOR, apply_columns, "documents");
    listing.table.upright = true;
    struct session *session = &listing.session;
    struct json_value root;
    struct json_value result;
    struct json_value flag;
    if (session->exit == CTL_DONE && file_read(session, path, &text) &&
        file_parse(session, path, &text, &root)) {
        const struct call_request request = {
            .method = "POST", .path = BYTES("/api/v1/registry"), .body = buffer_bytes(&text)};
        if (ask_once(session, &request, &root)) {
            if (answer_member(root, "result", JSON_OBJECT, &result)) {
                table_add_flag(&listing.table, answer_member(result, "changed", JSON_TRUE, &flag));
                table_add_number(&listing.table, answer_number(result, "moves"));
                (void)listing_end_row(&listing);
            } else {
                session_stop_for_answer(session, ERR_INVALID);
            }
        }
    }
    if (text.data != NULL)
        explicit_bzero(text.data, text.size); /* There may be keys in it. */
    buffer_deinit(&text);
    return listing_end(&listing, CTL_DONE);
}

/* clang-format off */
const struct command registry_show_command = {
    .name = "registry show",
    .summary = "operator: show businesses, stores, warehouses, tokens",
    .description =
        "Shows what a stockd knows. With --output json it is the whole document as one line, in\n"
        "the form that registry apply takes; of tokens there are hashes alone.\n",
    .examples =
        "  stockctl registry show --operator-token-file data/store/operator.token\n"
        "  stockctl registry show --output json > registry.json\n",
    .options = {operator_options, list_options},
    .run = registry_show_run,
};

const struct command registry_diff_command = {
    .name = "registry diff",
    .summary = "operator: show what a document would change",
    .arguments = "FILE",
    .arguments_min = 1,
    .arguments_max = 1,
    .description =
        "Compares FILE (- is standard input) with what the stockd knows, and lists what registry\n"
        "apply would add, change and remove. Entries that FILE does not name stay as they are.\n",
    .examples = "  stockctl registry diff registry.json --operator-token-file operator.token\n",
    .options = {operator_options, list_options},
    .run = registry_diff_run,
};

const struct command registry_apply_command = {
    .name = "registry apply",
    .summary = "operator: add, change and remove entries",
    .arguments = "FILE",
    .arguments_min = 1,
    .arguments_max = 1,
    .description =
        "Sends the document in FILE (- is standard input). All of it is taken, or none; an entry\n"
        "replaces the whole entry of the same id, what is not named stays. What would strand\n"
        "units on a shelf that nobody reaches any more is refused, and the exit status is 1.\n",
    .examples =
        "  stockctl registry apply registry.json --operator-token-file operator.token\n"
        "  echo '{\"remove\":{\"tokens\":[{\"businessId\":861370,\"name\":\"old\"}]}}' |\n"
        "    stockctl registry apply - --operator-token-file operator.token\n",
    .options = {operator_options, common_options},
    .run = registry_apply_run,
};
/* clang-format on */
