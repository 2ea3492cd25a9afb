/*
 * What winnow-worker takes from itself before it looks at pictures
 * (docs/architecture.md). In C because seccomp filters, capset and Landlock
 * are macros, hidden structures and raw system calls.
 *
 * Every function returns 0 or -errno. They are called from main,
 * in this order, while there is one thread; the limit and the filter once all
 * threads are there. Below them stand three functions that glibc declares for
 * _GNU_SOURCE alone, which Swift does not see.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Closes every descriptor from `first` on. */
int cwinnow_close_from(unsigned int first);

/*
 * As root: becomes `user`, or the numeric `fallback` (user and group) where
 * no such user exists, without supplementary groups. As anybody: gives up
 * every capability, the bounding and ambient sets included where permitted.
 */
int cwinnow_drop_privileges(const char *user, uint32_t fallback);

/*
 * No core dump, not dumpable (so no ptrace and no /proc/PID/mem by others of
 * the same user), no new privileges. No PR_SET_PDEATHSIG: that is about the
 * thread that started this process, and the daemon's come and go; the worker
 * watches its socket instead.
 */
int cwinnow_harden_process(void);

/*
 * Landlock: begin, allow as many files and folders as needed (what is not
 * there is skipped), enforce. From then on this thread and those it starts
 * may read what lies under them, and nothing else on any file system; no TCP,
 * no abstract socket and no signal to others where the kernel knows how.
 * `begin` returns a rule set that `enforce` closes; -ENOSYS or -EOPNOTSUPP:
 * this kernel has no Landlock.
 */
int cwinnow_landlock_begin(void);
int cwinnow_landlock_allow_reading(int ruleset, const char *path);
int cwinnow_landlock_enforce(int ruleset);

/*
 * RLIMIT_AS: what is mapped now, and `budget` bytes more. `statm` is
 * /proc/self/statm, opened while that was still allowed.
 */
int cwinnow_limit_address_space(int statm, uint64_t budget);

/*
 * seccomp for all threads (TSYNC): only the calls that decoding, inference
 * and answering need stay; no open, no socket, no new process, no io_uring,
 * no ptrace, no signal to others. A refused call returns EPERM (clone3:
 * ENOSYS, so that glibc falls back to clone).
 */
int cwinnow_seccomp_filter(void);

/*
 * Size of an open regular file by fstat(2) itself: glibc's fstat may call
 * newfstatat, which the filter refuses because it takes paths. -EINVAL: not a
 * regular file. Where fstat is refused, by lseek(2): the daemon hands out
 * regular files alone.
 */
int cwinnow_regular_file_size(int descriptor, int64_t *size);

/* The file that the dynamic linker took `symbol` from, as it was named when it was loaded (dladdr). */
int cwinnow_library_path(const char *symbol, char *path, size_t capacity);

/* How many processors this process may run on (sched_getaffinity), at least 1. */
int cwinnow_processor_count(void);

/* Names the calling thread, at most 15 bytes, for `ps -L` and debuggers. */
int cwinnow_name_thread(const char *name);
