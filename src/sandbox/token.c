/* SPDX-License-Identifier: Apache-2.0 */
/* The token server: POST /{tenant}/oauth2/v2.0/token (RFC 6749, 4.4) as Entra
 * ID answers it, and the tokens that NAV and Cleo take. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "sandbox/sandbox.h"

const char *
token_issue(struct sandbox *box, enum service service)
{
    struct token *token = &box->tokens[box->token_count++ % TOKENS];
    char seed[80], id[GUID_TEXT];
    (void)text_format(seed, sizeof seed, "token:%zu:%lld", box->token_count,
                      (long long)when_steady());
    guid_of(seed, id);
    token->service = service;
    token->ends = when_steady() + box->options.token_seconds * 1000000000LL;
    (void)text_format(token->text, sizeof token->text, "sandbox.%s", id);
    return token->text;
}

enum token_state
token_check(const struct sandbox *box, enum service service, const char *text)
{
    for (size_t i = 0; i < TOKENS; i++) {
        const struct token *token = &box->tokens[i];
        if (token->service != service || !*token->text ||
            !text_equal(token->text, text))
            continue;
        return token->ends > when_steady() ? TOKEN_GOOD : TOKEN_EXPIRED;
    }
    return TOKEN_UNKNOWN;
}

static void
percent_decode(char *text)
{
    size_t out = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] == '%' && isxdigit((unsigned char)text[i + 1]) &&
            isxdigit((unsigned char)text[i + 2])) {
            char digits[3] = { text[i + 1], text[i + 2], '\0' };
            text[out++] = (char)strtoul(digits, NULL, 16);
            i += 2;
        } else {
            text[out++] = text[i] == '+' ? ' ' : text[i];
        }
    }
    text[out] = '\0';
}

const char *
form_value(struct call *call, const char *name)
{
    char *rest = arena_strdup(call->arena, buf_text(&call->body));
    for (char *pair; (pair = text_word(&rest, "&")) != NULL;) {
        char *value = strchr(pair, '=');
        if (!value)
            continue;
        *value++ = '\0';
        percent_decode(pair);
        percent_decode(value);
        if (text_equal(pair, name))
            return value;
    }
    return NULL;
}

static void
refuse(struct call *call, int status, const char *error, const char *text)
{
    call_answer_json(call, status,
                     json_pack("{s:s,s:s,s:[i]}", "error", error,
                               "error_description", text, "error_codes",
                               status == 401 ? 7000215 : 900144));
}

void
token_handle(struct sandbox *box, struct call *call)
{
    const struct options *options = &box->options;
    const char *wanted =
        arena_printf(call->arena, "/%s/oauth2/v2.0/token", options->tenant);
    if (!text_equal(call->path, wanted)) {
        refuse(call, 400, "invalid_request",
               "AADSTS90002: Tenant not found in the address.");
        return;
    }
    if (!call_is(call, "POST")) {
        refuse(call, 400, "invalid_request",
               "AADSTS900561: The endpoint only accepts POST requests.");
        return;
    }
    if (!text_equal(form_value(call, "grant_type"), "client_credentials")) {
        refuse(call, 400, "unsupported_grant_type",
               "AADSTS70003: The app requested an unsupported grant type.");
        return;
    }
    if (text_empty(form_value(call, "scope"))) {
        refuse(call, 400, "invalid_request",
               "AADSTS900144: The request body must contain the parameter: "
               "'scope'.");
        return;
    }
    if (!text_equal(form_value(call, "client_id"), options->client) ||
        !text_equal(form_value(call, "client_secret"), options->secret)) {
        refuse(call, 401, "invalid_client",
               "AADSTS7000215: Invalid client secret provided.");
        return;
    }
    call_answer_json(call, 200,
                     json_pack("{s:s,s:I,s:I,s:s}", "token_type", "Bearer",
                               "expires_in", (json_int_t)options->token_seconds,
                               "ext_expires_in",
                               (json_int_t)options->token_seconds,
                               "access_token", token_issue(box, SERVICE_NAV)));
}
