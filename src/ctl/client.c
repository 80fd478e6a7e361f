/* A call waits until its time has come and the budget lets it through, runs as one attempt of
 * libcurl, and then is over or waits again. All waiting happens in drive(): sockets, the file that
 * is read, times. The body is never touched between attempts. */
#include "ctl/client.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/reply_head.h"
#include "ctl/resource.h"
#include "ctl/retry.h"
#include "ctl/stop.h"
#include "wire/json.h"

enum {
    TICK_MS = 200, /* The longest sleep, so that signals and the progress are seen. */
    CONNECT_TIMEOUT_MS = 10 * 1000,
    ANSWER_BYTES_MAX = 64 * 1024 * 1024,
    WAIT_TOLD_MS = 1000,
    CLOCK_TOLERANCE_MS = 30 * 1000,
};

enum call_state { CALL_FREE, CALL_WAITS, CALL_RUNS, CALL_IS_OVER };

struct call {
    enum call_state state;
    CURL *easy;
    struct call_request request;
    struct resource *resource;
    struct buffer url;
    struct buffer answer;
    struct reply_head head;
    struct call_result result;
    int64_t due_ms;   /* Uptime before which no attempt begins. */
    int64_t failures; /* In a row. */
    char curl_problem[CURL_ERROR_SIZE];
    char problem[CURL_ERROR_SIZE + 32];
};

struct client {
    struct client_settings settings;
    CURLM *multi;
    struct curl_slist *headers;
    struct resource_table resources;
    struct call calls[CLIENT_CALLS_MAX];
    int64_t pause_until_ms; /* Uptime; the server asked for a pause with Retry-After. */
    bool clock_checked;
    bool stopped;
};

static int64_t uptime_ms(const struct client *client)
{
    return client->settings.os->uptime_us(client->settings.os) / 1000;
}

/* Signs the caller for the server's logs (CONTRACT §9). */
static const char integration[] = "X-Market-Integration: stockctl/" STOCKD_VERSION;

/* libcurl: a piece of the answer's body. */
static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    struct call *call = context;
    const size_t bytes = size * count;
    if (call->answer.size + bytes > ANSWER_BYTES_MAX)
        return 0;
    buffer_append(&call->answer, (struct bytes){(const uint8_t *)data, bytes});
    return call->answer.failed ? 0 : bytes;
}

/* libcurl: one line of the answer's head. */
static size_t on_header(char *data, size_t size, size_t count, void *context)
{
    struct call *call = context;
    const size_t bytes = size * count;
    reply_head_take(&call->head, (struct bytes){(const uint8_t *)data, bytes});
    return bytes;
}

static bool headers_init(struct client *client)
{
    struct bytes token = buffer_bytes(&client->settings.access->authorization);
    struct buffer line;
    buffer_init(&line);
    buffer_append(&line, token);
    const char *const lines[] = {
        "Content-Type: application/json",
        "Accept: application/json",
        integration,
        "Expect:",
        buffer_text(&line),
    };
    bool complete = !line.failed;
    for (size_t i = 0; complete && i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct curl_slist *longer = curl_slist_append(client->headers, lines[i]);
        complete = longer != NULL;
        client->headers = complete ? longer : client->headers;
    }
    if (line.data != NULL)
        explicit_bzero(line.data, line.size);
    buffer_deinit(&line);
    return complete;
}

/* With a file, nobody else is trusted. */
static bool trust(CURL *easy, const char *ca_file)
{
    return curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           (ca_file == NULL || (curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file) == CURLE_OK &&
                                curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK));
}

static bool call_init(struct call *call, const struct client *client)
{
    buffer_init(&call->url);
    buffer_init(&call->answer);
    CURL *easy = curl_easy_init();
    call->easy = easy;
    return easy != NULL && curl_easy_setopt(easy, CURLOPT_PRIVATE, call) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->curl_problem) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, call) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, call) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, client->headers) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "stockctl/" STOCKD_VERSION) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           trust(easy, client->settings.ca_file) &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)client->settings.timeout_ms) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS) == CURLE_OK;
}

