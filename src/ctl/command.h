/* A subcommand of stockctl as the tables of stockctl.c describe it, the options it gets, and the
 * exit codes that scripts rely on. */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a run ended. A signal that stops it gives 128 + its number, 130 for Ctrl-C. */
enum ctl_exit {
    CTL_DONE = 0,         /* All was done. */
    CTL_SOME_REFUSED = 1, /* Some rows were bad, or the server refused some. */
    CTL_USAGE = 2,        /* The command line, the token or the form of FILE is wrong. */
    CTL_UNREACHABLE = 3,  /* No answer, or none that is the API's. */
    CTL_NOT_ALLOWED = 4,  /* The server answers, and not to us or not there. */
    CTL_MACHINE = 5,      /* A file could not be read or written, or memory ran out. */
    CTL_SIGNAL = 128,
};

enum auth { AUTH_API_KEY, AUTH_OAUTH };
enum output_form { OUTPUT_TEXT, OUTPUT_JSON };

/* What the command line and the environment said. Texts live as long as these do. */
struct options {
    const char *file; /* The argument; NULL where the command takes none. */
    const char *url;
    const char *token_file; /* NULL: not given. */
    const char *output_path;
    const char *leftovers;
    const char *listen;
    const char *base_path;
    const char *tls_certificate;
    const char *tls_key;
    int64_t campaign_id;
    int64_t warehouse_id; /* 0: all. */
    int64_t retries_max;
    int64_t timeout_s;
    int64_t auth;        /* enum auth */
    int64_t output_form; /* enum output_form */
    bool quiet;
    bool stamp_now;
    bool help;
};

/* What an option's value is, and the type of its member in struct options. */
enum option_kind {
    OPTION_FLAG,   /* No value; bool. */
    OPTION_TEXT,   /* const char * */
    OPTION_NUMBER, /* int64_t from min to max. */
    OPTION_CHOICE, /* int64_t, the index of a word of value_name, `text|json`. */
};

struct option_row {
    const char *name; /* Without dashes. NULL ends a table. */
    const char *value_name;
    const char *help;
    const char *standard;    /* The value that stands for an absent one; NULL: none. */
    const char *environment; /* A variable that comes before `standard`; NULL: none. */
    int64_t min;
    int64_t max;
    size_t offset; /* Of its member in struct options. */
    enum option_kind kind;
    char letter; /* 0: none. */
    bool required;
};

struct command {
    const char *name;
    const char *summary;     /* One line for the list of subcommands. */
    const char *argument;    /* Its name in capitals; NULL: the command takes none. */
    const char *description; /* Lines for its own help. */
    const char *examples;    /* The same. */
    const struct option_row *options;
    bool has_own_options; /* None of those that are common to the others. */
    enum ctl_exit (*run)(const struct options *options);
};

#endif
