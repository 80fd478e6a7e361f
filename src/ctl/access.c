/* A token file holds the token and at most white space around it. Of the address only the scheme is
 * looked at here; the HTTP library judges the rest. */
#include "ctl/access.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOKEN_BYTES_MAX = 4096 };

/* What a place calls its options, for words about them. */
struct place_names {
    const char *url; /* Without dashes. */
    const char *token_file;
    const char *variable; /* That may hold the token. */
    bool is_bearer;       /* Whatever --auth says. */
};

static const struct place_names places[] = {
    [ACCESS_MARKET] = {"url", "token-file", "STOCKCTL_TOKEN", false},
    [ACCESS_OPERATOR] = {"operator-url", "operator-token-file", "STOCKCTL_OPERATOR_TOKEN", true},
};

static bool address_init(struct access *access, const struct place_names *names,
                         const struct options *options, struct buffer *problem)
{
    struct bytes url = bytes_from_text(options->url);
    while (url.size > 0 && url.data[url.size - 1] == '/')
        url.size--;
    if (url.size > 0 && memchr(url.data, '@', url.size) != NULL) {
        /* Not repeated here: what stands before it may be a password. */
        buffer_append_format(problem, "--%s takes no user and no password", names->url);
        return false;
    }
    if (!bytes_starts_with(url, BYTES("http://")) && !bytes_starts_with(url, BYTES("https://"))) {
        buffer_append_format(problem, "--%s takes http://… or https://…, not '%s'", names->url,
                             options->url);
        return false;
    }
    for (size_t i = 0; i < url.size; i++) {
        if (url.data[i] > ' ' && url.data[i] < 0x7F && url.data[i] != '?' && url.data[i] != '#')
            continue;
        buffer_append_format(problem, "--%s '%s' holds a character that cannot stand there",
                             names->url, options->url);
        return false;
    }
    buffer_append(&access->url, url);
    buffer_append_format(&access->stocks_path, "/v2/campaigns/%" PRId64 "/offers/stocks",
                         options->campaign_id);
    return !access->url.failed && !access->stocks_path.failed;
}

/* Whether an address without encryption leads to this machine; 127.0.0.1.example.com does not. */
static bool host_is_local(const char *url)
{
    const char *host = url + strlen("http://");
    const size_t size = strcspn(host, host[0] == '[' ? "/" : ":/");
    const struct bytes name = {(const uint8_t *)host, size};
    return bytes_equal_ignoring_case(name, BYTES("localhost")) ||
           bytes_starts_with(name, BYTES("[::1]")) ||
           (bytes_starts_with(name, BYTES("127.")) && strspn(host, "0123456789.") == size);
}

static bool token_is_good(struct bytes token, const char *source, struct buffer *problem)
{
    bool good = token.size > 0 && token.size <= TOKEN_BYTES_MAX;
    for (size_t i = 0; i < token.size; i++)
        good = good && token.data[i] > ' ' && token.data[i] < 0x7F;
    if (!good)
        buffer_append_format(problem, "the token in %s is %s", source,
                             token.size == 0 ? "empty" : "not one word of ASCII characters");
    return good;
}

static void append_authorization(struct access *access, const struct place_names *names,
                                 const struct options *options, struct bytes token)
{
    const bool is_bearer = names->is_bearer || options->auth == AUTH_OAUTH;
    buffer_append_text(&access->authorization, is_bearer ? "Authorization: Bearer " : "Api-Key: ");
    buffer_append(&access->authorization, token);
}

static bool token_from_file(struct access *access, const struct place_names *names, struct os *os,
                            const struct options *options, struct buffer *problem,
                            struct buffer *warnings)
{
    const char *path = options->token_file;
    uint8_t *data = NULL;
    size_t size = 0;
    const enum err error = os_read_file(os, path, TOKEN_BYTES_MAX, &data, &size);
    if (error != OK) {
        buffer_append_format(problem, "cannot read --%s %s: %s", names->token_file, path,
                             error == ERR_FULL ? "longer than any token" : err_text(error));
        return false;
    }
    struct stat status;
    if (stat(path, &status) == 0 && (status.st_mode & (S_IRGRP | S_IROTH)) != 0)
        buffer_append_format(warnings, "warning: others can read %s; chmod 600 it\n", path);
    const struct bytes token = bytes_trim((struct bytes){data, size});
    const bool good = token_is_good(token, path, problem);
    if (good)
        append_authorization(access, names, options, token);
    explicit_bzero(data, size);
    free(data);
    return good;
}

static bool token_from_environment(struct access *access, const struct place_names *names,
                                   const struct options *options, struct buffer *problem)
{
    const char *text = getenv(names->variable);
    if (text == NULL || text[0] == '\0') {
        buffer_append_format(problem, "no token; give --%s FILE or set %s", names->token_file,
                             names->variable);
        return false;
    }
    const struct bytes token = bytes_trim(bytes_from_text(text));
    if (!token_is_good(token, names->variable, problem))
        return false;
    append_authorization(access, names, options, token);
    return true;
}

/* Found here, as the first request would only say that something is wrong. */
static bool ca_file_is_readable(const struct options *options, struct buffer *problem)
{
    if (options->ca_file == NULL || access(options->ca_file, R_OK) == 0)
        return true;
    buffer_append_format(problem, "cannot read --ca-file %s: %s", options->ca_file,
                         strerror(errno));
    return false;
}

bool access_init(struct access *access, struct os *os, enum access_place place,
                 const struct options *options, struct buffer *problem, struct buffer *warnings)
{
    const struct place_names *names = &places[place];
    buffer_init(&access->url);
    buffer_init(&access->stocks_path);
    buffer_init(&access->authorization);
    /* Enough at once, so that the token is never left behind by a growing buffer. */
    if (buffer_reserve(&access->authorization, TOKEN_BYTES_MAX + 64) != OK ||
        !address_init(access, names, options, problem) || !ca_file_is_readable(options, problem))
        return false;
    if (bytes_starts_with(bytes_from_text(options->url), BYTES("http://")) &&
        !host_is_local(options->url))
        buffer_append_format(warnings, "warning: the token goes to %s unencrypted; use https\n",
                             options->url);
    return options->token_file != NULL
               ? token_from_file(access, names, os, options, problem, warnings)
               : token_from_environment(access, names, options, problem);
}

void access_deinit(struct access *access)
{
    if (access->authorization.data != NULL)
        explicit_bzero(access->authorization.data, access->authorization.size);
    buffer_deinit(&access->url);
    buffer_deinit(&access->stocks_path);
    buffer_deinit(&access->authorization);
}
