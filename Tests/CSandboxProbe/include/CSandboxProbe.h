/*
 * For tests: what a process can still do once it has given up what
 * winnow-worker gives up. In C because it forks.
 */
#pragma once

/* What the probe managed to do, a bit each; all zero is right. */
enum sandbox_escape {
  SANDBOX_OPENED_FILE = 1 << 0,
  SANDBOX_OPENED_FILE_IN_OTHER_THREAD = 1 << 1,
  SANDBOX_CREATED_FILE = 1 << 2,
  SANDBOX_MADE_SOCKET = 1 << 3,
  SANDBOX_FORKED = 1 << 4,
  SANDBOX_EXECUTED = 1 << 5,
  SANDBOX_SIGNALLED_PARENT = 1 << 6,
  SANDBOX_TRACED = 1 << 7,
  SANDBOX_USED_IO_URING = 1 << 8,
  SANDBOX_SET_OWNER_OF_DESCRIPTOR = 1 << 9,
  SANDBOX_TOOK_LEASE = 1 << 10,
  SANDBOX_RAISED_LIMIT = 1 << 11,
  SANDBOX_REMOVED_FILE = 1 << 12,
  SANDBOX_LOOKED_AT_PATH = 1 << 13,
  SANDBOX_EXCEEDED_MEMORY = 1 << 14,
  SANDBOX_READ_OTHER_MEMORY = 1 << 15,
  /* What has to go on working. */
  SANDBOX_BROKE_THREADS = 1 << 16,
  SANDBOX_BROKE_MEMORY = 1 << 17,
  SANDBOX_BROKE_ABORT = 1 << 18,
};

/*
 * Enters the sandbox in a child process and returns what it could do there;
 * negative: -errno of the sandbox itself. `file` is a file that everybody may
 * read and this process may remove.
 */
int sandbox_probe(const char *file);

/*
 * Landlock alone, without the filter: bit 0: a file outside could be opened,
 * bit 1: a file of `allowed` could not be read, bit 2: it could be written.
 * -ENOSYS or -EOPNOTSUPP where the kernel has none.
 */
int sandbox_probe_landlock(const char *allowed, const char *outside);