struct client *client_create(const struct client_settings *settings)
{
    struct client *client = calloc(1, sizeof(*client));
    if (client == NULL)
        return NULL;
    client->settings = *settings;
    bool complete = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    client->multi = complete ? curl_multi_init() : NULL;
    complete = client->multi != NULL && headers_init(client);
    for (int i = 0; i < CLIENT_CALLS_MAX; i++)
        complete = complete && call_init(&client->calls[i], client);
    if (complete)
        return client;
    client_destroy(client);
    return NULL;
}

void client_destroy(struct client *client)
{
    if (client == NULL)
        return;
    for (int i = 0; i < CLIENT_CALLS_MAX; i++) {
        struct call *call = &client->calls[i];
        if (call->state == CALL_RUNS)
            (void)curl_multi_remove_handle(client->multi, call->easy);
        curl_easy_cleanup(call->easy);
        buffer_deinit(&call->url);
        buffer_deinit(&call->answer);
    }
    if (client->multi != NULL)
        (void)curl_multi_cleanup(client->multi);
    curl_slist_free_all(client->headers);
    curl_global_cleanup();
    free(client);
}

static struct call *call_in_state(struct client *client, enum call_state state)
{
    for (int i = 0; i < CLIENT_CALLS_MAX; i++) {
        if (client->calls[i].state == state)
            return &client->calls[i];
    }
    return NULL;
}

bool client_is_full(const struct client *client)
{
    bool full = true;
    for (int i = 0; i < CLIENT_CALLS_MAX; i++)
        full = full && client->calls[i].state != CALL_FREE;
    return full;
}

/* Tells libcurl what is asked. False: it has no memory. */
static bool request_set(CURL *easy, const struct call_request *request)
{
    if (strcmp(request->method, "GET") == 0)
        return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL) == CURLE_OK;
    const char *body = request->body.size > 0 ? (const char *)request->body.data : "";
    return curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size) ==
               CURLE_OK;
}

enum err client_begin(struct client *client, const struct call_request *request)
{
    struct call *call = call_in_state(client, CALL_FREE);
    ASSERT(call != NULL);
    const struct access *access = client->settings.access;
    const struct bytes path =
        request->path.size > 0 ? request->path : buffer_bytes(&access->stocks_path);
    call->request = *request;
    call->failures = 0;
    call->due_ms = uptime_ms(client);
    buffer_clear(&call->url);
    buffer_append(&call->url, buffer_bytes(&access->url));
    buffer_append(&call->url, path);
    if (request->query.size > 0)
        buffer_append(&call->url, BYTES("?"));
    buffer_append(&call->url, request->query);
    const char *url = buffer_text(&call->url);
    if (call->url.failed || curl_easy_setopt(call->easy, CURLOPT_URL, url) != CURLE_OK ||
        !request_set(call->easy, request))
        return ERR_MEMORY;
    struct os *os = client->settings.os;
    call->resource =
        resource_take(&client->resources, request->method, path, os->now_ms(os), uptime_ms(client));
    call->state = CALL_WAITS;
    return OK;
}

