/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/syscall.h>

#include "stopper.h"

#define CHANGES                                                    \
    SYS_write, SYS_pwrite64, SYS_fsync, SYS_fdatasync, SYS_openat, \
        SYS_ftruncate, SYS_renameat2, SYS_unlinkat, SYS_mkdirat,   \
        SYS_fallocate, SYS_connect, SYS_sendto, SYS_sendmsg, SYS_writev
#define OTHERS                                                                 \
    SYS_read, SYS_pread64, SYS_readv, SYS_recvfrom, SYS_recvmsg, SYS_socket,   \
        SYS_socketpair, SYS_bind, SYS_listen, SYS_accept4, SYS_setsockopt,     \
        SYS_getsockopt, SYS_getsockname, SYS_lseek, SYS_fstat, SYS_newfstatat, \
        SYS_statx, SYS_faccessat, SYS_getdents64, SYS_fcntl, SYS_flock,        \
        SYS_mmap, SYS_mprotect, SYS_mremap, SYS_ppoll, SYS_pipe2, SYS_clone,   \
        SYS_clone3, SYS_wait4, SYS_dup3, SYS_ioctl, SYS_utimensat, SYS_fchmod, \
        SYS_statfs, SYS_fstatfs, SYS_syncfs, SYS_eventfd2, SYS_epoll_create1,  \
        SYS_epoll_ctl, SYS_epoll_pwait, SYS_inotify_init1,                     \
        SYS_inotify_add_watch, SYS_close, SYS_prctl, SYS_readlinkat,           \
        SYS_execve
#ifdef SYS_rename
#define OLD_CHANGES SYS_rename, SYS_unlink, SYS_mkdir, SYS_rmdir
#define OLD_OTHERS                                                       \
    SYS_stat, SYS_lstat, SYS_access, SYS_poll, SYS_epoll_wait, SYS_dup2, \
        SYS_readlink, SYS_vfork, SYS_chmod
#endif

static const long all[] = {
    CHANGES,
#ifdef SYS_rename
    OLD_CHANGES,
#endif
};
static const long marks[] = {
    SYS_fsync,   SYS_fdatasync, SYS_renameat2, SYS_unlinkat,
    SYS_mkdirat, SYS_connect,   SYS_sendto,    SYS_sendmsg,
#ifdef SYS_rename
    SYS_rename,  SYS_unlink,    SYS_mkdir,     SYS_rmdir,
#endif
};
static const long syncs[] = { SYS_fsync, SYS_fdatasync };
static const long data[] = { SYS_write,   SYS_pwrite64, SYS_read,
                             SYS_pread64, SYS_sendto,   SYS_recvfrom };
static const long every[] = {
    CHANGES,
    OTHERS,
#ifdef SYS_rename
    OLD_CHANGES,
    OLD_OTHERS,
#endif
};

#define LIST(name) #name, name, sizeof name / sizeof name[0]
const struct stopper_calls stopper_all = { LIST(all) };
const struct stopper_calls stopper_syncs = { LIST(syncs) };
const struct stopper_calls stopper_marks = { LIST(marks) };
const struct stopper_calls stopper_every = { LIST(every) };
const struct stopper_calls stopper_data = { LIST(data) };
