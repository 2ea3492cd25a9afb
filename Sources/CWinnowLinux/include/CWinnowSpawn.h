/*
 * Starting, signalling and reaping children through process descriptors
 * (pidfd_open(2)). In C because a child between fork and exec may run nothing
 * but async-signal-safe code, which Swift is not, and because Swift's Glibc
 * sees neither close_range nor the pidfd calls.
 *
 * Every function returns 0, or -errno.
 */
#ifndef CWINNOWSPAWN_H
#define CWINNOWSPAWN_H

#include <stddef.h>
#include <sys/types.h>

#pragma clang assume_nonnull begin

/* `source` in this process becomes `target` in the child. Every target is at least 0, none occurs twice. */
struct cwinnow_placement {
  int source;
  int target;
};

struct cwinnow_spawn_request {
  const char *program;                   /* no search through PATH */
  char *_Nullable const *_Nonnull arguments;    /* ends with NULL */
  char *_Nullable const *_Nonnull environment;  /* ends with NULL */
  const struct cwinnow_placement *_Nonnull placements;
  size_t placement_count;
  int own_group;                         /* the child leads a process group of its own */
};

/* What of the start failed. */
enum cwinnow_spawn_step {
  CWINNOW_SPAWN_PREPARE = 0,      /* pipe, fork or pidfd_open in the parent */
  CWINNOW_SPAWN_GROUP = 1,
  CWINNOW_SPAWN_DESCRIPTORS = 2,
  CWINNOW_SPAWN_EXECUTE = 3,
};

/*
 * Starts `request->program`. The child has the placed descriptors and no
 * others, default signal handlers, an empty signal mask. Returns once execve
 * has succeeded or failed; a child that failed has been reaped. `*process` is
 * close-on-exec and the caller's, as is the duty to reap.
 */
int cwinnow_spawn(const struct cwinnow_spawn_request *request, pid_t *pid, int *process, enum cwinnow_spawn_step *step);

/* Sends a signal to the child, to no other process that has got its number meanwhile. */
int cwinnow_signal_process(int process, int signal);

/*
 * Takes the exit status of a child that has ended; -EAGAIN while it runs.
 * `*signalled`: 1 when a signal ended it, then `*status` is the signal,
 * otherwise the exit code.
 */
int cwinnow_reap(int process, int *signalled, int *status);

#pragma clang assume_nonnull end
#endif
