/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sftp - SFTP version 3 (draft-ietf-secsh-filexfer-02), with the requests of
 * many files on their way at once.
 *
 *   if (!sftp_open(&sftp, wire, NULL, &err)) ...
 *   sftp_put(sftp, puts, count, &err);        each says its own end
 *   sftp_upload(sftp, puts, count, &err);     or in two halves
 *   sftp_name(sftp, puts, count, &err);
 *   sftp_close(&sftp);
 *
 * On a slow line a round trip costs more than a document, so up to `window`
 * requests are outstanding, over all files together. Every reply is checked
 * against its request and its bounds; a server that breaks the protocol is
 * not spoken to again (TP5040). After a failure that says so (false from any
 * call here but sftp_stat's absence) sftp_alive() tells whether the
 * connection still stands. Paths are data; the caller has checked them.
 */
#ifndef TP_NET_SFTP_H
#define TP_NET_SFTP_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct arena;
struct sftp;
struct wire;

struct sftp_limits {
    unsigned window;        /* requests outstanding; 0 = 128 */
    unsigned files;         /* files in work at once; 0 = 64 */
    long idle_ms, total_ms; /* 0 = 60 s without a byte, 30 min for a call */
};

struct sftp_attrs {
    int64_t size;     /* -1 = not told */
    int64_t modified; /* seconds, 0 = not told */
    uint32_t mode;    /* 0 = not told */
};

enum sftp_verify {
    SFTP_VERIFY_SIZE,   /* looked at after the rename, and as large as sent */
    SFTP_VERIFY_EXISTS, /* looked at after the rename */
    SFTP_VERIFY_NONE    /* the server's word for close and rename is enough */
};

/* One file to send: written under temp, closed, checked, renamed. */
struct sftp_put {
    const char *path; /* an older file of this name is replaced */
    const char *temp; /* NULL = written in place */
    const void *bytes;
    size_t size;
    enum sftp_verify verify;
    /* filled: */
    bool uploaded; /* whole under its temporary name */
    bool sent;
    const char *how; /* "posix-rename", "rename", "written" */
    struct err err;  /* when not sent; UNSURE when path may be there */
};

/* One file to fetch. */
struct sftp_get {
    const char *path;
    int64_t expected; /* size as listed; -1 = not known */
    size_t max_bytes;
    struct buf *into; /* the whole file is added, or nothing, ... */
    int file;         /* ... or > 0: open for writing, gets it in pieces */
    bool got;
    struct err err; /* when not got */
};

struct sftp_entry {
    const char *name; /* NUL-ended, but as the server sent it */
    size_t name_size; /* without the end; more NULs may be inside */
    struct sftp_attrs attrs;
    const struct sftp_entry *next;
};

/* Takes the wire, also when it fails. */
bool sftp_open(struct sftp **, struct wire *, const struct sftp_limits *,
               struct err *) MUST_USE;
void sftp_close(struct sftp **);
bool sftp_alive(const struct sftp *);
/* False when the connection broke; files that were done stay done. */
bool sftp_put(struct sftp *, struct sftp_put *, size_t count,
              struct err *) MUST_USE;
/* Its first half: what has a temporary name is written, closed, checked. */
bool sftp_upload(struct sftp *, struct sftp_put *, size_t count,
                 struct err *) MUST_USE;
/* Its second half: what was uploaded gets its name, what has no temporary
 * name is written. Until the rename is acknowledged the temporary file stays,
 * also when it is refused: it proves that the name was not given. */
bool sftp_name(struct sftp *, struct sftp_put *, size_t count,
               struct err *) MUST_USE;
bool sftp_get(struct sftp *, struct sftp_get *, size_t count,
              struct err *) MUST_USE;
/* All names but "." and "..", at most max; more are left for the next look. */
bool sftp_list(struct sftp *, const char *path, size_t max, struct arena *,
               const struct sftp_entry **first, struct err *) MUST_USE;
/* there is false, without a failure, when there is no such file. */
bool sftp_stat(struct sftp *, const char *path, struct sftp_attrs *,
               bool *there, struct err *) MUST_USE;
/* A file that is gone is no failure. */
bool sftp_remove(struct sftp *, const char *path, struct err *) MUST_USE;
/* Replaces an older file at to. */
bool sftp_rename(struct sftp *, const char *from, const char *to,
                 struct err *) MUST_USE;

#endif
