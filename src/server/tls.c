/* A reload loads the new pair first and puts it in place only when it is whole. Connections hold
 * the identity that was in force when they began, so nothing is torn away from a handshake. */
#include "server/tls.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/date.h"
#include "os/log.h"

/* No RSA key exchange, which a stolen key would open afterwards, no CBC, nothing before TLS 1.2. */
const char tls_priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:"
                              "+ECDHE-RSA:-CIPHER-ALL:+AES-256-GCM:+CHACHA20-POLY1305:"
                              "+AES-128-GCM:-MAC-ALL:+AEAD";

/* `lock` guards `identity`. */
struct tls {
    struct os *os;
    struct tls_files files;
    pthread_mutex_t lock;
    struct tls_identity *identity;
};

static void tell_loaded(const struct tls *tls, const struct tls_identity *identity)
{
    const int64_t now_ms = tls->os->now_ms(tls->os);
    char text[DATE_ISO8601_BYTES_MAX];
    const size_t size = date_format_iso8601(tls_identity_ends_ms(identity), text);
    log_line(LOG_INFO, "event=tls_loaded certificate=%s ends=%.*s", tls->files.certificate,
             (int)size, text);
    if (tls_identity_ends_ms(identity) < now_ms || tls_identity_begins_ms(identity) > now_ms) {
        log_line(
            LOG_WARN,
            "event=tls_out_of_date certificate=%s ends=%.*s meaning=\"clients will not trust it "
            "now\"",
            tls->files.certificate, (int)size, text);
    }
}

static enum err load(struct tls *tls, const char *event, struct tls_identity **identity)
{
    char problem[TLS_PROBLEM_BYTES] = "";
    const enum err error = tls_identity_load(&tls->files, problem, identity);
    if (error == OK)
        tell_loaded(tls, *identity);
    else
        log_line(LOG_ERROR, "event=%s problem=\"%s\"", event, problem);
    return error;
}

enum err tls_open(struct os *os, const struct tls_files *files, struct tls **opened)
{
    struct tls *tls = calloc(1, sizeof(*tls));
    if (tls == NULL) {
        log_line(LOG_ERROR, "event=tls_not_loaded problem=\"%s\"", err_text(ERR_MEMORY));
        return ERR_MEMORY;
    }
    *tls = (struct tls){.os = os, .files = *files};
    const enum err error = load(tls, "tls_not_loaded", &tls->identity);
    if (error != OK) {
        free(tls);
        return error;
    }
    pthread_mutex_init(&tls->lock, NULL);
    *opened = tls;
    return OK;
}

void tls_reload(struct tls *tls)
{
    struct tls_identity *identity = NULL;
    if (load(tls, "tls_not_reloaded", &identity) != OK)
        return;
    pthread_mutex_lock(&tls->lock);
    struct tls_identity *former = tls->identity;
    tls->identity = identity;
    pthread_mutex_unlock(&tls->lock);
    tls_identity_release(former);
}

struct tls_identity *tls_take_identity(struct tls *tls)
{
    pthread_mutex_lock(&tls->lock);
    struct tls_identity *identity = tls_identity_hold(tls->identity);
    pthread_mutex_unlock(&tls->lock);
    return identity;
}

int64_t tls_ends_ms(struct tls *tls)
{
    pthread_mutex_lock(&tls->lock);
    const int64_t ends_ms = tls_identity_ends_ms(tls->identity);
    pthread_mutex_unlock(&tls->lock);
    return ends_ms;
}

void tls_close(struct tls *tls)
{
    if (tls == NULL)
        return;
    tls_identity_release(tls->identity);
    pthread_mutex_destroy(&tls->lock);
    free(tls);
}
