/* The options of stockd. One table (options.c) feeds the parser, --help and docs/options.md. */
#ifndef SERVER_OPTIONS_H
#define SERVER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

struct options {
    const char *data;
    const char *store; /* NULL, and so is the file: the local store. */
    const char *store_file;
    int64_t store_connections;
    int64_t store_timeout_s;
    const char *registry; /* NULL: what the store keeps. */
    const char *listen;
    const char *operator_listen;
    const char *tls_cert; /* NULL, and so its key: plain HTTP. */
    const char *tls_key;
    const char *operator_tls_cert;
    const char *operator_tls_key;
    const char *public_url;      /* NULL: as --listen has it. */
    const char *cabinet_origins; /* NULL: none beside those of the listener. */
    const char *operator_hosts;  /* NULL: addresses and localhost alone. */
    bool core_dumps;
    int64_t edition;       /* 2025 or 2026. */
    int64_t tariff;        /* enum tariff. */
    int64_t unknown_sku;   /* enum store_unknown. */
    int64_t api_key_shape; /* 0: any, 1: documented. */
    int64_t parallel;      /* 0: as the edition has it. */
    int64_t future_tolerance_s;
    int64_t threads; /* 0: as many as processors. */
    int64_t connections;
    int64_t request_memory_mb;
    int64_t request_timeout_s;
    int64_t idle_timeout_s;
    bool no_limits;
    const char *operator_token_file; /* NULL: in the data folder. */
    int64_t request_log_days;
    int64_t request_log_mb; /* 0: none is kept. */
    const char *push_ca;    /* NULL: what the system trusts. */
    int64_t push_connect_timeout_ms;
    int64_t push_answer_timeout_ms;
    int64_t push_retry_ms;
    int64_t push_failures;
    int64_t history_days; /* 0: none is kept. */
    int64_t history_mb;
    int64_t checkpoint_mb; /* 0: none is made unasked. */
    int64_t log_level;     /* enum log_level. */
};

enum options_outcome {
    OPTIONS_RUN,
    OPTIONS_DONE,  /* --help or the like was answered. */
    OPTIONS_WRONG, /* Told on standard error. */
};

/* Reads the command line into *options, defaults first. Texts lend from argv. */
MUST_USE enum options_outcome options_parse(int argc, char **argv, struct options *options);

#endif
