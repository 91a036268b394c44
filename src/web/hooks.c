/* SPDX-License-Identifier: Apache-2.0 */
/* The door's hooks as the settings have them, and how their callers prove that
 * they know the secret. */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "conf/partner.h"
#include "store/digest.h"
#include "web/web_private.h"

enum { MAC = 32, DEFAULT_SYSTEM_BYTES = 1 << 20 };

static const char *const scheme_names[] = { "hmac-sha256", "bearer", "header",
                                            "basic", "query" };
static const char *const usual_headers[] = { "X-Signature", "Authorization",
                                             "X-Webhook-Secret",
                                             "Authorization", "key" };
static const char *const system_types[] = { "application/json", NULL };
static const char *const partner_types[] = { "application/edi-x12",
                                             "application/x12",
                                             "application/octet-stream",
                                             "text/plain", NULL };

/* ---- settings */

static enum scheme
scheme_of(const char *name)
{
    for (size_t i = 0; i < sizeof scheme_names / sizeof scheme_names[0]; i++)
        if (text_equal(scheme_names[i], name))
            return (enum scheme)i;
    return SCHEME_HMAC;
}

static const char *const *
types_of(const struct conf_group *group, bool partner, struct arena *arena)
{
    size_t count = conf_count(group, "types");
    const char **types = arena_alloc(arena, (count + 1) * sizeof *types);

    if (count == 0)
        return partner ? partner_types : system_types;
    for (size_t i = 0; i < count; i++)
        types[i] = conf_text_at(group, "types", i);
    return types;
}

static void
read_hook(const struct conf *conf, const struct conf_group *group,
          struct arena *arena, struct hook *hook)
{
    const char *timestamp = conf_text(group, "timestamp", NULL);
    const char *partner = conf_text(group, "partner", NULL);
    long usual = partner == NULL ? (long)DEFAULT_SYSTEM_BYTES
                                 : conf_number(conf_settings(conf),
                                               "limits.file_bytes", 64 << 20);

    *hook = (struct hook){
        .name = conf_text(group, "name", ""),
        .system = conf_text(group, "system", NULL),
        .partner = partner,
        .scheme = scheme_of(conf_text(group, "scheme", "hmac-sha256")),
        .secret = conf_text(group, "secret", ""),
        .user = conf_text(group, "user", ""),
        .prefix = conf_text(group, "prefix", ""),
        .timestamp = timestamp,
        .pattern = conf_text(group, "signed",
                             timestamp ? "{timestamp}.{body}" : "{body}"),
        .delivery = conf_text(group, "delivery", NULL),
        .types = types_of(group, partner != NULL, arena),
        .hex = text_equal(conf_text(group, "encoding", "base64"), "hex"),
        .handshake = conf_flag(group, "handshake", false),
        .tolerance_seconds = conf_seconds(group, "tolerance", 300),
        .body_most = (size_t)conf_number(group, "body_bytes", usual),
        .answer = (unsigned)conf_number(group, "answer", MHD_HTTP_ACCEPTED),
    };
    hook->header = conf_text(group, "header", usual_headers[hook->scheme]);
}

const struct hook *
hooks_of(const struct conf *conf, struct arena *arena)
{
    const struct conf_group *settings = conf_settings(conf);
    size_t count = conf_count(settings, "door.hooks");
    struct hook *hooks = arena_alloc(arena, (count + 1) * sizeof *hooks);

    for (size_t i = 0; i < count; i++)
        read_hook(conf, conf_group_at(settings, "door.hooks", i), arena,
                  &hooks[i]);
    return hooks;
}

