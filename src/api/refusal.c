/* Refusals: a status, its code (C4) and the words of CONTRACT §0.5. */
#include <stdarg.h>
#include <stdio.h>

#include "api/api_internal.h"

enum { MESSAGE_BYTES_MAX = 2048 };

static const char *code_of(int status)
{
    switch (status) {
    case 400:
        return "BAD_REQUEST";
    case 401:
        return "UNAUTHORIZED";
    case 403:
        return "FORBIDDEN";
    case 404:
        return "NOT_FOUND";
    case 415:
        return "UNSUPPORTED_MEDIA_TYPE";
    case 420:
        return "LIMIT_EXCEEDED";
    case 423:
        return "LOCKED";
    default:
        return "INTERNAL_ERROR";
    }
}

void refuse(struct api_call *call, int status, const char *format, ...)
{
    char message[MESSAGE_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    call_refuse(&call->call, status, code_of(status), "%s", message);
}

void refuse_unavailable(struct call *base)
{
    struct api_call *call = (struct api_call *)(void *)base;
    rate_give_back(call);
    call_refuse_unavailable(base);
}

void refuse_page_token(struct api_call *call)
{
    refuse(call, 400, "Bad page token");
}
