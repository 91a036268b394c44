/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel_probe - drives a partner's channel for the interop tests.
 *
 *   channel_probe DIR PARTNER COMMAND...
 *
 * DIR is a configuration directory. Commands, all on one channel:
 *   open               connects; the other commands do so too
 *   put NAME FILE      sends one file
 *   puts COUNT SIZE    sends files many-0.edi ... of SIZE bytes in one call
 *   journal FILE       from here on: before names are given, a line for each
 *                      is synced to FILE
 *   hold MS            waits
 *   list               "file NAME SIZE" for each, then "listed N waiting W
 *                      refused R EXAMPLE"
 *   fetch DIR          lists, and writes every file to DIR
 *   take               lists, and removes every file
 *   find NAME SIZE     "found NAME there", taken, no or unknown
 *   probe              the channel's own report
 * Each command answers in lines; a failure is "failed WHAT CODE KIND: text".
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/durable.h"
#include "base/text.h"
#include "base/when.h"
#include "channel/channel.h"
#include "conf/conf.h"
#include "conf/partner.h"

struct probe {
    struct conf *conf;
    struct arena *arena;
    struct channel *channel;
    const char *journal; /* NULL = none */
};

static bool
secret(void *user, const char *name, struct buf *out, struct err *err)
{
    return conf_secret(((struct probe *)user)->conf, name, out, err);
}

static void
say_failed(const char *what, const struct err *err)
{
    printf("failed %s %s %s: %s%s%s\n", what, err_name(err->code),
           err_kind_name(err->kind), err->at, err->at[0] ? ": " : "",
           err->text);
}

static bool
note_ready(void *user, struct parcel *parcels, size_t count, struct err *err)
{
    const struct probe *probe = user;
    FILE *out = probe->journal ? fopen(probe->journal, "a") : stdout;

    if (out == NULL)
        return err_set(err, TP4001, "cannot open %s", probe->journal);
    for (size_t i = 0; i < count; i++)
        if (parcels[i].begun)
            fprintf(out, "ready %s: %s\n", parcels[i].name,
                    parcels[i].evidence);
    fflush(out);
    if (probe->journal != NULL && (fsync(fileno(out)) | fclose(out)) != 0)
        return err_set(err, TP4001, "cannot write %s", probe->journal);
    return true;
}

static void
send_all(struct probe *probe, struct parcel *parcels, size_t count)
{
    struct channel_ready ready = { note_ready, probe };
    struct err err = { 0 };
    size_t sent = 0;

    if (!probe->channel->ops->put(probe->channel, parcels, count, &ready,
                                  &err)) {
        say_failed("put", &err);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        sent += parcels[i].sent;
        if (!parcels[i].sent)
            say_failed(parcels[i].name, &parcels[i].err);
        else
            printf("sent %s: %s\n", parcels[i].name, parcels[i].evidence);
    }
    printf("put %zu of %zu\n", sent, count);
}

static int
put(struct probe *probe, char **args)
{
    struct buf bytes = { 0 };
    struct err err = { 0 };

    if (!file_read(args[1], 1 << 28, &bytes, &err))
        say_failed("read", &err);
    struct parcel parcel = { .name = args[0],
                             .bytes = buf_text(&bytes),
                             .size = bytes.size };
    send_all(probe, &parcel, 1);
    buf_free(&bytes);
    return 2;
}

static int
puts_many(struct probe *probe, char **args)
{
    size_t count = strtoul(args[0], NULL, 10),
           size = strtoul(args[1], NULL, 10);
    struct parcel *parcels =
        arena_alloc(probe->arena, (count + 1) * sizeof *parcels);
    char *bytes = arena_alloc(probe->arena, size + 1);

    memset(bytes, 'x', size);
    for (size_t i = 0; i < count; i++)
        parcels[i] = (struct parcel){ .name = arena_printf(probe->arena,
                                                           "many-%zu.edi", i),
                                      .bytes = bytes,
                                      .size = size };
    send_all(probe, parcels, count);
    return 2;
}

static int
journal(struct probe *probe, char **args)
{
    probe->journal = args[0];
    return 1;
}

static int
hold(struct probe *probe, char **args)
{
    (void)probe;
    when_sleep((int)strtol(args[0], NULL, 10));
    return 1;
}

static bool
look(struct probe *probe, struct listing *listing)
{
    struct err err = { 0 };

    if (probe->channel->ops->list(probe->channel, probe->arena, listing, &err))
        return true;
    say_failed("list", &err);
    return false;
}

