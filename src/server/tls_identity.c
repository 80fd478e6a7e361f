/* The files are read whole, parsed by GnuTLS, and the copies that we made of them wiped. What may
 * be wrong with them is found here, with words, and not in the first handshake. */
#include "server/tls_identity.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 1024 * 1024 };

/* `lock` guards `holders_count`; the rest is set once. */
struct tls_identity {
    gnutls_certificate_credentials_t credentials;
    int64_t begins_ms;
    int64_t ends_ms;
    pthread_mutex_t lock;
    uint32_t holders_count;
};

static enum err tell_file(char problem[TLS_PROBLEM_BYTES], const char *path, const char *words,
                          enum err error)
{
    (void)snprintf(problem, TLS_PROBLEM_BYTES, "%s: %s", path, words);
    return error;
}

static enum err tell_errno(char problem[TLS_PROBLEM_BYTES], const char *path, int code)
{
    const enum err error = code == ENOENT || code == ENOTDIR ? ERR_NOT_FOUND
                           : code == EACCES || code == EPERM ? ERR_DENIED
                                                             : ERR_IO;
    return tell_file(problem, path, strerror(code), error);
}

static void wipe(gnutls_datum_t *text)
{
    if (text->data == NULL)
        return;
    explicit_bzero(text->data, text->size);
    free(text->data);
    *text = (gnutls_datum_t){NULL, 0};
}

static bool read_all(int fd, gnutls_datum_t *text)
{
    unsigned int done = 0;
    while (done < text->size) {
        const ssize_t count = read(fd, text->data + done, text->size - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        if (count == 0)
            break;
        done += (unsigned int)count;
    }
    text->size = done;
    return true;
}

static enum err read_open_file(int fd, const char *path, bool secret, gnutls_datum_t *text,
                               char problem[TLS_PROBLEM_BYTES])
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return tell_errno(problem, path, errno);
    if (!S_ISREG(status.st_mode))
        return tell_file(problem, path, "not a regular file", ERR_INVALID);
    if (secret && (status.st_mode & S_IRWXO) != 0)
        return tell_file(problem, path, "a key that everybody may read or write; chmod o-rwx it",
                         ERR_DENIED);
    if (status.st_size > FILE_BYTES_MAX)
        return tell_file(problem, path, "larger than 1 MiB", ERR_INVALID);
    *text = (gnutls_datum_t){malloc((size_t)status.st_size + 1), (unsigned int)status.st_size};
    if (text->data == NULL)
        return tell_file(problem, path, "out of memory", ERR_MEMORY);
    if (read_all(fd, text))
        return OK;
    const int code = errno;
    wipe(text);
    return tell_errno(problem, path, code);
}

static enum err read_file(const char *path, bool secret, gnutls_datum_t *text,
                          char problem[TLS_PROBLEM_BYTES])
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* A pipe must not hold us up. */
    if (fd < 0)
        return tell_errno(problem, path, errno);
    const enum err error = read_open_file(fd, path, secret, text, problem);
    (void)close(fd);
    return error;
}

/* Looks at the first certificate of the chain, and that there is one. */
static enum err read_dates(struct tls_identity *identity, const char *path,
                           const gnutls_datum_t *text, char problem[TLS_PROBLEM_BYTES])
{
    gnutls_x509_crt_t *chain = NULL;
    unsigned int chain_count = 0;
    const int code =
        gnutls_x509_crt_list_import2(&chain, &chain_count, text, GNUTLS_X509_FMT_PEM, 0);
    if (code < 0 || chain_count == 0)
        return tell_file(problem, path, "no certificate in PEM form stands there", ERR_INVALID);
    identity->begins_ms = (int64_t)gnutls_x509_crt_get_activation_time(chain[0]) * 1000;
    identity->ends_ms = (int64_t)gnutls_x509_crt_get_expiration_time(chain[0]) * 1000;
    for (unsigned int i = 0; i < chain_count; i++)
        gnutls_x509_crt_deinit(chain[i]);
    gnutls_free(chain);
    return OK;
}

static enum err take_pair(struct tls_identity *identity, const struct tls_files *files,
                          const gnutls_datum_t *certificate, const gnutls_datum_t *key,
                          char problem[TLS_PROBLEM_BYTES])
{
    const int code = gnutls_certificate_set_x509_key_mem2(identity->credentials, certificate, key,
                                                          GNUTLS_X509_FMT_PEM, NULL, 0);
    if (code >= 0)
        return OK;
    if (code == GNUTLS_E_MEMORY_ERROR)
        return tell_file(problem, files->key, "out of memory", ERR_MEMORY);
    if (code == GNUTLS_E_CERTIFICATE_KEY_MISMATCH) {
        (void)snprintf(problem, TLS_PROBLEM_BYTES, "%s: not the key of the certificate in %s",
                       files->key, files->certificate);
        return ERR_INVALID;
    }
    (void)snprintf(problem, TLS_PROBLEM_BYTES,
                   "%s: no private key in PEM form, without a passphrase, stands there (%s)",
                   files->key, gnutls_strerror(code));
    return ERR_INVALID;
}

static enum err load(struct tls_identity *identity, const struct tls_files *files,
                     char problem[TLS_PROBLEM_BYTES])
{
    gnutls_datum_t certificate = {NULL, 0};
    gnutls_datum_t key = {NULL, 0};
    enum err error = read_file(files->certificate, false, &certificate, problem);
    if (error == OK)
        error = read_dates(identity, files->certificate, &certificate, problem);
    if (error == OK)
        error = read_file(files->key, true, &key, problem);
    if (error == OK)
        error = take_pair(identity, files, &certificate, &key, problem);
    wipe(&key);
    wipe(&certificate);
    return error;
}

enum err tls_identity_load(const struct tls_files *files, char problem[TLS_PROBLEM_BYTES],
                           struct tls_identity **loaded)
{
    struct tls_identity *identity = calloc(1, sizeof(*identity));
    if (identity == NULL ||
        gnutls_certificate_allocate_credentials(&identity->credentials) != GNUTLS_E_SUCCESS) {
        free(identity);
        return tell_file(problem, files->certificate, "out of memory", ERR_MEMORY);
    }
    pthread_mutex_init(&identity->lock, NULL);
    identity->holders_count = 1;
    const enum err error = load(identity, files, problem);
    if (error == OK)
        *loaded = identity;
    else
        tls_identity_release(identity);
    return error;
}

struct tls_identity *tls_identity_hold(struct tls_identity *identity)
{
    pthread_mutex_lock(&identity->lock);
    identity->holders_count++;
    pthread_mutex_unlock(&identity->lock);
    return identity;
}

void tls_identity_release(struct tls_identity *identity)
{
    if (identity == NULL)
        return;
    pthread_mutex_lock(&identity->lock);
    const uint32_t holders_count = --identity->holders_count;
    pthread_mutex_unlock(&identity->lock);
    if (holders_count > 0)
        return;
    gnutls_certificate_free_credentials(identity->credentials); /* It wipes the key. */
    pthread_mutex_destroy(&identity->lock);
    free(identity);
}

void tls_identity_show(struct tls_identity *identity, struct gnutls_session_int *session)
{
    const int code = gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, identity->credentials);
    (void)code; /* Out of memory: this handshake finds no certificate, and fails. */
}

int64_t tls_identity_begins_ms(const struct tls_identity *identity)
{
    return identity->begins_ms;
}

int64_t tls_identity_ends_ms(const struct tls_identity *identity)
{
    return identity->ends_ms;
}
