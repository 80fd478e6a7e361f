/* Pages of the cabinet may call the public API from a browser, for the console; pages of no other
 * origin may, and for them nothing is different from a program that knows no CORS. */
#ifndef API_CORS_H
#define API_CORS_H

#include "wire/http.h"

/* Gives the answer the headers by which a browser hands it to the page, if that is of one of the
 * origins (call/origins.h). True: the request was a browser's question beforehand, and is answered.
 */
MUST_USE bool cors_begin(const char *origins, struct http_exchange *exchange);

#endif
