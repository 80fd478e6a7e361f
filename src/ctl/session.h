/* What every subcommand that talks to the server begins, judges and ends in the same way. */
#ifndef CTL_SESSION_H
#define CTL_SESSION_H

#include "ctl/client.h"
#include "ctl/refusal.h"

struct session {
    struct os *os;
    const struct options *options;
    enum access_place place;
    struct access access;
    struct progress progress;
    struct client *client;
    struct json_parser *parser;
    struct refusal refusal;
    enum ctl_exit exit; /* Why the run has to end before its time; CTL_DONE: it has not. */
};

/* Begins: token, address, client. `unit` and `whole_part` are the progress's. Says itself what is
 * wrong; session->exit then says so too. Ended by session_end() in any case. */
void session_begin(struct session *session, const struct options *options, const char *unit,
                   int64_t whole_part);

/* The same with the operator of a stockd, for subcommands that have operator_options. */
void session_begin_operator(struct session *session, const struct options *options,
                            const char *unit);
void session_end(struct session *session);

/* Ends the run before its time with this exit code, unless it has one already: nothing more is
 * begun. */
void session_stop(struct session *session, enum ctl_exit code);

/* The same for trouble with memory. */
void session_stop_for_memory(struct session *session);

enum judgement {
    JUDGED_GOOD,    /* 2xx. */
    JUDGED_REFUSED, /* 400, of the operator 404 and 409 too: this request, not the run. The reasons
                     * were said. */
    JUDGED_END,     /* The run ends; why was said. */
};

/* Judges the end of a call. `rows` is the batch it carried and `file` what it was read from, or
 * NULL. */
MUST_USE enum judgement session_judge(struct session *session, const struct call_result *result,
                                      const struct batch *rows, const char *file);

/* Ends the run because something answers that is not the API; ERR_MEMORY: nobody could look. */
void session_stop_for_answer(struct session *session, enum err error);

/* The exit code of the run: of its early end, of the signal, or what the caller found. */
enum ctl_exit session_exit(const struct session *session, enum ctl_exit found);

#endif
