/* The token that opens the operator API: from a file of the operator, or made once and kept in the
 * data folder. */
#ifndef OPERATOR_OPERATOR_TOKEN_H
#define OPERATOR_OPERATOR_TOKEN_H

#include "base/sha256.h"
#include "os/os.h"

enum { OPERATOR_TOKEN_PATH_BYTES = 4096 };

struct operator_token {
    struct sha256 hash;
    char path[OPERATOR_TOKEN_PATH_BYTES]; /* Where it stands. */
    bool made;                            /* Just now. */
    const char *problem;                  /* Static text: why it could not be had. */
};

/* Reads the first line of `file`, white space around it removed. Without a file (NULL) it is
 * `operator.token` in the data folder, which is made, durably and for its owner alone, where it is
 * missing or a power cut left no whole line in it. Any error: token->problem says what is wrong
 * with token->path. ERR_INVALID: no token stands there. Others as the system gives them. */
MUST_USE enum err operator_token_load(struct os *os, const char *file, const char *data_folder,
                                      struct operator_token *token);

#endif
