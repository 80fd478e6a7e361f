/* A token file holds the token and at most white space around it. Of the address only the scheme is
 * looked at here; the HTTP library judges the rest. */
#include "ctl/access.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TOKEN_BYTES_MAX = 4096 };

static bool address_init(struct access *access, const struct options *options,
                         struct buffer *problem)
{
    struct bytes url = bytes_from_text(options->url);
    while (url.size > 0 && url.data[url.size - 1] == '/')
        url.size--;
    if (!bytes_starts_with(url, BYTES("http://")) && !bytes_starts_with(url, BYTES("https://"))) {
        buffer_append_format(problem, "--url takes http://… or https://…, not '%s'", options->url);
        return false;
    }
    if (memchr(url.data, '@', url.size) != NULL) {
        /* Not repeated here: what stands before it may be a password. */
        buffer_append_text(problem, "--url takes no user and no password");
        return false;
    }
    for (size_t i = 0; i < url.size; i++) {
        if (url.data[i] > ' ' && url.data[i] < 0x7F && url.data[i] != '?' && url.data[i] != '#')
            continue;
        buffer_append_format(problem, "--url '%s' holds a character that cannot stand there",
                             options->url);
        return false;
    }
    buffer_append(&access->url, url);
    buffer_append_format(&access->url, "/v2/campaigns/%" PRId64 "/offers/stocks",
                         options->campaign_id);
    return !access->url.failed;
}

static bool host_is_local(const char *url)
{
    const struct bytes local[] = {BYTES_INIT("http://127."), BYTES_INIT("http://localhost"),
                                  BYTES_INIT("http://[::1]")};
    for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++) {
        if (bytes_starts_with(bytes_from_text(url), local[i]))
            return true;
    }
    return false;
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

static void append_authorization(struct access *access, const struct options *options,
                                 struct bytes token)
{
    buffer_append_text(&access->authorization,
                       options->auth == AUTH_OAUTH ? "Authorization: Bearer " : "Api-Key: ");
    buffer_append(&access->authorization, token);
}

static bool token_from_file(struct access *access, struct os *os, const struct options *options,
                            struct buffer *problem, struct buffer *warnings)
{
    const char *path = options->token_file;
    uint8_t *data = NULL;
    size_t size = 0;
    const enum err error = os_read_file(os, path, TOKEN_BYTES_MAX, &data, &size);
    if (error != OK) {
        buffer_append_format(problem, "cannot read --token-file %s: %s", path,
                             error == ERR_FULL ? "longer than any token" : err_text(error));
        return false;
    }
    struct stat status;
    if (stat(path, &status) == 0 && (status.st_mode & (S_IRGRP | S_IROTH)) != 0)
        buffer_append_format(warnings, "warning: others can read %s; chmod 600 it\n", path);
    const struct bytes token = bytes_trim((struct bytes){data, size});
    const bool good = token_is_good(token, path, problem);
    if (good)
        append_authorization(access, options, token);
    explicit_bzero(data, size);
    free(data);
    return good;
}

static bool token_from_environment(struct access *access, const struct options *options,
                                   struct buffer *problem)
{
    const char *text = getenv("STOCKCTL_TOKEN");
    if (text == NULL || text[0] == '\0') {
        buffer_append_text(problem, "no token; give --token-file FILE or set STOCKCTL_TOKEN");
        return false;
    }
    const struct bytes token = bytes_trim(bytes_from_text(text));
    if (!token_is_good(token, "STOCKCTL_TOKEN", problem))
        return false;
    append_authorization(access, options, token);
    return true;
}

bool access_init(struct access *access, struct os *os, const struct options *options,
                 struct buffer *problem, struct buffer *warnings)
{
    buffer_init(&access->url);
    buffer_init(&access->authorization);
    /* Enough at once, so that the token is never left behind by a growing buffer. */
    if (buffer_reserve(&access->authorization, TOKEN_BYTES_MAX + 64) != OK ||
        !address_init(access, options, problem))
        return false;
    if (bytes_starts_with(bytes_from_text(options->url), BYTES("http://")) &&
        !host_is_local(options->url))
        buffer_append_format(warnings, "warning: the token goes to %s unencrypted; use https\n",
                             options->url);
    return options->token_file != NULL ? token_from_file(access, os, options, problem, warnings)
                                       : token_from_environment(access, options, problem);
}

void access_deinit(struct access *access)
{
    if (access->authorization.data != NULL)
        explicit_bzero(access->authorization.data, access->authorization.size);
    buffer_deinit(&access->url);
    buffer_deinit(&access->authorization);
}
