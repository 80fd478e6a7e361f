/* GET template.xlsx: a spreadsheet to be filled in and uploaded, empty or with what the store has.
 * Its header is in words that sheet/header.c knows, in English or Russian. */
#include "call/command_wait.h"
#include "call/query.h"
#include "operator/operator_internal.h"
#include "os/log.h"
#include "sheet/xlsx_writer.h"

struct state {
    bool russian;
    bool with_stocks;
};

static const char content_type[] =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

static bool decode(struct operator_call *call, const struct json_value *root)
{
    (void)root;
    struct state *state = arena_allocate(&call->call.exchange->arena, sizeof(*state));
    struct bytes text;
    if (state == NULL)
        return false;
    *state = (struct state){.russian = false};
    call->state = state;
    if (http_parameter(call->call.exchange, BYTES("lang"), &text)) {
        state->russian = bytes_equal(text, BYTES("ru"));
        if (!state->russian && !bytes_equal(text, BYTES("en")))
            return call_query_mismatch(&call->call, text);
    }
    state->with_stocks = http_parameter(call->call.exchange, BYTES("with"), &text);
    return !state->with_stocks || bytes_equal(text, BYTES("stocks")) ||
           call_query_mismatch(&call->call, text);
}

/* A walk over the shelf, page by page. */
struct walk {
    struct operator_call *call;
    struct waited_command waited;
    struct arena arena;
    struct buffer position;
    struct xlsx_writer *writer;
    int64_t rows;
};

/* ERR_FULL: a sheet cannot hold so many. */
static enum err views_write(struct walk *walk, struct buffer *problem)
{
    const struct store_command *command = &walk->waited.command;
    enum err error = OK;
    for (uint32_t i = 0; i < command->views_count && error == OK; i++) {
        const struct stock_view *view = &command->views[i];
        const bool has_number = view->updated_at_ms != STOCK_NEVER_UPDATED;
        if (walk->rows++ == TEMPLATE_ROWS_MAX)
            return ERR_FULL;
        error = xlsx_writer_add(walk->writer, view->sku,
                                has_number ? view->available : XLSX_NO_COUNT, problem);
    }
    return error;
}

/* Writes a page of the shelf. What was deleted from the campaign is not its any more. */
static enum err page_write(struct walk *walk, struct buffer *problem)
{
    const struct operator_settings *settings = &walk->call->api->settings;
    struct waited_command *waited = &walk->waited;
    waited->command = (struct store_command){
        .kind = STORE_PAGE,
        .shelf_id = walk->call->campaign.shelf_id,
        .arena = &walk->arena,
        .page = {.position = buffer_bytes(&walk->position),
                 .limit = STORE_PAGE_CELLS_MAX,
                 .filter = {.presence = STORE_ANY,
                            .marks_mask = STOCK_DELETED,
                            .never_updated = true}},
    };
    enum err error = commands_ask(settings->store, settings->os, &waited, 1);
    if (error == OK)
        error = views_write(walk, problem);
    buffer_clear(&walk->position);
    if (error == OK)
        buffer_append(&walk->position, waited->command.page.next);
    arena_reset(&walk->arena);
    return walk->position.failed ? ERR_MEMORY : error;
}

static enum err shelf_write(struct operator_call *call, struct xlsx_writer *writer,
                            struct buffer *problem)
{
    struct walk walk = {.call = call, .writer = writer};
    enum err error = OK;
    arena_init(&walk.arena);
    buffer_init(&walk.position);
    do
        error = page_write(&walk, problem);
    while (error == OK && walk.position.size > 0);
    arena_deinit(&walk.arena);
    buffer_deinit(&walk.position);
    return error;
}

static enum err template_write(struct operator_call *call, struct buffer *problem)
{
    const struct state *state = call->state;
    const struct xlsx_writer_settings settings = {
        .folder = call->api->settings.folder,
        .sheet = state->russian ? "Остатки" : "Stocks",
        .columns = {state->russian ? "Ваш SKU" : "SKU", state->russian ? "Количество" : "Count"},
    };
    struct xlsx_writer *writer = NULL;
    enum err error = xlsx_writer_open(&settings, &writer, problem);
    if (error == OK && state->with_stocks)
        error = shelf_write(call, writer, problem);
    if (error == OK)
        error = xlsx_writer_finish(writer, &call->call.exchange->reply, problem);
    xlsx_writer_close(writer);
    return error;
}

static bool begin(struct operator_call *call)
{
    struct http_exchange *exchange = call->call.exchange;
    struct buffer problem;
    buffer_init(&problem);
    const enum err error = template_write(call, &problem);
    if (error == ERR_IO)
        log_line(LOG_ERROR, "event=template_not_made problem=\"%s\"", buffer_text(&problem));
    buffer_deinit(&problem);
    if (error == ERR_FULL) {
        call_refuse(&call->call, 409, "TOO_MANY_SKUS",
                    "A sheet holds %d SKUs, and the store has more: stockctl pull writes a CSV",
                    TEMPLATE_ROWS_MAX);
    } else if (error != OK) {
        call_refuse_unavailable(&call->call);
    } else {
        exchange->status = 200;
        exchange->content_type = content_type;
    }
    return false;
}

const struct operator_method method_get_template = {
    .decode = decode, .begin = begin, .is_long = true};
