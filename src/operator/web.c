/* Files whose names have a hash of what is in them never change, so a browser need not ask again;
 * all others it asks for each time, and mostly hears that they are the same. */
#include "operator/web.h"

#include "operator/public_url.h"

static const struct bytes hashed_prefix = BYTES_INIT("/assets/");

/* No script and no style but files of ours, not even in a style="…". What connects is the API of
 * this listener, and the public one. */
static const char policy_front[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "connect-src 'self' ";

static const char *type_of(struct bytes path)
{
    static const struct {
        struct bytes ending;
        const char *type;
    } types[] = {
        {BYTES_INIT("/"), "text/html; charset=utf-8"},
        {BYTES_INIT(".html"), "text/html; charset=utf-8"},
        {BYTES_INIT(".js"), "text/javascript; charset=utf-8"},
        {BYTES_INIT(".css"), "text/css; charset=utf-8"},
        {BYTES_INIT(".svg"), "image/svg+xml"},
        {BYTES_INIT(".png"), "image/png"},
        {BYTES_INIT(".ico"), "image/x-icon"},
        {BYTES_INIT(".woff2"), "font/woff2"},
        {BYTES_INIT(".json"), "application/json"},
        {BYTES_INIT(".yaml"), "application/yaml"},
        {BYTES_INIT(".txt"), "text/plain; charset=utf-8"},
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        const struct bytes ending = types[i].ending;
        if (path.size >= ending.size &&
            bytes_equal((struct bytes){path.data + path.size - ending.size, ending.size}, ending))
            return types[i].type;
    }
    return "application/octet-stream";
}

/* `q=0`, `q=0.0`, …: not acceptable. */
static bool weight_is_zero(struct bytes parameters)
{
    const struct bytes text = bytes_trim(parameters);
    if (text.size < 3 || (text.data[0] | 0x20) != 'q' || text.data[1] != '=')
        return false;
    for (size_t i = 2; i < text.size; i++) {
        if (text.data[i] != '0' && text.data[i] != '.')
            return false;
    }
    return true;
}

bool web_takes_gzip(struct bytes accepted)
{
    bool any = false;
    while (accepted.size > 0) {
        struct bytes item;
        struct bytes coding;
        accepted = bytes_split(accepted, ',', &item);
        const struct bytes parameters = bytes_split(item, ';', &coding);
        coding = bytes_trim(coding);
        if (bytes_equal_ignoring_case(coding, BYTES("gzip")))
            return !weight_is_zero(parameters);
        if (bytes_equal(coding, BYTES("*")))
            any = !weight_is_zero(parameters);
    }
    return any;
}

bool web_tags_have(struct bytes tags, struct bytes etag)
{
    static const struct bytes weak = BYTES_INIT("W/");
    if (bytes_equal(bytes_trim(tags), BYTES("*")))
        return true;
    while (tags.size > 0) { /* A tag of ours has no comma in it. */
        struct bytes tag;
        tags = bytes_split(tags, ',', &tag);
        tag = bytes_trim(tag);
        if (bytes_starts_with(tag, weak))
            tag = (struct bytes){tag.data + weak.size, tag.size - weak.size};
        if (bytes_equal(tag, etag))
            return true;
    }
    return false;
}

static const struct web_file *find(const struct web *web, struct bytes path)
{
    for (size_t i = 0; i < web->files_count; i++) {
        if (bytes_equal(path, bytes_from_text(web->files[i].path)))
            return &web->files[i];
    }
    return NULL;
}

/* Without memory for it the page keeps the listener's policy, under which it does nothing. */
static void add_policy(const struct web *web, struct http_exchange *exchange)
{
    struct buffer policy;
    buffer_init(&policy);
    buffer_append_text(&policy, policy_front);
    public_url_append(&policy, web->public_url, exchange->headers[HTTP_HOST].text);
    char *kept = arena_allocate(&exchange->arena, policy.size + 1);
    if (kept != NULL && !policy.failed) {
        struct buffer copy = {(uint8_t *)kept, 0, policy.size + 1, false};
        buffer_append(&copy, buffer_bytes(&policy));
        buffer_append_u8(&copy, '\0');
        http_add_field(exchange, "Content-Security-Policy", kept);
    }
    buffer_deinit(&policy);
    http_add_field(exchange, "Cross-Origin-Opener-Policy", "same-origin");
}

bool web_answer(const struct web *web, struct http_exchange *exchange)
{
    const struct web_file *file = find(web, exchange->path);
    if (file == NULL)
        return false;
    const bool zipped = web_takes_gzip(exchange->headers[HTTP_ACCEPT_ENCODING].text) &&
                        file->gzip.size < file->plain.size;
    const char *etag = zipped ? file->etag_gzip : file->etag;
    const bool is_hashed = bytes_starts_with(exchange->path, hashed_prefix);
    const char *type = type_of(exchange->path);
    http_add_field(exchange, "Cache-Control",
                   is_hashed ? "public, max-age=31536000, immutable" : "no-cache");
    http_add_field(exchange, "ETag", etag);
    http_add_field(exchange, "Vary", "Accept-Encoding");
    if (bytes_starts_with(bytes_from_text(type), BYTES("text/html")))
        add_policy(web, exchange);
    exchange->lent = zipped ? file->gzip : file->plain;
    if (web_tags_have(exchange->headers[HTTP_IF_NONE_MATCH].text, bytes_from_text(etag))) {
        exchange->status = 304; /* The library tells the size alone (RFC 9110 §8.6). */
        exchange->content_type = NULL;
        return true;
    }
    if (zipped)
        http_add_field(exchange, "Content-Encoding", "gzip");
    exchange->status = 200;
    exchange->content_type = type;
    return true;
}
