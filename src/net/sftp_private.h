/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the SFTP engine share: packets, and jobs that submit
 * requests and take replies in any order.
 */
#ifndef TP_NET_SFTP_PRIVATE_H
#define TP_NET_SFTP_PRIVATE_H

#include "net/sftp.h"

enum sftp_type {
    SFTP_INIT = 1,
    SFTP_VERSION = 2,
    SFTP_OPEN = 3,
    SFTP_CLOSE = 4,
    SFTP_READ = 5,
    SFTP_WRITE = 6,
    SFTP_FSTAT = 8,
    SFTP_OPENDIR = 11,
    SFTP_READDIR = 12,
    SFTP_REMOVE = 13,
    SFTP_STAT = 17,
    SFTP_RENAME = 18,
    SFTP_STATUS = 101,
    SFTP_HANDLE = 102,
    SFTP_DATA = 103,
    SFTP_NAME = 104,
    SFTP_ATTRS = 105,
    SFTP_EXTENDED = 200
};

enum sftp_status {
    SFTP_OK = 0,
    SFTP_EOF = 1,
    SFTP_NO_SUCH_FILE = 2,
    SFTP_PERMISSION_DENIED = 3,
    SFTP_FAILURE = 4,
    SFTP_UNSUPPORTED = 8
};

enum { SFTP_FLAG_READ = 1, SFTP_FLAG_WRITE_NEW = 2 | 8 | 16 };

enum {
    SFTP_CHUNK = 32768,       /* what every server takes and gives */
    SFTP_MAX_PACKET = 262144, /* OpenSSH's own limit */
    SFTP_MAX_HANDLE = 256     /* the draft's */
};

/* A window on a packet. Reading past its end sets bad and yields zero. */
struct sftp_reader {
    const uint8_t *at;
    size_t left;
    bool bad;
};

struct sftp_bytes {
    const char *at;
    size_t size;
};

struct sftp_reply {
    enum sftp_type type;
    uint32_t id;
    uint32_t status;         /* STATUS */
    struct sftp_bytes bytes; /* HANDLE, DATA; the words of a STATUS */
    struct sftp_attrs attrs; /* ATTRS */
    uint32_t names;          /* NAME: how many are left in rest */
    struct sftp_reader rest;
};

/* False when the packet (without its length) is not one whole reply. */
bool sftp_reply_parse(const void *packet, size_t size,
                      struct sftp_reply *) MUST_USE;
/* The next entry of a NAME; false at the end. bad in rest: it was cut. */
bool sftp_reply_name(struct sftp_reply *, struct sftp_bytes *name,
                     struct sftp_attrs *);
uint32_t sftp_take_u32(struct sftp_reader *);
struct sftp_bytes sftp_take_bytes(struct sftp_reader *);

/* Adds a packet to out; begin returns where it stands for end. */
size_t sftp_packet_begin(struct buf *out, enum sftp_type);
void sftp_add_u32(struct buf *out, uint32_t);
void sftp_add_u64(struct buf *out, uint64_t);
void sftp_add_bytes(struct buf *out, const void *bytes, size_t size);
void sftp_add_text(struct buf *out, const char *text);
void sftp_packet_end(struct buf *out, size_t begin);

/* A server's name for an open file, kept in the job's own room. */
struct sftp_handle {
    char bytes[SFTP_MAX_HANDLE];
    size_t size; /* 0 = none */
};

struct sftp_job;

struct sftp_job_ops {
    /* Submits the job's next request, if it has one now. */
    bool (*push)(struct sftp *, struct sftp_job *);
    void (*reply)(struct sftp *, struct sftp_job *, uint64_t tag,
                  struct sftp_reply *);
    /* The connection is gone, or the job was never begun. */
    void (*broke)(struct sftp_job *, const struct err *);
};

struct sftp_job {
    const struct sftp_job_ops *ops;
    unsigned waiting; /* replies outstanding; kept by the engine */
    bool finished;    /* set by the job */
};

/* Works on all jobs, `files` at a time. False: the connection broke, and each
 * unfinished job has been told. jobs are `stride` bytes apart. */
bool sftp_run(struct sftp *, struct sftp_job *jobs, size_t count, size_t stride,
              struct err *) MUST_USE;

/* A request of the job; the reply comes with the tag. */
size_t sftp_request(struct sftp *, enum sftp_type, struct sftp_job *,
                    uint64_t tag);
void sftp_request_end(struct sftp *, size_t begin);
struct buf *sftp_out(struct sftp *);
bool sftp_has_posix_rename(const struct sftp *);
/* Requests made of these few shapes. */
void sftp_ask_path(struct sftp *, enum sftp_type, struct sftp_job *,
                   uint64_t tag, const char *path);
void sftp_ask_handle(struct sftp *, enum sftp_type, struct sftp_job *,
                     uint64_t tag, const struct sftp_handle *);
void sftp_ask_open(struct sftp *, struct sftp_job *, uint64_t tag,
                   const char *path, uint32_t flags);
void sftp_ask_rename(struct sftp *, struct sftp_job *, uint64_t tag,
                     const char *from, const char *to, bool posix);

/* False when it is empty or too long. */
bool sftp_keep_handle(struct sftp_handle *, const struct sftp_reply *);

/* A reply of a type that the request cannot have: the server is not spoken
 * to again. */
void sftp_violation(struct sftp *, const char *what);
/* Fills err for a refusal: what was tried, on which path. */
bool sftp_refused(const struct sftp_reply *, const char *what, const char *path,
                  struct err *);

#endif
