/* POST, GET and DELETE session: signing in with the operator's token, what a page wants to know of
 * this stockd first, and signing out. Nothing here waits. */
#include <stdio.h>

#include "operator/operator_internal.h"
#include "operator/public_url.h"
#include "wire/session.h"

enum { RETRY_AFTER_S = 1, COOKIE_BYTES_MAX = 256 };

static bool decode(struct operator_call *call, const struct json_value *root)
{
    struct bytes *token = arena_allocate(&call->call.exchange->arena, sizeof(*token));
    call->state = token;
    return token != NULL && session_request_decode(*root, token, &call->call.errors);
}

/* What GET answers, and POST with it. */
static bool reply_info(struct operator_call *call)
{
    const struct operator_settings *settings = &call->api->settings;
    struct http_exchange *exchange = call->call.exchange;
    struct buffer url;
    buffer_init(&url);
    public_url_append(&url, settings->public_url, exchange->headers[HTTP_HOST].text);
    const struct session_info info = {
        .version = settings->version,
        .public_url = buffer_bytes(&url),
        .store = settings->store_name,
        .edition = settings->edition,
        .history_days = settings->history_days,
    };
    session_info_encode(&exchange->reply, &info);
    exchange->reply.failed |= url.failed;
    exchange->status = 200;
    buffer_deinit(&url);
    return false;
}

/* By TLS, ours or that of a proxy in front, which shows in what the browser says. */
static bool came_by_tls(const struct operator_call *call)
{
    const struct bytes origin = call->call.exchange->headers[HTTP_ORIGIN].text;
    return call->api->settings.is_tls || bytes_starts_with(bytes_trim(origin), BYTES("https://"));
}

/* Without Expires: it ends with the browser, and before that when we say so. False: no memory. */
static bool add_cookie(struct operator_call *call, struct bytes secret)
{
    struct http_exchange *exchange = call->call.exchange;
    const bool secure = came_by_tls(call);
    char *text = arena_allocate(&exchange->arena, COOKIE_BYTES_MAX);
    if (text == NULL)
        return false;
    (void)snprintf(text, COOKIE_BYTES_MAX, "%s=%.*s; Path=/; HttpOnly; SameSite=Strict%s%s",
                   secure ? SESSION_COOKIE_SECURE : SESSION_COOKIE_PLAIN, BYTES_ARG(secret),
                   secret.size == 0 ? "; Max-Age=0" : "", secure ? "; Secure" : "");
    http_add_field(exchange, "Set-Cookie", text);
    return true;
}

static bool begin_open(struct operator_call *call)
{
    struct sessions *sessions = call->api->sessions;
    const struct bytes *token = call->state;
    if (!sessions_may_sign_in(sessions)) {
        call->call.exchange->retry_after_s = RETRY_AFTER_S;
        call_refuse(&call->call, 420, "LIMIT_EXCEEDED",
                    "Too many wrong tokens: try again in a moment");
        return false;
    }
    if (!operator_token_is_right(call->api, *token)) {
        sessions_note_failure(sessions);
        call->call.exchange->authenticate = "Bearer";
        call_refuse(&call->call, 401, "UNAUTHORIZED", "Operator token is invalid");
        return false;
    }
    uint8_t secret[SESSION_SECRET_BYTES];
    sessions_open(sessions, secret);
    const bool added = add_cookie(call, (struct bytes){secret, sizeof(secret)});
    explicit_bzero(secret, sizeof(secret));
    if (added)
        return reply_info(call);
    call_refuse_unavailable(&call->call);
    return false;
}

static bool begin_get(struct operator_call *call)
{
    return reply_info(call);
}

/* The browser forgets its cookie; with the operator's token there is none, and nothing to do. */
static bool begin_close(struct operator_call *call)
{
    operator_end_sessions(call);
    if (add_cookie(call, BYTES("")))
        operator_reply_ok(call);
    else
        call_refuse_unavailable(&call->call);
    return false;
}

const struct operator_method method_open_session = {.decode = decode, .begin = begin_open};
const struct operator_method method_get_session = {.begin = begin_get};
const struct operator_method method_close_session = {.begin = begin_close};
