/* Headers that every answer of a listener has, whatever it says. */
#ifndef SERVER_ANSWER_HEADERS_H
#define SERVER_ANSWER_HEADERS_H

/* A list ends with a name of NULL. */
struct answer_header {
    const char *name;
    const char *value;
};

/* Answers are nobody's but the asker's: a cache on the way does not know that Api-Key says who
 * asks, so none may keep them. And a browser must not take JSON for anything else. */
extern const struct answer_header answer_headers_public[];

/* The operator's pages are opened in browsers: they load nothing, run nothing, are put into no
 * frame and read by no other site, and their address goes nowhere. */
extern const struct answer_header answer_headers_operator[];

#endif
