/* Each transfer keeps its easy handle for the next use, and the multi handle keeps connections, so
 * that a shop that is asked for many SKUs is greeted once. A connection is made within
 * CONNECTTIMEOUT; from then on asking.c looks at the clock, as libcurl has no limit that begins
 * with the request. An answer in another coding than none would need a limit of its own on what it
 * unpacks to, so none is asked for. */
#include "push/client.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "wire/json.h"

enum { US_PER_MS = 1000, WRONG_TOKEN_BYTES = 20 };

static_assert(sizeof(((struct exchange *)NULL)->problem) >= CURL_ERROR_SIZE, "libcurl's texts fit");

struct client {
    const struct push_settings *settings;
    CURLM *multi;
};

/* What was made for one request. The address may hold the token. */
static void exchange_clear(struct exchange *exchange)
{
    for (struct curl_slist *line = exchange->headers; line != NULL; line = line->next)
        explicit_bzero(line->data, strlen(line->data));
    curl_slist_free_all(exchange->headers);
    exchange->headers = NULL;
    if (exchange->url.data != NULL)
        explicit_bzero(exchange->url.data, exchange->url.capacity);
    buffer_clear(&exchange->url);
}

void client_forget(struct exchange *exchange)
{
    exchange_clear(exchange);
    curl_easy_cleanup(exchange->easy);
    exchange->easy = NULL;
    buffer_deinit(&exchange->url);
}

struct client *client_create(const struct push_settings *settings)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return NULL;
    struct client *client = calloc(1, sizeof(*client));
    if (client != NULL) {
        client->settings = settings;
        client->multi = curl_multi_init();
    }
    if (client != NULL && client->multi != NULL &&
        curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)PUSH_TRANSFERS_MAX) ==
            CURLM_OK)
        return client;
    client_destroy(client);
    if (client == NULL)
        curl_global_cleanup();
    return NULL;
}

void client_destroy(struct client *client)
{
    if (client == NULL)
        return;
    if (client->multi != NULL)
        (void)curl_multi_cleanup(client->multi);
    curl_global_cleanup();
    free(client);
}

/* libcurl: a piece of the answer's body. */
static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    struct exchange *exchange = context;
    const size_t bytes = size * count;
    if (exchange->answer.size + bytes > exchange->answer_bytes_max)
        return 0;
    buffer_append(&exchange->answer, (struct bytes){(const uint8_t *)data, bytes});
    return exchange->answer.failed ? 0 : bytes;
}

/* libcurl: the connection stands, the request goes out now. */
static int on_connected(void *context, char *peer_ip, char *own_ip, int peer_port, int own_port)
{
    (void)peer_ip;
    (void)own_ip;
    (void)peer_port;
    (void)own_port;
    struct exchange *exchange = context;
    exchange->sent_us = exchange->os->uptime_us(exchange->os);
    return CURL_PREREQFUNC_OK;
}

/* A random token, which no shop has. */
static void wrong_token(struct os *os, struct buffer *token)
{
    uint8_t random[WRONG_TOKEN_BYTES];
    os->random(os, random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++)
        buffer_append_format(token, "%02x", random[i]);
}

/* Appends a query parameter's value (RFC 3986, 2.3). */
static void append_escaped(struct buffer *url, struct bytes value)
{
    for (size_t i = 0; i < value.size; i++) {
        const uint8_t byte = value.data[i];
        const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= 'a' && byte <= 'z') ||
                           (byte != 0 && strchr("-._~", byte) != NULL);
        if (plain)
            buffer_append_u8(url, byte);
        else
            buffer_append_format(url, "%%%02X", byte);
    }
}

static bool add_header(struct exchange *exchange, const char *line)
{
    struct curl_slist *longer = curl_slist_append(exchange->headers, line);
    if (longer != NULL)
        exchange->headers = longer;
    return longer != NULL;
}

/* Address and headers, with the token in one of them. */
static bool address(struct exchange *exchange, const struct shop *shop, struct bytes token)
{
    struct buffer authorization;
    buffer_init(&authorization);
    bool complete = buffer_reserve(&authorization, token.size + 32) == OK &&
                    buffer_reserve(&exchange->url, shop->url.size + 3 * token.size + 32) == OK &&
                    add_header(exchange, "Content-Type: application/json") &&
                    add_header(exchange, "Accept: application/json") &&
                    add_header(exchange, "Expect:");
    buffer_append(&exchange->url, buffer_bytes(&shop->url));
    if (shop->token_in_query) {
        buffer_append(&exchange->url, BYTES("?auth-token="));
        append_escaped(&exchange->url, token);
    } else {
        buffer_append(&authorization, BYTES("Authorization: "));
        buffer_append(&authorization, token);
        complete = complete && add_header(exchange, buffer_text(&authorization));
    }
    if (authorization.data != NULL)
        explicit_bzero(authorization.data, authorization.capacity);
    buffer_deinit(&authorization);
    return complete && !exchange->url.failed;
}

