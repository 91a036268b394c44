/* SPDX-License-Identifier: Apache-2.0 */
/* tradepost-sandbox: serve | answer. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "sandbox/answer.h"
#include "sandbox/sandbox.h"

static const char usage[] =
    "tradepost-sandbox serve --dir DIR [option ...]   NAV, token server and "
    "Cleo on "
    "127.0.0.1\n"
    "  --dir DIR            needed: keeps state.log, effects.jsonl and cleo/\n"
    "  --ports-file FILE    write "
    "{\"nav\":..,\"cleo\":..,\"token\":..,\"odoo\":..} here\n"
    "  --nav N --cleo N --token N --odoo N   ports (0 = a free one)\n"
    "  --seed N --small --date YYYY-MM-DD   the demo data\n"
    "  --page-size N        rows of a server page (20000)\n"
    "  --latency MS         how long NAV takes for any request (0)\n"
    "  --user U --key K     NAV user and web service key\n"
    "  --tenant T --client C --secret S --token-seconds N\n"
    "  --mailbox U --password P   Cleo sign-in\n"
    "  --metadata FILE --metadata-pages FILE   served as $metadata\n"
    "  --disable api|odata  that endpoint answers 405\n"
    "tradepost-sandbox answer --in DIR --out DIR --partner CODE [option ...]\n"
    "                       what a partner sends back for the files in --in\n"
    "  --script FILE --date YYYY-MM-DD\n";

enum option_id {
    OPT_DIR = 256,
    OPT_PORTS,
    OPT_NAV,
    OPT_CLEO,
    OPT_TOKEN,
    OPT_ODOO,
    OPT_SEED,
    OPT_SMALL,
    OPT_DATE,
    OPT_PAGE,
    OPT_LATENCY,
    OPT_USER,
    OPT_KEY,
    OPT_TENANT,
    OPT_CLIENT,
    OPT_SECRET,
    OPT_SECONDS,
    OPT_MAILBOX,
    OPT_PASSWORD,
    OPT_METADATA,
    OPT_METADATA_PAGES,
    OPT_DISABLE
};

static const struct option options[] = {
    { "dir", required_argument, NULL, OPT_DIR },
    { "ports-file", required_argument, NULL, OPT_PORTS },
    { "nav", required_argument, NULL, OPT_NAV },
    { "cleo", required_argument, NULL, OPT_CLEO },
    { "token", required_argument, NULL, OPT_TOKEN },
    { "odoo", required_argument, NULL, OPT_ODOO },
    { "seed", required_argument, NULL, OPT_SEED },
    { "small", no_argument, NULL, OPT_SMALL },
    { "date", required_argument, NULL, OPT_DATE },
    { "page-size", required_argument, NULL, OPT_PAGE },
    { "latency", required_argument, NULL, OPT_LATENCY },
    { "user", required_argument, NULL, OPT_USER },
    { "key", required_argument, NULL, OPT_KEY },
    { "tenant", required_argument, NULL, OPT_TENANT },
    { "client", required_argument, NULL, OPT_CLIENT },
    { "secret", required_argument, NULL, OPT_SECRET },
    { "token-seconds", required_argument, NULL, OPT_SECONDS },
    { "mailbox", required_argument, NULL, OPT_MAILBOX },
    { "password", required_argument, NULL, OPT_PASSWORD },
    { "metadata", required_argument, NULL, OPT_METADATA },
    { "metadata-pages", required_argument, NULL, OPT_METADATA_PAGES },
    { "disable", required_argument, NULL, OPT_DISABLE },
    { NULL, 0, NULL, 0 }
};

/* The option's place when it is a text; NULL when it is not. */
static const char **
text_place(struct options *out, int id)
{
    const struct {
        int id;
        const char **place;
    } places[] = {
        { OPT_DIR, &out->dir },
        { OPT_PORTS, &out->ports_file },
        { OPT_DATE, &out->date },
        { OPT_USER, &out->user },
        { OPT_KEY, &out->key },
        { OPT_TENANT, &out->tenant },
        { OPT_CLIENT, &out->client },
        { OPT_SECRET, &out->secret },
        { OPT_MAILBOX, &out->mailbox },
        { OPT_PASSWORD, &out->password },
        { OPT_METADATA, &out->metadata },
        { OPT_DISABLE, &out->disable },
        { OPT_METADATA_PAGES, &out->metadata_pages },
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (places[i].id == id)
            return places[i].place;
    return NULL;
}

static long *
number_place(struct options *out, int id)
{
    switch (id) {
    case OPT_NAV:
        return &out->ports[SERVICE_NAV];
    case OPT_CLEO:
        return &out->ports[SERVICE_CLEO];
    case OPT_TOKEN:
        return &out->ports[SERVICE_TOKEN];
    case OPT_ODOO:
        return &out->ports[SERVICE_ODOO];
    case OPT_SEED:
        return &out->seed;
    case OPT_PAGE:
        return &out->page_size;
    case OPT_LATENCY:
        return &out->latency;
    case OPT_SECONDS:
        return &out->token_seconds;
    default:
        return NULL;
    }
}

static bool
read_options(int argc, char **argv, struct options *out)
{
    int id;
    while ((id = getopt_long(argc, argv, "", options, NULL)) != -1) {
        const char **text = text_place(out, id);
        long *number = number_place(out, id);
        if (text)
            *text = optarg;
        else if (id == OPT_SMALL)
            out->small = true;
        else if (!number || !text_number(optarg, 100000000, number))
            return false;
    }
    return optind == argc && out->dir && out->page_size > 0 &&
           (!out->date || when_is_date(out->date));
}

static int
serve(int argc, char **argv)
{
    struct sandbox box = {
        .options = { .user = "TRADEPOST",
                     .key = "c2FuZGJveC13ZWItc2VydmljZS1hY2Nlc3Mta2V5LTEy",
                     .tenant = "sandbox",
                     .client = "tradepost",
                     .secret = "sandbox-secret",
                     .mailbox = "cronus",
                     .password = "sandbox-secret",
                     .token_seconds = 3599,
                     .page_size = 20000,
                     .seed = 1 }
    };
    struct err err = { 0 };
    if (!read_options(argc, argv, &box.options)) {
        (void)fputs(usage, stderr);
        return 2;
    }
    if (sandbox_serve(&box, &err))
        return 0;
    err_print(stderr, &err);
    return 1;
}

int
main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    if (text_equal(command, "serve"))
        return serve(argc - 1, argv + 1);
    if (text_equal(command, "answer"))
        return answer_main(argc - 1, argv + 1);
    (void)fputs(usage, text_equal(command, "--help") ? stdout : stderr);
    return text_equal(command, "--help") ? 0 : 2;
}
