/* POST auth/token (CONTRACT §7). */
#include "wire/auth_token.h"

#include "api/api_internal.h"

static bool begin(struct api_call *call)
{
    if (call->oauth) { /* C39 */
        refuse(call, 401, "Api-Key token is not specified");
        return false;
    }
    call->call.exchange->status = 200;
    auth_token_encode(&call->call.exchange->reply, call->token.name, call->token.scopes);
    return false;
}

const struct operation operation_auth_token = {NULL, begin, NULL, false};
