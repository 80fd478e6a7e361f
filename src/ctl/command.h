/* A subcommand of stockctl as its tables describe it, the options it gets, and the exit codes that
 * scripts rely on. */
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
    CTL_HELD = 6,         /* Nothing was sent: too much would become 0, or nobody said yes. */
    CTL_SIGNAL = 128,
};

enum { CTL_ARGUMENTS_MAX = 512, OPTION_TABLES_MAX = 12, CTL_CAMPAIGNS_MAX = 256 };

enum auth { AUTH_API_KEY, AUTH_OAUTH };
enum output_form { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_CSV };

/* Numbers in the order they were given, each once. */
struct number_list {
    int64_t items[CTL_CAMPAIGNS_MAX];
    size_t count;
    bool from_words; /* Of the command line; others replace what a profile says. */
};

struct command_line;

/* What the command line, the profile and the environment said. Texts live as long as these do. */
struct options {
    const char *arguments[CTL_ARGUMENTS_MAX]; /* What is no option, in its order. */
    size_t arguments_count;
    const char *url;
    const char *from_file;
    const char *to_file;
    const char *token_file; /* NULL: not given. */
    const char *output_path;
    const char *leftovers;
    const char *file;       /* Where FILE is an argument too, the same as that. */
    const char *request_id; /* Of requests: which one, */
    const char *status;     /* `4xx`, `420`, */
    const char *method;     /* `PUT`. */
    const char *state;      /* Of orders: with commas between. */
    const char *from;       /* Moments, as they were given; or places. */
    const char *to;
    const char *expires;
    const char *scopes; /* With commas between. */
    const char *group;  /* Which campaigns share their stock; NULL: the server is asked. */
    const char *note;   /* Of a movement … */
    const char *happened_at;
    const char *document;
    const char *listen;
    const char *base_path;
    const char *ca_file; /* NULL: what the system trusts. */
    const char *tls_certificate;
    const char *tls_key;
    const char *config_path;  /* NULL: the usual place. */
    const char *profile_name; /* NULL: none. */
    const struct command_line *line;
    struct number_list campaigns;
    const char *source_command; /* Instead of FILE: what prints it … */
    const char *source_query;   /* … or SQL that a database answers. */
    const char *database;
    const char *database_file;
    const char *sheet;
    const char *outlet;
    const char *sku_column;
    const char *count_column;
    const char *updated_at_column;
    const char *book; /* NULL: in its usual place. */
    int64_t campaign_id;
    int64_t warehouse_id; /* 0: all. */
    int64_t business_id;  /* 0: all. */
    int64_t rows_max;     /* 0: all. */
    int64_t retries_max;
    int64_t timeout_s;
    int64_t auth;        /* enum auth */
    int64_t output_form; /* enum output_form */
    int64_t request_ms;  /* What a request takes, as somebody supposes. */
    int64_t buffer;      /* Units kept back of each count. */
    int64_t examples_max;
    int64_t max_zero_percent;
    int64_t interval_s;
    int64_t settle_ms;
    int64_t every_s;
    int64_t source_form;     /* enum row_form */
    int64_t source_encoding; /* enum row_encoding */
    bool quiet;
    bool stamp_now;
    bool outlets;
    bool market;    /* Warehouses of the Market instead of the seller's. */
    bool from_book; /* The ledger is what is read. */
    bool follow;
    bool offline;
    bool force; /* Also below zero. */
    bool no_book;
    bool send_all;
    bool full;
    bool yes;
    bool repair;
    bool help;
};

/* What an option's value is, and the type of its member in struct options. */
enum option_kind {
    OPTION_FLAG,    /* bool; alone it is set, and `yes` or `no` may be its value. */
    OPTION_TEXT,    /* const char * */
    OPTION_NUMBER,  /* int64_t from min to max. */
    OPTION_NUMBERS, /* struct number_list of such, given several times or as `1,2`. */
    OPTION_PERCENT, /* int64_t from min to max, `20` or `20%`. */
    OPTION_CHOICE,  /* int64_t, the index of a word of value_name, `text|json`. */
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
    bool in_profile; /* May stand in a profile, under its name. */
    bool is_path;    /* In a profile, relative ones count from the folder of the config. */
    bool many_lines; /* In a profile, its value may go on in indented lines. */
    bool is_source;  /* Of these and FILE only one is taken: that of the command line first. */
};

struct command {
    const char *name;      /* One word or two: `push`, `orders list`. */
    const char *summary;   /* One line for the list of subcommands. */
    const char *arguments; /* As its usage shows them, `FILE`, `SKU COUNT`; NULL: none. */
    size_t arguments_min;
    size_t arguments_max;                                /* Up to CTL_ARGUMENTS_MAX. */
    const char *description;                             /* Lines for its own help. */
    const char *examples;                                /* The same. */
    const struct option_row *options[OPTION_TABLES_MAX]; /* Tables; NULL behind the last. */
    enum ctl_exit (*run)(const struct options *options);
};

#endif
