/* Files of leftovers from the operator's page: taken piece by piece into a temporary file, checked
 * in a worker, shown, and applied when the one who saw it says so. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/printable.h"
#include "call/query.h"
#include "operator/operator_internal.h"
#include "operator/uploads.h"
#include "os/log.h"
#include "sheet/spool.h"
#include "wire/page_token.h"

enum { RETRY_AFTER_S = 1, NAME_BYTES_MAX = 200, CHANGES_OTHERWISE = 100 };

/* A file on its way. */
struct incoming {
    struct uploads *uploads; /* It has a place there. */
    int fd;                  /* What has come in; -1: nowhere. */
    uint64_t bytes;
    struct upload_source source;
    bool full;
};

/* --- the query -------------------------------------------------------------------------------- */

static bool query_flag(struct call *call, const char *name, bool *flag)
{
    struct bytes text;
    if (!http_parameter(call->exchange, bytes_from_text(name), &text))
        return true;
    *flag = bytes_equal(text, BYTES("true"));
    return *flag || bytes_equal(text, BYTES("false")) || call_query_mismatch(call, text);
}

/* A text that ends in NUL, in the arena; untouched when it is absent. */
static bool query_text(struct call *call, const char *name, const char **value)
{
    struct bytes text;
    if (!http_parameter(call->exchange, bytes_from_text(name), &text))
        return true;
    if (text.size == 0 || bytes_have_controls(text))
        return call_query_mismatch(call, text);
    char *copy = arena_allocate(&call->exchange->arena, text.size + 1);
    if (copy == NULL)
        return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    *value = copy;
    return true;
}

static bool query_encoding(struct call *call, enum row_encoding *encoding)
{
    static const char *const names[] = {[ROW_ENCODING_UTF8] = "utf-8",
                                        [ROW_ENCODING_1251] = "windows-1251",
                                        [ROW_ENCODING_UTF16] = "utf-16"};
    struct bytes text;
    if (!http_parameter(call->exchange, BYTES("encoding"), &text))
        return true;
    for (int i = ROW_ENCODING_UTF8; i <= ROW_ENCODING_UTF16; i++) {
        if (bytes_equal_ignoring_case(text, bytes_from_text(names[i]))) {
            *encoding = (enum row_encoding)i;
            return true;
        }
    }
    return call_query_mismatch(call, text);
}

static bool query_read(struct operator_call *call, struct incoming *incoming)
{
    struct call *base = &call->call;
    struct row_source_settings *settings = &incoming->source.settings;
    const char *name = "file";
    bool given = false;
    if (!query_text(base, "name", &name) || !query_flag(base, "full", &incoming->full) ||
        !query_flag(base, "now", &incoming->source.stamp_now) ||
        !query_text(base, "sheet", &settings->sheet) ||
        !query_encoding(base, &settings->encoding) ||
        !query_flag(base, "outlets", &settings->outlets) ||
        !query_text(base, "outlet", &settings->outlet) ||
        !query_text(base, "skuColumn", &settings->columns[ROW_SKU]) ||
        !query_text(base, "countColumn", &settings->columns[ROW_COUNT]) ||
        !query_text(base, "updatedAtColumn", &settings->columns[ROW_UPDATED_AT]) ||
        !call_query_int64(base, "buffer", 0, STOCK_COUNT_MAX, &incoming->source.buffer, &given))
        return false;
    settings->name = name;
    return true;
}

/* --- the file comes in ------------------------------------------------------------------------ */

/* The forms of a browser and of curl would wrap the file, or say that it is something else. */
static bool check_type(struct operator_call *call)
{
    static const struct bytes wrong[] = {BYTES_INIT("multipart/form-data"),
                                         BYTES_INIT("application/x-www-form-urlencoded")};
    const struct http_header_value *header = &call->call.exchange->headers[HTTP_CONTENT_TYPE];
    struct bytes type;
    (void)bytes_split(header->text, ';', &type);
    for (size_t i = 0; header->count > 0 && i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        if (!bytes_equal_ignoring_case(bytes_trim(type), wrong[i]))
            continue;
        call_refuse(&call->call, 415, "UNSUPPORTED_MEDIA_TYPE",
                    "Content type '%.*s' not supported: the body is the file itself, as "
                    "application/octet-stream",
                    BYTES_ARG(wrong[i]));
        return false;
    }
    return true;
}

static bool check_placement(struct operator_call *call)
{
    if ((PLACEMENTS_OF_SELLERS & 1U << call->campaign.placement) != 0)
        return true;
    call_refuse_placement(&call->call, PLACEMENTS_OF_SELLERS, true);
    return false;
}

static void refuse_disk(struct operator_call *call, struct buffer *problem)
{
    log_line(LOG_ERROR, "event=upload_not_kept problem=\"%s\"", buffer_text(problem));
    call_refuse_unavailable(&call->call);
}

