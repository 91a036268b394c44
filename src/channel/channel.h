/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel - how bytes reach a partner. One small vtable per kind (sftp, cleo,
 * dir); two more for tests (mem, flaky).
 *
 *   if (!channel_open(&channel, group, &secrets, &err)) ...
 *   channel->ops->put(channel, parcels, count, &ready, &err);
 *   channel_close(&channel);
 *
 * Sent means evidence. put has two phases, so that a file that is absent
 * later can be judged: first all parcels are uploaded under temporary names,
 * then ready is called, and only then are they renamed. A parcel whose final
 * name may have been given when the connection broke is UNSURE, never sent:
 * find asks the far side. Each parcel says its own end. A channel
 * whose connection broke connects again with the next call, so that a
 * long-lived one may be kept; it is also the one that remembers which files
 * have been still since the last look.
 */
#ifndef TP_CHANNEL_CHANNEL_H
#define TP_CHANNEL_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/conf.h"

struct channel;

/* One file to send. The name is ours, unique and repeatable: the same parcel
 * sent again overwrites itself. */
struct parcel {
    const char *name;
    const void *bytes;
    size_t size;
    /* filled by put: */
    bool begun; /* set before ready: its final name may be given next */
    bool sent;
    char evidence[160]; /* "rename ok, 690 bytes at /in/x.edi"; Cleo's id */
    struct err err;     /* when not sent */
};

/* One file at the far side. */
struct listed {
    char name[256];
    int64_t size;     /* bytes, -1 = not told */
    int64_t modified; /* seconds, 0 = not told */
    char id[128];     /* the far side's own id, "" = none */
};

struct listing {
    struct listed *files; /* of the arena given */
    size_t count;
    size_t waiting;    /* for a later look: hidden, or perhaps not whole */
    size_t refused;    /* never taken: a name that is no name */
    char example[160]; /* what is wrong with the first refused one */
};

/* Called by put for parcels out of those it was given, with begun set and, in
 * evidence, how they lie there. False: no name is given, and the parcels get
 * this err. */
struct channel_ready {
    bool (*call)(void *user, struct parcel *, size_t count, struct err *);
    void *user;
};

/* What became of a parcel whose name may have been given. */
enum channel_found {
    FOUND_NO,    /* it was not delivered: it may be sent again */
    FOUND_THERE, /* it lies there */
    FOUND_TAKEN, /* it was renamed, and is gone: the partner took it */
    FOUND_UNKNOWN
};

/* Fetches a secret by name ("secret:x") into buf; see conf_secret. */
struct channel_secrets {
    bool (*get)(void *user, const char *name, struct buf *, struct err *);
    void *user;
    struct traffic *traffic; /* where HTTP requests are counted, or NULL */
};

struct channel_ops {
    const char *name;               /* the word in the configuration */
    const char *about;              /* one line for the manual */
    const struct setting *settings; /* declared, checked, in the manual */
    /* MUST. Connects and signs in. ERR_AUTH, ERR_CONFIG (changed host key),
     * ERR_RETRY. */
    bool (*open)(struct channel *, struct err *);
    /* MUST. Accepts a half-opened channel. */
    void (*close)(struct channel *);
    /* MUST. Tries each parcel on its own; false when none could be tried. Calls
     * ready (NULL = nobody cares) for a parcel exactly once, before its final
     * name may be given: after all uploads and before the first rename, once
     * for all that were uploaded; where there is no renaming, before it is
     * written. UNSURE only after that. */
    bool (*put)(struct channel *, struct parcel *, size_t count,
                const struct channel_ready *, struct err *);
    /* MUST. Complete files only, as far as the far side tells; none, and
     * nobody is asked, where there is no folder to take from. */
    bool (*list)(struct channel *, struct arena *, struct listing *,
                 struct err *);
    bool (*get)(struct channel *, const struct listed *, struct buf *,
                struct err *);
    /* MAY. The same into a file that is open for writing, in pieces. */
    bool (*get_file)(struct channel *, const struct listed *, int file,
                     struct err *);
    /* MUST. Removes (or moves to the done folder) what the journal has. A file
     * that is gone is no failure. */
    bool (*remove)(struct channel *, const struct listed *, struct err *);
    /* MUST. Answers UNSURE, for a parcel that ready was called for and that
     * nobody tried again since (one that it was not called for needs no
     * question: it was not delivered). */
    bool (*find)(struct channel *, const char *name, size_t size,
                 enum channel_found *, struct err *);
    /* MUST. Connects, signs in, looks at both folders; adds a line each. */
    bool (*probe)(struct channel *, struct buf *report, struct err *);
};

struct channel {
    const struct channel_ops *ops;
    const struct conf_group *group;
    struct channel_secrets secrets;
    size_t max_bytes; /* of one fetched file */
    /* How long after an attempt a file that find does not see may appear. */
    long settle_seconds;
    void *state; /* the kind's own */
};

/* NULL when there is no such kind. Finds the kinds for tests as well, which
 * channel_kinds leaves out, so that no manual offers them. */
const struct channel_ops *channel_kind(const char *name);
const struct channel_ops *const *channel_kinds(void); /* NULL-ended */
/* Reads "kind" of the group; opens. The group must outlive the channel. */
bool channel_open(struct channel **, const struct conf_group *,
                  const struct channel_secrets *, struct err *) MUST_USE;
void channel_close(struct channel **);

#endif
