/* The options of stockd. One table (options.c) feeds the parser, --help and docs/options.md. */
#ifndef SERVER_OPTIONS_H
#define SERVER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

struct options {
    const char *data;
    const char *registry; /* NULL: what the store keeps. */
    const char *listen;
    const char *operator_listen;
    int64_t edition;       /* 2025 or 2026. */
    int64_t unknown_sku;   /* enum store_unknown. */
    int64_t api_key_shape; /* 0: any, 1: documented. */
    int64_t parallel;      /* 0: as the edition has it. */
    int64_t future_tolerance_s;
    int64_t threads; /* 0: as many as processors. */
    int64_t connections;
    int64_t request_timeout_s;
    int64_t idle_timeout_s;
    bool no_limits;
    int64_t log_level; /* enum log_level. */
};

enum options_outcome {
    OPTIONS_RUN,
    OPTIONS_DONE,  /* --help or the like was answered. */
    OPTIONS_WRONG, /* Told on standard error. */
};

/* Reads the command line into *options, defaults first. Texts lend from argv. */
MUST_USE enum options_outcome options_parse(int argc, char **argv, struct options *options);

#endif
