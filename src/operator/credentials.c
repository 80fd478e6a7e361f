/* Who may use the API: whoever shows the operator's token, or a cookie of a session that began with
 * it. A token in a header cannot be sent by anybody who does not know it. A cookie is sent by the
 * browser, whoever made it ask: so a request with one has to come from our own page, by what the
 * browser itself says of it, and one that changes something has to have a header that a form cannot
 * send and a foreign page may not. */
#include "call/origins.h"
#include "operator/cookie.h"
#include "operator/operator_internal.h"

static bool refuse_stranger(struct operator_call *call, const char *message)
{
    call->call.exchange->authenticate = "Bearer";
    call_refuse(&call->call, 401, "UNAUTHORIZED", "%s", message);
    return false;
}

bool operator_token_is_right(const struct operator_api *api, struct bytes token)
{
    const struct sha256 hash = sha256_of(token); /* So its length does not show, nor a prefix. */
    return sha256_equal(&hash, &api->settings.token);
}

static bool check_token(struct operator_call *call)
{
    const struct http_header_value *header = &call->call.exchange->headers[HTTP_AUTHORIZATION];
    struct bytes scheme;
    const struct bytes token = bytes_trim(bytes_split(bytes_trim(header->text), ' ', &scheme));
    if (header->count > 1 || !bytes_equal_ignoring_case(scheme, BYTES("Bearer")))
        return refuse_stranger(call, "Authorization header has invalid syntax");
    return operator_token_is_right(call->api, token) ||
           refuse_stranger(call, "Operator token is invalid");
}

/* As a browser says it, of the page that asks. `none`: somebody typed the address. */
static bool site_is_ours(const struct http_header_value *site)
{
    const struct bytes text = bytes_trim(site->text);
    return site->count == 0 || (site->count == 1 && (bytes_equal(text, BYTES("same-origin")) ||
                                                     bytes_equal(text, BYTES("none"))));
}

static bool origin_is_ours(const struct operator_api *api, const struct http_exchange *exchange)
{
    const struct http_header_value *header = &exchange->headers[HTTP_ORIGIN];
    const struct bytes origin = bytes_trim(header->text);
    if (header->count == 0)
        return true;
    return header->count == 1 &&
           (origin_is_of_host(origin, api->settings.is_tls, exchange->headers[HTTP_HOST].text) ||
            origins_have(api->settings.origins, origin));
}

static bool check_site(struct operator_call *call)
{
    const struct http_exchange *exchange = call->call.exchange;
    if (site_is_ours(&exchange->headers[HTTP_FETCH_SITE]) && origin_is_ours(call->api, exchange))
        return true;
    call_refuse(&call->call, 403, "FORBIDDEN",
                "The request comes from a page of another site, by its Origin or Sec-Fetch-Site; "
                "--cabinet-origin names where else the cabinet is opened");
    return false;
}

/* Where one is in the header, for both names. */
struct session_walk {
    bool begun;
    struct bytes secure;
    struct bytes plain;
};

/* The cookie that a browser sends to this host over TLS alone, or the plain one. Browsers refuse
 * the first one without TLS, and whoever has TLS is not to be talked into the second. */
static bool next_secret(const struct operator_call *call, struct session_walk *walk,
                        struct bytes *secret)
{
    const struct bytes header = call->call.exchange->headers[HTTP_COOKIE].text;
    if (!walk->begun)
        *walk = (struct session_walk){.begun = true, .secure = header, .plain = header};
    return cookie_next(&walk->secure, BYTES(SESSION_COOKIE_SECURE), secret) ||
           (!call->api->settings.is_tls &&
            cookie_next(&walk->plain, BYTES(SESSION_COOKIE_PLAIN), secret));
}

void operator_end_sessions(struct operator_call *call)
{
    struct session_walk walk = {.begun = false};
    struct bytes secret;
    while (next_secret(call, &walk, &secret))
        sessions_close(call->api->sessions, secret);
    operator_end_streams(call->api);
}

static bool check_session(struct operator_call *call)
{
    struct session_walk walk = {.begun = false};
    struct bytes secret;
    while (call->session == 0 && next_secret(call, &walk, &secret))
        call->session = sessions_use(call->api->sessions, secret);
    return call->session != 0 || refuse_stranger(call, "The session has ended: sign in again");
}

/* What a form of another site cannot send, and what a script of one has to ask for leave to. */
static bool check_intent(struct operator_call *call)
{
    const struct http_exchange *exchange = call->call.exchange;
    const struct http_header_value *header = &exchange->headers[HTTP_CABINET];
    if (bytes_equal(exchange->method, BYTES("GET")) ||
        (header->count == 1 && bytes_equal(bytes_trim(header->text), BYTES("1"))))
        return true;
    call_refuse(&call->call, 403, "FORBIDDEN",
                "With the cookie of a session a change needs the header X-Stockd-Cabinet: 1");
    return false;
}

bool operator_check_credentials(struct operator_call *call)
{
    const struct http_exchange *exchange = call->call.exchange;
    if (call->row->method == &method_open_session)
        return check_site(call);
    if (exchange->headers[HTTP_AUTHORIZATION].count > 0)
        return check_token(call);
    struct session_walk walk = {.begun = false};
    struct bytes secret;
    if (!next_secret(call, &walk, &secret))
        return refuse_stranger(call, "Credentials are not specified");
    return check_site(call) && check_session(call) && check_intent(call);
}
