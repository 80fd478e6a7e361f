/* A zip archive of parts that are stored as they are, made by hand: checksums would keep a fuzzer
 * out, and compression would hide from it what it changes. */
#ifndef TESTS_FUZZ_ARCHIVE_H
#define TESTS_FUZZ_ARCHIVE_H

#include "base/buffer.h"

/* Makes an archive of a text: parts between lines of `%%`, each a line with its name and what is in
 * it. */
void archive_make(struct bytes text, struct buffer *archive);

#endif
