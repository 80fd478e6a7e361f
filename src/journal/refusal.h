/* Words for the person who has to mend a data folder. */
#ifndef JOURNAL_REFUSAL_H
#define JOURNAL_REFUSAL_H

#include "base/error.h"

enum { PROBLEM_BYTES = 256 };

/* Writes where and what into `problem`, of PROBLEM_BYTES, and returns `error`. */
enum err refusal(char *problem, enum err error, const char *format, ...) PRINTF(3, 4);

#endif