/* A place, and a file to write to. False: refused. */
static bool incoming_begin(struct operator_call *call, struct incoming *incoming)
{
    struct uploads *uploads = call->api->uploads;
    struct buffer problem;
    if (!uploads_enter(uploads)) {
        call->call.exchange->retry_after_s = RETRY_AFTER_S;
        call_refuse(&call->call, 503, "SERVICE_UNAVAILABLE",
                    "%d files are being taken in or checked already: try again in a moment",
                    UPLOADS_AT_ONCE_MAX);
        return false;
    }
    incoming->uploads = uploads;
    buffer_init(&problem);
    const bool opened =
        spool_open(uploads_settings(uploads)->folder, &incoming->fd, &problem) == OK;
    if (!opened)
        refuse_disk(call, &problem);
    buffer_deinit(&problem);
    return opened;
}

static bool open_upload(struct operator_call *call)
{
    struct incoming *incoming = arena_allocate(&call->call.exchange->arena, sizeof(*incoming));
    if (incoming == NULL) {
        call_refuse_unavailable(&call->call);
        return false;
    }
    *incoming = (struct incoming){.fd = -1};
    call->state = incoming;
    if (!check_type(call) || !check_placement(call))
        return false;
    if (query_read(call, incoming))
        return incoming_begin(call, incoming);
    call_refuse_invalid(&call->call);
    return false;
}

static void take_body(struct http_exchange *exchange, struct bytes piece)
{
    struct operator_call *call = exchange->state;
    struct incoming *incoming = call->state;
    struct buffer problem;
    if (incoming->bytes + piece.size > (uint64_t)UPLOAD_BYTES_MAX) {
        exchange->body_too_large = true;
        operator_refuse_too_big(call);
        return;
    }
    buffer_init(&problem);
    if (spool_write(incoming->fd, piece, &incoming->bytes, &problem) != OK)
        refuse_disk(call, &problem);
    buffer_deinit(&problem);
}

static void end_upload(struct operator_call *call)
{
    struct incoming *incoming = call->state;
    if (incoming == NULL)
        return;
    if (incoming->fd >= 0)
        (void)close(incoming->fd);
    if (incoming->uploads != NULL)
        uploads_leave(incoming->uploads);
}

/* --- the check -------------------------------------------------------------------------------- */

static void show(struct operator_call *call, struct upload *upload, bool with_report)
{
    struct http_exchange *exchange = call->call.exchange;
    exchange->status = 200;
    buffer_append(&exchange->reply, BYTES("{\"status\":\"OK\",\"result\":{"));
    upload_show(upload, with_report, &exchange->reply);
    buffer_append(&exchange->reply, BYTES("}}"));
}

static struct upload *upload_make(struct operator_call *call, struct incoming *incoming)
{
    struct upload *upload = upload_create(uploads_settings(incoming->uploads));
    if (upload == NULL)
        return NULL;
    struct buffer name;
    buffer_init(&name);
    printable_append(&name, bytes_from_text(incoming->source.settings.name), NAME_BYTES_MAX);
    (void)snprintf(upload->name, sizeof(upload->name), "%s", buffer_text(&name));
    const bool named = !name.failed;
    buffer_deinit(&name);
    if (!named) {
        upload_destroy(upload);
        return NULL;
    }
    upload->campaign_id = call->campaign.id;
    upload->at_ms = call->call.exchange->now_ms;
    upload->full = incoming->full;
    incoming->source.campaign = &call->campaign;
    incoming->source.settings.kind = ROW_SOURCE_OPEN_FILE;
    incoming->source.settings.fd = incoming->fd;
    incoming->source.settings.name = upload->name;
    incoming->source.settings.now_ms = upload->at_ms;
    incoming->source.settings.of_request = true;
    incoming->source.settings.sheet_bytes_max = UPLOAD_SHEET_BYTES_MAX;
    return upload;
}

/* Checks it, and keeps it when it can be read. False: why not is in *problem, or it is trouble of
 * ours. Takes the upload. */
static bool check_and_keep(struct operator_call *call, struct incoming *incoming,
                           struct upload *upload, struct buffer *problem)
{
    const enum err error = upload_check(upload, &incoming->source, problem);
    if (error == OK && uploads_keep(incoming->uploads, upload) == OK) {
        show(call, upload, true);
        uploads_release(incoming->uploads, upload);
        return true;
    }
    upload_destroy(upload);
    if (error != ERR_INVALID && error != ERR_FULL)
        buffer_clear(problem);
    return false;
}

static bool begin_upload(struct operator_call *call)
{
    struct incoming *incoming = call->state;
    if (incoming->bytes == 0) {
        call_refuse(&call->call, 400, "BAD_REQUEST", "Required request body is missing");
        return false;
    }
    struct buffer problem;
    buffer_init(&problem);
    struct upload *upload = upload_make(call, incoming);
    const bool kept = upload != NULL && check_and_keep(call, incoming, upload, &problem);
    if (!kept && problem.size > 0 && !problem.failed)
        call_refuse(&call->call, 400, "BAD_FILE", "%s", buffer_text(&problem));
    else if (!kept)
        call_refuse_unavailable(&call->call);
    buffer_deinit(&problem);
    return false;
}