static int
list(struct probe *probe, char **args)
{
    struct listing listing;

    (void)args;
    if (!look(probe, &listing))
        return 0;
    for (size_t i = 0; i < listing.count; i++)
        printf("file %s %lld\n", listing.files[i].name,
               (long long)listing.files[i].size);
    printf("listed %zu waiting %zu refused %zu %s\n", listing.count,
           listing.waiting, listing.refused, listing.example);
    return 0;
}

static int
fetch(struct probe *probe, char **args)
{
    struct listing listing;
    size_t got = 0;

    if (!look(probe, &listing))
        return 1;
    for (size_t i = 0; i < listing.count; i++) {
        const struct listed *file = &listing.files[i];
        struct buf bytes = { 0 };
        struct err err = { 0 };
        if (probe->channel->ops->get(probe->channel, file, &bytes, &err) &&
            durable_write_view(args[0], file->name, buf_text(&bytes),
                               bytes.size, 0600, &err))
            got++;
        else
            say_failed(file->name, &err);
        buf_free(&bytes);
    }
    printf("fetched %zu of %zu\n", got, listing.count);
    return 1;
}

static int
take(struct probe *probe, char **args)
{
    struct listing listing;
    size_t gone = 0;

    (void)args;
    if (!look(probe, &listing))
        return 0;
    for (size_t i = 0; i < listing.count; i++) {
        struct err err = { 0 };
        if (probe->channel->ops->remove(probe->channel, &listing.files[i],
                                        &err))
            gone++;
        else
            say_failed(listing.files[i].name, &err);
    }
    printf("removed %zu of %zu\n", gone, listing.count);
    return 0;
}

static int
find(struct probe *probe, char **args)
{
    static const char *const words[] = { "no", "there", "taken", "unknown" };
    enum channel_found found = FOUND_UNKNOWN;
    struct err err = { 0 };

    if (probe->channel->ops->find(probe->channel, args[0],
                                  strtoul(args[1], NULL, 10), &found, &err))
        printf("found %s %s\n", args[0], words[found]);
    else
        say_failed("find", &err);
    return 2;
}

static int
report(struct probe *probe, char **args)
{
    struct buf text = { 0 };
    struct err err = { 0 };

    (void)args;
    if (!probe->channel->ops->probe(probe->channel, &text, &err))
        say_failed("probe", &err);
    fputs(buf_text(&text), stdout);
    buf_free(&text);
    return 0;
}

static int
open_only(struct probe *probe, char **args)
{
    (void)probe, (void)args;
    puts("opened");
    return 0;
}

static const struct command {
    const char *name;
    int arguments;
    int (*run)(struct probe *, char **args); /* arguments used */
} commands[] = {
    { "open", 0, open_only },  { "put", 2, put },   { "puts", 2, puts_many },
    { "hold", 1, hold },       { "list", 0, list }, { "fetch", 1, fetch },
    { "take", 0, take },       { "find", 2, find }, { "probe", 0, report },
    { "journal", 1, journal },
};

static int
run(struct probe *probe, char **args, int left)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (text_equal(commands[i].name, args[0]) &&
            left > commands[i].arguments) {
            int used = commands[i].run(probe, args + 1);
            fflush(stdout);
            return used + 1;
        }
    fprintf(stderr, "channel_probe: no command %s\n", args[0]);
    exit(2);
}

static bool
start(struct probe *probe, const char *dir, const char *code)
{
    struct problems *problems = problems_new(probe->arena);
    struct channel_secrets secrets = { secret, probe, NULL };
    const struct partner *partner;
    struct err err = { 0 };

    if (!conf_load(&probe->conf, dir, problems, &err) ||
        problems_errors(problems) > 0) {
        problems_to_err(problems, &err);
        say_failed("conf", &err);
        return false;
    }
    partner = partner_by_code(probe->conf, code);
    if (partner == NULL) {
        fprintf(stderr, "channel_probe: no partner %s\n", code);
        return false;
    }
    if (channel_open(&probe->channel, conf_sub(partner->group, "channel"),
                     &secrets, &err))
        return true;
    say_failed("open", &err);
    return false;
}

int
main(int count, char **args)
{
    struct probe probe = { .arena = arena_new() };
    bool good = count > 3 && start(&probe, args[1], args[2]);

    for (int i = 3; good && i < count;)
        i += run(&probe, args + i, count - i);
    channel_close(&probe.channel);
    conf_free(&probe.conf);
    arena_free(&probe.arena);
    return good ? 0 : 1;
}
