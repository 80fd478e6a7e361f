/* The two lists. No Strict-Transport-Security: it holds for all ports of a host and for a long
 * time, which is not ours to decide (SECURITY.md). */
#include "server/answer_headers.h"

#include <stddef.h>

/* clang-format off */
const struct answer_header answer_headers_public[] = {
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {NULL, NULL},
};

const struct answer_header answer_headers_operator[] = {
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"Content-Security-Policy",
     "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
    {NULL, NULL},
};
/* clang-format on */