static bool
is_name(const char *name)
{
    return *name != '\0' && strlen(name) <= 40 &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static void
complain(struct problems *found, const struct conf_group *group,
         const char *name, const char *what)
{
    problem_add(found, TP8070, conf_place(group), NULL,
                "door.hooks: '%.40s': %s", name, what);
}

static void
check_hook(const struct conf *conf, const struct conf_group *group,
           const struct hook *hook, struct problems *found)
{
    if (!is_name(hook->name))
        complain(found, group, hook->name,
                 "found this name, expected small letters, digits and '-'");
    if ((hook->system == NULL) == (hook->partner == NULL))
        complain(found, group, hook->name,
                 "expected either a system or a partner");
    if (hook->system != NULL && conf_system(conf, hook->system) == NULL)
        complain(found, group, hook->name,
                 "the system is not one of tradepost.conf's systems");
    if (hook->partner != NULL && partner_by_code(conf, hook->partner) == NULL)
        complain(found, group, hook->name, "there is no such partner");
    if (hook->scheme == SCHEME_BASIC && hook->user[0] == '\0')
        complain(found, group, hook->name, "basic needs a user");
    if (strstr(hook->pattern, "{body}") == NULL)
        complain(found, group, hook->name, "what is signed must hold {body}");
    if (hook->timestamp == NULL && strstr(hook->pattern, "{timestamp}") != NULL)
        complain(found, group, hook->name,
                 "{timestamp} is signed, but no header has it");
    if (hook->answer != 200 && hook->answer != 202 && hook->answer != 204)
        complain(found, group, hook->name, "answer is 200, 202 or 204");
}

static void
check_listener(const struct conf *conf, const char *name, const char *usual,
               struct problems *found)
{
    const struct conf_group *group = conf_sub(conf_settings(conf), name);
    const char *listen =
        group != NULL ? conf_text(group, "listen", usual) : usual;

    if (group == NULL || web_address_ok(listen))
        return;
    problem_add(found, TP8071, conf_place(group), NULL,
                "%s.listen: found \"%.60s\", expected ADDRESS:PORT such as "
                "\"%s\"",
                name, listen, usual);
}

void
web_check(const struct conf *conf, struct problems *found)
{
    const struct conf_group *settings = conf_settings(conf);
    const struct conf_group *desk = conf_sub(settings, "desk");
    struct arena *arena = arena_new();
    const struct hook *hooks = hooks_of(conf, arena);

    for (size_t i = 0; i < conf_count(settings, "door.hooks"); i++) {
        const struct conf_group *group =
            conf_group_at(settings, "door.hooks", i);
        check_hook(conf, group, &hooks[i], found);
        for (size_t k = 0; k < i; k++)
            if (text_equal(hooks[k].name, hooks[i].name))
                complain(found, group, hooks[i].name, "the name comes twice");
    }
    check_listener(conf, "door", "0.0.0.0:8443", found);
    check_listener(conf, "desk", "127.0.0.1:8080", found);
    if (desk != NULL && !conf_flag(desk, "anywhere", false) &&
        !web_address_local(conf_text(desk, "listen", "127.0.0.1:8080")))
        problem_add(found, TP8072, conf_place(desk), NULL,
                    "desk.listen: found \"%.60s\", expected an address of this "
                    "machine alone, or anywhere = true",
                    conf_text(desk, "listen", ""));
    arena_free(&arena);
}

/* ---- proofs */

static bool
mac_of(const struct buf *secret, const void *bytes, size_t size,
       unsigned char out[MAC])
{
    unsigned length = 0;

    return HMAC(EVP_sha256(), buf_text(secret), (int)secret->size, bytes, size,
                out, &length) != NULL &&
           length == MAC;
}

/* Neither time nor length tells where two texts differ. */
static bool
same_text(const char *a, size_t a_size, const char *b, size_t b_size)
{
    static const char key[] = "compares what may be secret";
    unsigned char left[MAC], right[MAC];
    unsigned n = 0;

    return HMAC(EVP_sha256(), key, sizeof key, (const unsigned char *)a, a_size,
                left, &n) != NULL &&
           HMAC(EVP_sha256(), key, sizeof key, (const unsigned char *)b, b_size,
                right, &n) != NULL &&
           CRYPTO_memcmp(left, right, MAC) == 0 && a_size == b_size;
}

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
from_hex(const char *text, unsigned char out[MAC])
{
    if (strlen(text) != (size_t)MAC * 2)
        return false;
    for (size_t i = 0; i < MAC; i++, text += 2) {
        int high = hex_digit(text[0]), low = hex_digit(text[1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

/* 44 characters for 32 bytes; the last is padding. */
static bool
from_base64(const char *text, unsigned char out[MAC])
{
    unsigned char bytes[MAC + 1];

    if (strlen(text) != 44 || text[43] != '=' || text[42] == '=' ||
        EVP_DecodeBlock(bytes, (const unsigned char *)text, 44) != MAC + 1)
        return false;
    memcpy(out, bytes, MAC);
    return true;
}

/* "{timestamp}.{body}" with both put in. */
static void
signed_text(const struct hook *hook, const char *timestamp,
            const struct buf *body, struct buf *out)
{
    const char *at = hook->pattern;

    while (*at != '\0') {
        if (text_starts(at, "{body}")) {
            buf_add(out, buf_text(body), body->size);
            at += strlen("{body}");
        } else if (text_starts(at, "{timestamp}")) {
            buf_adds(out, timestamp);
            at += strlen("{timestamp}");
        } else {
            buf_addc(out, *at++);
        }
    }
}

static bool
mac_is(const struct hook *hook, const struct exchange *it,
       const struct buf *secret)
{
    CLEANUP(buf_free) struct buf text = { 0 };
    unsigned char given[MAC], ours[MAC];
    bool twice, twice_time = false;
    const char *value = web_header(it, hook->header, &twice);
    const char *timestamp =
        hook->timestamp ? web_header(it, hook->timestamp, &twice_time) : "";

    if (value == NULL || timestamp == NULL || twice || twice_time ||
        !text_starts(value, hook->prefix))
        return false;
    value += strlen(hook->prefix);
    if (!(hook->hex ? from_hex(value, given) : from_base64(value, given)))
        return false;
    signed_text(hook, timestamp, &it->body, &text);
    return mac_of(secret, buf_text(&text), text.size, ours) &&
           CRYPTO_memcmp(given, ours, MAC) == 0;
}

static bool
basic_is(const struct hook *hook, const char *value, const struct buf *secret)
{
    CLEANUP(buf_wipe) struct buf wanted = { 0 };
    unsigned char bytes[512];
    size_t size = strlen(value);

    if (size == 0 || size % 4 != 0 || size > 600)
        return false;
    int got = EVP_DecodeBlock(bytes, (const unsigned char *)value, (int)size);
    if (got < 0)
        return false;
    got -= (value[size - 1] == '=') + (value[size - 2] == '=');
    buf_addf(&wanted, "%s:", hook->user);
    buf_add(&wanted, buf_text(secret), secret->size);
    bool same =
        same_text((const char *)bytes, (size_t)got, wanted.text, wanted.size);
    explicit_bzero(bytes, sizeof bytes);
    return same;
}

/* The rest of "Bearer x"; NULL when it is of another kind. */
static const char *
after_word(const char *value, const char *word)
{
    size_t size = strlen(word);

    if (value == NULL || strncasecmp(value, word, size) != 0)
        return NULL;
    value += size;
    while (*value == ' ')
        value++;
    return value;
}

static bool
knows(const struct hook *hook, const struct exchange *it,
      const struct buf *secret)
{
    bool twice = false;
    const char *value = hook->scheme == SCHEME_QUERY
                            ? web_parameter(it, hook->header)
                            : web_header(it, hook->header, &twice);

    switch (hook->scheme) {
    case SCHEME_HMAC:
        return mac_is(hook, it, secret);
    case SCHEME_BASIC:
        value = after_word(value, "Basic ");
        return value != NULL && !twice && basic_is(hook, value, secret);
    case SCHEME_BEARER:
        value = after_word(value, "Bearer ");
        break;
    case SCHEME_HEADER:
    case SCHEME_QUERY:
        break;
    }
    return value != NULL && !twice &&
           same_text(value, strlen(value), buf_text(secret), secret->size);
}

/* Seconds or milliseconds since 1970, or a stamp. */
static bool
is_fresh(const struct hook *hook, const struct exchange *it)
{
    bool twice;
    const char *text;
    moment at;

    if (hook->timestamp == NULL)
        return true;
    text = web_header(it, hook->timestamp, &twice);
    if (text == NULL || twice)
        return false;
    if (strspn(text, "0123456789") == strlen(text) && strlen(text) < 15) {
        at = strtoll(text, NULL, 10);
        if (at < INT64_C(100000000000))
            at *= 1000;
    } else if (!when_parse(text, &at)) {
        return false;
    }
    moment off = when_now() - at;
    return (off < 0 ? -off : off) <= (moment)hook->tolerance_seconds * 1000;
}

enum verdict
hook_judge(const struct conf *conf, const struct hook *hook,
           const struct exchange *it, bool before, struct err *err)
{
    CLEANUP(buf_wipe) struct buf secret = { 0 };
    CLEANUP(buf_wipe) struct buf former = { 0 };
    char name[160];
    struct err none = { 0 };
    bool twice;

    if (!is_fresh(hook, it))
        return VERDICT_STALE;
    if (before && hook->scheme == SCHEME_HMAC)
        return web_header(it, hook->header, &twice) != NULL ? VERDICT_GOOD
                                                            : VERDICT_BAD;
    if (!conf_secret(conf, hook->secret, &secret, err))
        return VERDICT_BROKEN;
    if (secret.size == 0) {
        err_set(err, TP8070, "the secret of hook %s is empty", hook->name);
        return VERDICT_BROKEN;
    }
    if (knows(hook, it, &secret))
        return VERDICT_GOOD;
    /* While a secret changes over, the one before holds, too. */
    text_format(name, sizeof name, "%s.former", hook->secret);
    if (conf_secret(conf, name, &former, &none) && former.size > 0 &&
        knows(hook, it, &former))
        return VERDICT_GOOD;
    return VERDICT_BAD;
}
