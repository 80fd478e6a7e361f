/* The cabinet's files, as a browser is given them: gzipped where it takes that, kept by it for as
 * long as they are the same, and under a policy that lets a page run and load nothing but what came
 * from here. They want no credentials: what they show comes from the API. */
#ifndef OPERATOR_WEB_H
#define OPERATOR_WEB_H

#include "operator/web_files.h"
#include "wire/http.h"

struct web {
    const struct web_file *files;
    size_t files_count;
    const char *public_url; /* Of the public API, which the page's console calls. See operator.h. */
};

/* Answers a GET or HEAD whose path is that of a file. False: it is not, and there is no answer. */
MUST_USE bool web_answer(const struct web *web, struct http_exchange *exchange);

/* Whether an Accept-Encoding takes gzip (RFC 9110 §12.5.3). */
bool web_takes_gzip(struct bytes accepted);

/* Whether an If-None-Match names the tag, weak or not (RFC 9110 §13.1.2). */
bool web_tags_have(struct bytes tags, struct bytes etag);

#endif
