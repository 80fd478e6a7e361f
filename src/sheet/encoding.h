/* Encodings other than UTF-8 that files of leftovers come in. */
#ifndef SHEET_ENCODING_H
#define SHEET_ENCODING_H

#include <stdint.h>

/* Code points of the upper half of windows-1251; 0: the byte stands for nothing. */
extern const uint16_t windows_1251[128];

#endif
