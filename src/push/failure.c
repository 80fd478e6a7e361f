/* The HTTP library has many codes for few reasons; what is not named here is a connection that
 * broke on the way. */
#include "push/failure.h"

#include <curl/curl.h>
#include <stddef.h>

#include "base/bytes.h"

enum { STATUS_OK = 200, STATUS_FORBIDDEN = 403 };

static const struct {
    const char *code;
    const char *text;
} reasons[PUSH_REASONS_COUNT] = {
    [PUSH_FINE] = {NULL, NULL},
    [PUSH_CONNECTION_REFUSED] = {"CANT_GET_RESPONSE", "CONNECTION_REFUSED"},
    [PUSH_CONNECTION_TIMED_OUT] = {"CANT_GET_RESPONSE", "CONNECTION_TIMED_OUT"},
    [PUSH_HTTP] = {"CANT_GET_RESPONSE", "HTTP"},
    [PUSH_READ_TIMED_OUT] = {"CANT_GET_RESPONSE", "READ_TIMED_OUT"},
    [PUSH_SSL_ERROR] = {"CANT_GET_RESPONSE", "SSL_ERROR"},
    [PUSH_UNSUPPORTED_MEDIA_TYPE] = {"CANT_GET_RESPONSE", "UNSUPPORTED_MEDIA_TYPE"},
    [PUSH_CANT_PARSE_RESPONSE] = {"INVALID_RESPONSE", "CANT_PARSE_RESPONSE"},
    [PUSH_IGNORED_WRONG_TOKEN] = {"INVALID_RESPONSE", "IGNORED_WRONG_TOKEN"},
    [PUSH_INVALID_DATA] = {"INVALID_RESPONSE", "INVALID_DATA"},
};

const char *push_reason_code(enum push_reason reason)
{
    return reasons[reason].code;
}

const char *push_reason_text(enum push_reason reason)
{
    return reasons[reason].text;
}

/* Codes that name their reason by themselves. */
static const struct {
    int curl_code;
    enum push_reason reason;
} named_codes[] = {
    {CURLE_COULDNT_CONNECT, PUSH_CONNECTION_REFUSED},
    {CURLE_COULDNT_RESOLVE_HOST, PUSH_CONNECTION_REFUSED},
    {CURLE_COULDNT_RESOLVE_PROXY, PUSH_CONNECTION_REFUSED},
    {CURLE_SSL_CONNECT_ERROR, PUSH_SSL_ERROR},
    {CURLE_SSL_ENGINE_NOTFOUND, PUSH_SSL_ERROR},
    {CURLE_SSL_ENGINE_SETFAILED, PUSH_SSL_ERROR},
    {CURLE_SSL_ENGINE_INITFAILED, PUSH_SSL_ERROR},
    {CURLE_SSL_CERTPROBLEM, PUSH_SSL_ERROR},
    {CURLE_SSL_CIPHER, PUSH_SSL_ERROR},
    {CURLE_PEER_FAILED_VERIFICATION, PUSH_SSL_ERROR},
    {CURLE_SSL_CACERT_BADFILE, PUSH_SSL_ERROR},
    {CURLE_SSL_SHUTDOWN_FAILED, PUSH_SSL_ERROR},
    {CURLE_SSL_CRL_BADFILE, PUSH_SSL_ERROR},
    {CURLE_SSL_ISSUER_ERROR, PUSH_SSL_ERROR},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, PUSH_SSL_ERROR},
    {CURLE_SSL_INVALIDCERTSTATUS, PUSH_SSL_ERROR},
};

/* JSON, or nothing said. */
static bool type_is_json(const char *content_type)
{
    if (content_type == NULL)
        return true;
    struct bytes type;
    (void)bytes_split(bytes_from_text(content_type), ';', &type);
    return bytes_equal_ignoring_case(bytes_trim(type), BYTES("application/json"));
}

enum push_reason push_reply_judge(const struct push_reply *reply)
{
    const int code = reply->curl_code;
    if (code == CURLE_OPERATION_TIMEDOUT)
        return reply->sent ? PUSH_READ_TIMED_OUT : PUSH_CONNECTION_TIMED_OUT;
    if (code == CURLE_WRITE_ERROR || code == CURLE_FILESIZE_EXCEEDED) /* Larger than any answer. */
        return reply->status == STATUS_OK ? PUSH_CANT_PARSE_RESPONSE : PUSH_HTTP;
    for (size_t i = 0; i < sizeof(named_codes) / sizeof(named_codes[0]); i++) {
        if (code == named_codes[i].curl_code)
            return named_codes[i].reason;
    }
    if (code != CURLE_OK || reply->status != STATUS_OK)
        return PUSH_HTTP;
    return type_is_json(reply->content_type) ? PUSH_FINE : PUSH_UNSUPPORTED_MEDIA_TYPE;
}

enum push_reason push_reply_judge_refusal(const struct push_reply *reply)
{
    if (reply->curl_code == CURLE_OK && reply->status == STATUS_FORBIDDEN)
        return PUSH_FINE;
    if (reply->status >= 200 && reply->status <= 299)
        return PUSH_IGNORED_WRONG_TOKEN;
    return push_reply_judge(reply);
}