const struct operator_method method_make_upload = {
    .begin = begin_upload,
    .end = end_upload,
    .is_long = true,
    .open = open_upload,
    .take_body = take_body,
};

/* --- what is kept ----------------------------------------------------------------------------- */

struct upload *operator_find_upload(struct operator_call *call)
{
    struct upload *upload =
        uploads_find(call->api->uploads, call->campaign.id, call->values.texts[1]);
    if (upload == NULL)
        call_refuse(&call->call, 404, "UPLOAD_NOT_FOUND",
                    "There is no such upload, or no longer: they are kept for an hour, the last "
                    "%d of them, and not beyond a restart",
                    UPLOADS_KEPT_MAX);
    return upload;
}

static bool decode_get(struct operator_call *call, const struct json_value *root)
{
    (void)root;
    struct bytes text;
    if (!http_parameter(call->call.exchange, BYTES("with"), &text))
        return true;
    call->state = call; /* Anything: the report is asked for. */
    return bytes_equal(text, BYTES("check")) || call_query_mismatch(&call->call, text);
}

static bool begin_get(struct operator_call *call)
{
    struct upload *upload = operator_find_upload(call);
    if (upload != NULL)
        show(call, upload, call->state != NULL);
    uploads_release(call->api->uploads, upload);
    return false;
}

const struct operator_method method_get_upload = {.decode = decode_get, .begin = begin_get};

static bool begin_drop(struct operator_call *call)
{
    struct upload *upload = operator_find_upload(call);
    if (upload == NULL)
        return false;
    uploads_drop(call->api->uploads, upload);
    uploads_release(call->api->uploads, upload);
    operator_reply_ok(call);
    return false;
}

const struct operator_method method_drop_upload = {.begin = begin_drop};

/* --- its changes, page by page ---------------------------------------------------------------- */

struct changes_page {
    uint32_t limit;
    struct bytes position;
};

/* Page tokens are bound to the upload. */
static uint64_t page_filter(const struct operator_call *call)
{
    return bytes_checksum(call->values.texts[1], 0);
}

static bool decode_changes(struct operator_call *call, const struct json_value *root)
{
    (void)root;
    struct changes_page *state = arena_allocate(&call->call.exchange->arena, sizeof(*state));
    const struct query_limits limits = {.otherwise = CHANGES_OTHERWISE, .max = UPLOAD_PAGE_MAX};
    struct query_page page;
    if (state == NULL)
        return false;
    call->state = state;
    if (!call_query_limit(&call->call, &limits, &state->limit) ||
        !call_query_page(&call->call, page_filter(call), &page))
        return false;
    state->position = page.position;
    return true;
}

static enum err write_changes(struct upload_walk *walk, uint32_t limit, struct buffer *body)
{
    enum err error = OK;
    buffer_append(body, BYTES("{\"status\":\"OK\",\"result\":{\"changes\":["));
    for (uint32_t i = 0; i < limit && error == OK && !upload_walk_is_over(walk); i++) {
        struct upload_change change;
        error = upload_walk_next(walk, &change);
        if (error != OK)
            break;
        buffer_append_text(body, i == 0 ? "" : ",");
        upload_change_encode(body, &change);
    }
    buffer_append(body, BYTES("],"));
    return error;
}

/* ERR_INVALID: the position is none. */
static enum err page_write(struct operator_call *call, const struct upload *upload)
{
    const struct changes_page *page = call->state;
    struct buffer *body = &call->call.exchange->reply;
    struct upload_walk walk;
    struct buffer position;
    struct bytes token = {NULL, 0};
    int64_t from = 0;
    if (page->position.size > 0 && (!bytes_to_int64(page->position, &from) || from < 0))
        return ERR_INVALID;
    buffer_init(&position);
    enum err error = upload_walk_begin(&walk, &upload->plan, (uint64_t)from)
                         ? write_changes(&walk, page->limit, body)
                         : ERR_INVALID;
    if (error == OK && !upload_walk_is_over(&walk))
        buffer_append_int64(&position, (int64_t)walk.position);
    if (error == OK && !call_query_page_token(&call->call, page_filter(call),
                                              buffer_bytes(&position), false, &token))
        error = ERR_MEMORY;
    page_token_encode_paging(body, token, (struct bytes){NULL, 0});
    buffer_append(body, BYTES("}}"));
    upload_walk_end(&walk);
    buffer_deinit(&position);
    return error;
}

static bool begin_changes(struct operator_call *call)
{
    struct upload *upload = operator_find_upload(call);
    if (upload == NULL)
        return false;
    const enum err error = page_write(call, upload);
    uploads_release(call->api->uploads, upload);
    if (error == OK)
        call->call.exchange->status = 200;
    else if (error == ERR_INVALID || error == ERR_CORRUPT)
        call_refuse(&call->call, 400, "BAD_REQUEST", "Bad page token");
    else
        call_refuse_unavailable(&call->call);
    return false;
}

const struct operator_method method_list_upload_changes = {
    .decode = decode_changes, .begin = begin_changes, .blocks = true};
