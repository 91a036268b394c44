/* SPDX-License-Identifier: Apache-2.0 */
/* What a failed answer means: from the server's own code where it has one,
 * from the HTTP status otherwise. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "system/exact.h"
#include "system/odata.h"

enum { MESSAGE = 240 };

/* A family of codes; the first whose prefix fits decides. TP_NONE leaves it
 * to the status. Source: Business Central, "Troubleshooting API errors". */
static const struct family {
    const char *prefix;
    enum err_code code;
} families[] = {
    { "Authentication_", TP6003 },
    { "Authorization_", TP6004 },
    { "Application_", TP6010 },
    { "Internal_CompanyNotFound", TP6002 },
    { "Internal_EntityWithSameKeyExists", TP6009 },
    { "Internal_InvalidTableRelation", TP6010 },
    { "Request_EntityChanged", TP6009 },
    { "BadRequest_NotFound", TP_NONE },
    { "BadRequest_ResourceNotFound", TP_NONE },
    { "BadRequest_MethodNotAllowed", TP_NONE },
    { "BadRequest_MethodNotImplemented", TP6005 },
    { "BadRequest_", TP6011 },
};

static enum err_code
by_family(const char *code)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (text_starts(code, families[i].prefix))
            return families[i].code;
    return TP_NONE;
}

static bool
changes_something(const struct http_request *request)
{
    return strcmp(request->method, "GET") != 0 && !request->reads;
}

static enum err_code
by_status(const struct http_request *request, long status)
{
    switch (status) {
    case 401:
        return TP6003;
    case 403:
        return TP6004;
    case 404:
    case 405:
    case 501:
        return TP6005;
    case 409:
    case 412:
    case 428:
        return TP6009;
    case 429:
        return TP6008;
    case 408:
        return changes_something(request) ? TP6015 : TP6007;
    default:
        if (status >= 500)
            return changes_something(request) ? TP6015 : TP6007;
        return TP6011;
    }
}

/* Cuts "  CorrelationId:  GUID." off a message; *id gets the GUID. */
static void
cut_correlation(char *message, char id[40])
{
    static const char label[] = "CorrelationId:";
    char *at = strstr(message, label);

    id[0] = '\0';
    if (at == NULL)
        return;
    const char *from = at + strlen(label);
    while (*from == ' ')
        from++;
    size_t used = 0;
    for (; used < 39 && (isxdigit((unsigned char)*from) || *from == '-');
         from++)
        id[used++] = *from;
    id[used] = '\0';
    *at = '\0';
    text_trim(message);
}

static void
take_message(const json_t *error, char message[MESSAGE])
{
    const json_t *text = json_object_get(error, "message");
    const char *value = json_is_object(text) ? exact_text(text, "value")
                                             : exact_text(error, "message");

    text_copy(message, MESSAGE, value != NULL ? value : "");
    for (char *c = message; *c != '\0'; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
}

static void
fill(struct err *err, enum err_code code, long status, const char *server_code,
     const char *message)
{
    const char *kind = server_code[0] != '\0' ? server_code : "no code";

    if (message[0] == '\0')
        err_set(err, code, "%s: the system answered %ld (%s)",
                err_info(code)->title, status, kind);
    else
        err_set(err, code, "%s: \"%s\" (%ld, %s)", err_info(code)->title,
                message, status, kind);
}

bool
odata_refusal(const struct http_request *request,
              const struct http_answer *answer, struct err *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct err ignored = { 0 };
    char message[MESSAGE] = "", id[40] = "";
    const char *server_code = "";

    if (answer->status >= 200 && answer->status < 300)
        return true;
    if (answer->body.size > 0 &&
        exact_parse(&body, answer->body.text, answer->body.size, &ignored)) {
        const json_t *error = json_object_get(body, "error");
        server_code = exact_word(error, "code");
        take_message(error, message);
        cut_correlation(message, id);
    }
    enum err_code code = TP_NONE;
    if (answer->status != 429)
        code = by_family(server_code);
    if (code == TP_NONE)
        code = by_status(request, answer->status);
    fill(err, code, answer->status, server_code, message);
    if (code == TP6008)
        err->retry_after_seconds = (int)answer->retry_after_seconds;
    return id[0] != '\0' ? err_at(err, "CorrelationId %s", id) : false;
}
