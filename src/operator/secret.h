/* Texts that nobody can guess: the operator's token, and keys of the public API. */
#ifndef OPERATOR_SECRET_H
#define OPERATOR_SECRET_H

#include "os/os.h"

/* Fills `text` with letters and digits, all of them equally likely. No NUL is written. */
void secret_fill(struct os *os, uint8_t text[], size_t size);

enum { SECRET_KEY_BYTES = 54 };

/* Makes a key of the documented shape (CONTRACT §9): `ACMA:`, 40 letters and digits, `:`, 8
 * hexadecimal digits. No NUL is written. */
void secret_make_key(struct os *os, uint8_t key[SECRET_KEY_BYTES]);

#endif
