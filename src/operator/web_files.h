/* Files that are served as they are: the cabinet, and the API's description. Those of stockd are
 * put into the program when it is built (tools/embed, from web/dist and openapi.yaml). */
#ifndef OPERATOR_WEB_FILES_H
#define OPERATOR_WEB_FILES_H

#include "base/bytes.h"

struct web_file {
    const char *path; /* "/" is the page itself. */
    const char *etag; /* In its quotes. */
    const char *etag_gzip;
    struct bytes plain;
    struct bytes gzip; /* The same, gzipped. */
};

/* Those of stockd. Only the program itself has them. */
extern const struct web_file web_files[];
extern const size_t web_files_count;

#endif