/* The options that are the same for every request. */
static bool easy_init(struct exchange *exchange, struct transfer *transfer,
                      const struct push_settings *settings)
{
    CURL *easy = exchange->easy;
    return curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->problem) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_connected) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "stockd/" STOCKD_VERSION) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           /* A name that is looked up too slowly must not hold up the whole thread. */
           curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)settings->connect_timeout_ms) ==
               CURLE_OK &&
           (settings->ca_file == NULL ||
            (curl_easy_setopt(easy, CURLOPT_CAINFO, settings->ca_file) == CURLE_OK &&
             curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK)); /* Nobody else. */
}

static bool easy_aim(struct exchange *exchange)
{
    CURL *easy = exchange->easy;
    return curl_easy_setopt(easy, CURLOPT_URL, buffer_text(&exchange->url)) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, (const char *)exchange->body.data) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->body.size) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
                            (curl_off_t)exchange->answer_bytes_max) == CURLE_OK;
}

static bool begin(struct client *client, struct transfer *transfer)
{
    struct exchange *exchange = &transfer->exchange;
    const struct shop *shop = transfer->shop;
    struct buffer wrong;
    buffer_init(&wrong);
    if (transfer->batch.is_check)
        wrong_token(client->settings->os, &wrong);
    const struct bytes token = buffer_bytes(transfer->batch.is_check ? &wrong : &shop->token);
    if (exchange->easy == NULL)
        exchange->easy = curl_easy_init();
    bool begun = exchange->easy != NULL && !wrong.failed && !exchange->body.failed &&
                 address(exchange, shop, token);
    if (begun) {
        curl_easy_reset(exchange->easy);
        begun = easy_init(exchange, transfer, client->settings) && easy_aim(exchange) &&
                curl_multi_add_handle(client->multi, exchange->easy) == CURLM_OK;
    }
    buffer_deinit(&wrong);
    return begun;
}

enum err client_begin(struct client *client, struct transfer *transfer)
{
    struct exchange *exchange = &transfer->exchange;
    ASSERT(exchange->headers == NULL && exchange->url.size == 0);
    const struct bytes token = buffer_bytes(&transfer->shop->token);
    if (token.size > PUSH_TOKEN_BYTES_MAX || bytes_have_controls(token))
        return ERR_INVALID;
    buffer_clear(&exchange->answer);
    exchange->problem[0] = '\0';
    exchange->sent_us = 0;
    exchange->os = client->settings->os;
    if (begin(client, transfer))
        return OK;
    exchange_clear(exchange);
    return ERR_MEMORY;
}

void client_cancel(struct client *client, struct transfer *transfer)
{
    (void)curl_multi_remove_handle(client->multi, transfer->exchange.easy);
    exchange_clear(&transfer->exchange);
}

void client_work(struct client *client)
{
    int running = 0;
    /* It fails only when misused or out of memory; what is under way ends by its time then. */
    (void)curl_multi_perform(client->multi, &running);
}

struct transfer *client_end_one(struct client *client, struct push_reply *reply)
{
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(client->multi, &left);
    if (message == NULL)
        return NULL;
    ASSERT(message->msg == CURLMSG_DONE);
    CURL *easy = message->easy_handle;
    const CURLcode code = message->data.result;
    struct transfer *transfer = NULL;
    ASSERT(curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer) == CURLE_OK);
    char *content_type = NULL;
    *reply = (struct push_reply){.curl_code = (int)code, .sent = transfer->exchange.sent_us != 0};
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply->status);
    (void)curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &content_type);
    reply->content_type = content_type;
    char *problem = transfer->exchange.problem;
    if (code != CURLE_OK && problem[0] == '\0')
        (void)snprintf(problem, sizeof(transfer->exchange.problem), "%s", curl_easy_strerror(code));
    client_cancel(client, transfer);
    return transfer;
}

void client_wait(struct client *client, int64_t wait_us)
{
    const int64_t wait_ms = (wait_us + US_PER_MS - 1) / US_PER_MS;
    (void)curl_multi_poll(client->multi, NULL, 0, (int)wait_ms, NULL);
}

void client_wake(struct client *client)
{
    (void)curl_multi_wakeup(client->multi);
}
