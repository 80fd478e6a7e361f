/* How decoders of JSON are driven: the same document twice, under different hash seeds, with the
 * same result both times; either a value or errors, never both and never neither. */
#ifndef TESTS_FUZZ_BODY_H
#define TESTS_FUZZ_BODY_H

#include "check.h"

/* What a decoder is given, and where it tells what it read. */
struct body {
    struct json_value root;
    struct arena *arena;
    struct error_list *errors;
    struct buffer *told;
};

/* Decodes the root. True: what was read is within its documented ranges, and stands in `told`.
 * False: `errors` say why. */
typedef bool body_decode(struct body *body);

/* Reads the input as JSON, and gives it to each decoder. */
void body_run(struct bytes input, body_decode *const decoders[], size_t decoders_count);

/* Decodes what an encoder wrote; it has to say `told` again. */
void body_again(const struct buffer *encoded, body_decode *decode, const struct buffer *told);

#endif