static void call_over(struct call *call, enum call_outcome outcome)
{
    call->state = CALL_IS_OVER;
    const size_t answer_bytes = call->answer.size;
    buffer_append_zeros(&call->answer, JSON_PADDING_BYTES);
    if (call->answer.failed)
        outcome = CALL_NO_MEMORY;
    call->result = (struct call_result){.outcome = outcome,
                                        .answer = {call->answer.data, answer_bytes},
                                        .problem = call->problem,
                                        .tag = call->request.tag};
    if (outcome == CALL_ANSWERED) {
        long status = 0;
        (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
        call->result.status = status;
        call->result.limit = call->head.limit;
    }
}

static uint32_t random_number(const struct client *client)
{
    uint32_t number = 0;
    client->settings.os->random(client->settings.os, &number, sizeof(number));
    return number;
}

/* A 420 that speaks of parallel requests says nothing about the window. */
static bool answer_is_about_parallel(const struct call *call)
{
    const struct bytes answer = buffer_bytes(&call->answer);
    return answer.size > 0 && memmem(answer.data, answer.size, "parallel", 8) != NULL;
}

static void check_clock(struct client *client, const struct call *call)
{
    if (client->clock_checked || call->head.date_ms < 0)
        return;
    client->clock_checked = true;
    struct os *os = client->settings.os;
    const int64_t behind_ms = call->head.date_ms - os->now_ms(os);
    if (behind_ms > CLOCK_TOLERANCE_MS || behind_ms < -CLOCK_TOLERANCE_MS) {
        progress_say(client->settings.progress,
                     "warning: this machine's clock is %" PRId64 " s %s the server's",
                     (behind_ms < 0 ? -behind_ms : behind_ms) / 1000,
                     behind_ms < 0 ? "ahead of" : "behind");
    }
}

static void budget_note(struct client *client, struct call *call, bool answered, int64_t status)
{
    const struct budget_answer note = {
        .answered = answered,
        .accepted = answered && status >= 200 && status <= 299,
        .refused = answered && status == STATUS_RATE_LIMIT && !answer_is_about_parallel(call),
        .limit = call->head.limit,
        .remaining = call->head.remaining,
        .until_ms = call->head.until_ms,
        .date_ms = call->head.date_ms,
    };
    budget_end(&call->resource->budget, call->request.items, &note, uptime_ms(client));
}

/* Troubles that the next attempt would have again. */
static bool is_hopeless(CURLcode code)
{
    static const CURLcode hopeless[] = {
        CURLE_URL_MALFORMAT,      CURLE_UNSUPPORTED_PROTOCOL, CURLE_PEER_FAILED_VERIFICATION,
        CURLE_SSL_CACERT_BADFILE, CURLE_WRITE_ERROR,
    };
    for (size_t i = 0; i < sizeof(hopeless) / sizeof(hopeless[0]); i++) {
        if (code == hopeless[i])
            return true;
    }
    return false;
}

/* Lets the call wait for its next attempt, or gives it up. */
static void call_retry(struct client *client, struct call *call, int64_t status)
{
    if (client->stopped) {
        call_over(call, CALL_STOPPED);
        return;
    }
    if (call->failures >= client->settings.retries_max) {
        call_over(call, CALL_UNREACHABLE);
        return;
    }
    call->failures++;
    const int64_t named_ms = status == 0 ? -1 : reply_head_retry_ms(&call->head);
    const int64_t wait_ms = retry_wait_named_ms(named_ms, call->failures, random_number(client));
    const int64_t now_ms = uptime_ms(client);
    call->state = CALL_WAITS;
    call->due_ms = now_ms + wait_ms;
    if (named_ms >= 0 && client->pause_until_ms < call->due_ms)
        client->pause_until_ms = call->due_ms;
    progress_say(client->settings.progress,
                 "%s; trying again in %" PRId64 ".%" PRId64 " s (%" PRId64 " of %" PRId64 ")",
                 call->problem, wait_ms / 1000, wait_ms % 1000 / 100, call->failures,
                 client->settings.retries_max);
}

static void attempt_end(struct client *client, struct call *call, CURLcode code)
{
    (void)curl_multi_remove_handle(client->multi, call->easy);
    long status = 0;
    (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    const bool answered = code == CURLE_OK;
    budget_note(client, call, answered, status);
    if (answered)
        check_clock(client, call);
    if (answered && !retry_status(status)) {
        call_over(call, CALL_ANSWERED);
        return;
    }
    if (answered)
        (void)snprintf(call->problem, sizeof(call->problem), "the server answered %ld", status);
    else {
        (void)snprintf(call->problem, sizeof(call->problem), "%s",
                       call->curl_problem[0] != '\0' ? call->curl_problem
                                                     : curl_easy_strerror(code));
    }
    if (code == CURLE_OUT_OF_MEMORY)
        call_over(call, CALL_NO_MEMORY);
    else if (is_hopeless(code))
        call_over(call, CALL_UNREACHABLE);
    else
        call_retry(client, call, answered ? status : 0);
}

static void attempt_begin(struct client *client, struct call *call)
{
    buffer_clear(&call->answer);
    reply_head_init(&call->head);
    call->curl_problem[0] = '\0';
    call->state = CALL_RUNS;
    budget_begin(&call->resource->budget, call->request.items);
    const CURLMcode code = curl_multi_add_handle(client->multi, call->easy);
    if (code != CURLM_OK)
        attempt_end(client, call, CURLE_OUT_OF_MEMORY);
}

/* Says once for each window that its end is waited for. */
static void tell_wait(struct client *client, struct resource *resource, int64_t wait_ms)
{
    if (wait_ms < WAIT_TOLD_MS || resource->wait_told_until_ms == resource->budget.until_ms)
        return;
    resource->wait_told_until_ms = resource->budget.until_ms;
    progress_say(client->settings.progress, "the rate limit is used up; going on in %" PRId64 " s",
                 (wait_ms + 999) / 1000);
}

/* Begins the attempts that may begin. Returns for how long nothing more can. */
static int64_t attempts_begin(struct client *client)
{
    int64_t sleep_ms = TICK_MS;
    for (int i = 0; i < CLIENT_CALLS_MAX; i++) {
        struct call *call = &client->calls[i];
        if (call->state != CALL_WAITS)
            continue;
        if (client->stopped) {
            call_over(call, CALL_STOPPED);
            continue;
        }
        const int64_t now_ms = uptime_ms(client);
        int64_t due_ms = call->due_ms;
        if (due_ms < client->pause_until_ms)
            due_ms = client->pause_until_ms;
        int64_t wait_ms = due_ms - now_ms;
        if (wait_ms <= 0)
            wait_ms = budget_wait_ms(&call->resource->budget, call->request.items, now_ms);
        if (wait_ms == 0)
            attempt_begin(client, call);
        else if (wait_ms != BUDGET_WAIT_ANSWER && due_ms <= now_ms)
            tell_wait(client, call->resource, wait_ms);
        if (wait_ms > 0 && wait_ms < sleep_ms)
            sleep_ms = wait_ms;
    }
    return sleep_ms;
}

static void attempts_end(struct client *client)
{
    int left = 0;
    for (CURLMsg *message = curl_multi_info_read(client->multi, &left); message != NULL;
         message = curl_multi_info_read(client->multi, &left)) {
        struct call *call = NULL;
        ASSERT(message->msg == CURLMSG_DONE);
        ASSERT(curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call) == CURLE_OK);
        attempt_end(client, call, message->data.result);
    }
}

/* Lets libcurl do what can be done without waiting. */
static void work(struct client *client)
{
    int running = 0;
    /* It fails only when misused or out of memory, and then nothing would ever end. */
    ASSERT(curl_multi_perform(client->multi, &running) == CURLM_OK);
    attempts_end(client);
}

/* One round: begin, work, sleep until something happens, work. With `fd` >= 0 it wakes up when
 * there is something to read, and returns whether there is. */
static bool drive(struct client *client, int fd)
{
    if (stop_signal() != 0)
        client->stopped = true;
    const int64_t sleep_ms = attempts_begin(client);
    work(client);
    const bool over = call_in_state(client, CALL_IS_OVER) != NULL;
    struct curl_waitfd input = {.fd = fd, .events = CURL_WAIT_POLLIN};
    (void)curl_multi_poll(client->multi, &input, fd >= 0 ? 1 : 0, over ? 0 : (int)sleep_ms, NULL);
    work(client);
    progress_tick(client->settings.progress);
    return input.revents != 0;
}

bool client_end_one(struct client *client, struct call_result *result)
{
    struct call *over = call_in_state(client, CALL_IS_OVER);
    while (over == NULL) {
        if (call_in_state(client, CALL_WAITS) == NULL && call_in_state(client, CALL_RUNS) == NULL)
            return false;
        (void)drive(client, -1);
        over = call_in_state(client, CALL_IS_OVER);
    }
    *result = over->result;
    resource_release(over->resource);
    over->state = CALL_FREE;
    return true;
}

bool client_wait_readable(struct client *client, int fd)
{
    bool readable = false;
    while (!readable && stop_signal() == 0 && call_in_state(client, CALL_IS_OVER) == NULL)
        readable = drive(client, fd);
    return readable;
}

void client_stop(struct client *client)
{
    client->stopped = true;
}
