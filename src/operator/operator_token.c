/* Only the token's hash is kept in memory: it is all that a comparison needs. */
#include "operator/operator_token.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "operator/secret.h"

enum { FILE_BYTES_MAX = 4096, TOKEN_LETTERS = 43 }; /* 256 bits. */

/* What a header can carry as one word. */
static bool token_is_valid(struct bytes token)
{
    for (size_t i = 0; i < token.size; i++) {
        if (token.data[i] <= ' ' || token.data[i] >= 0x7F)
            return false;
    }
    return token.size > 0;
}

/* ERR_INVALID: its first line is no token. *whole: that line ends, as one that we wrote does. */
static enum err read_token(struct os *os, struct operator_token *token, bool *whole)
{
    uint8_t *data = NULL;
    size_t size = 0;
    const enum err error = os_read_file(os, token->path, FILE_BYTES_MAX, &data, &size);
    if (error != OK) {
        token->problem = error == ERR_FULL ? "larger than 4096 bytes" : err_text(error);
        return error;
    }
    struct bytes line;
    (void)bytes_split((struct bytes){data, size}, '\n', &line);
    *whole = line.size < size;
    line = bytes_trim(line);
    const bool valid = token_is_valid(line);
    if (valid)
        token->hash = sha256_of(line);
    else
        token->problem = "its first line has to be the token: visible ASCII characters";
    explicit_bzero(data, size);
    free(data);
    return valid ? OK : ERR_INVALID;
}

static enum err write_token(struct os *os, struct operator_token *token, const char *data_folder)
{
    uint8_t text[TOKEN_LETTERS + 1];
    struct os_file *file = NULL;
    secret_fill(os, text, TOKEN_LETTERS);
    text[TOKEN_LETTERS] = '\n';
    enum err error = os->open(os, token->path, OS_OPEN_CREATE, &file);
    if (error == ERR_BUSY)
        error = os->open(os, token->path, OS_OPEN_WRITE, &file);
    if (error == OK) {
        error = os->truncate(os, file, 0);
        if (error == OK)
            error = os->write(os, file, 0, (struct bytes){text, sizeof(text)});
        if (error == OK)
            error = os->sync(os, file);
        os->close(os, file);
    }
    if (error == OK)
        error = os->sync_folder(os, data_folder);
    if (error == OK)
        token->hash = sha256_of((struct bytes){text, TOKEN_LETTERS});
    else
        token->problem = err_text(error);
    explicit_bzero(text, sizeof(text));
    token->made = error == OK;
    return error;
}

enum err operator_token_load(struct os *os, const char *file, const char *data_folder,
                             struct operator_token *token)
{
    *token = (struct operator_token){.made = false};
    const int length =
        file != NULL ? snprintf(token->path, sizeof(token->path), "%s", file)
                     : snprintf(token->path, sizeof(token->path), "%s/operator.token", data_folder);
    if (length < 0 || (size_t)length >= sizeof(token->path)) {
        token->problem = "the path is too long";
        return ERR_INVALID;
    }
    bool whole = false;
    const enum err error = read_token(os, token, &whole);
    const bool torn = error == ERR_INVALID || (error == OK && !whole);
    if (file == NULL && (error == ERR_NOT_FOUND || torn))
        return write_token(os, token, data_folder);
    return error;
}
