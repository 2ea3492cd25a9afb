#define _GNU_SOURCE
#include "CSandboxProbe.h"

#include <CWinnowSandbox.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

struct other {
  int start[2];
  const char *file;
  int opened;
};

static void *other_thread(void *argument) {
  struct other *other = argument;
  char byte;
  if (read(other->start[0], &byte, 1) == 1) other->opened = open(other->file, O_RDONLY) >= 0;
  return NULL;
}

static void *no_work(void *argument) { return argument; }

static int escapes(const char *file, int kept, pid_t parent, char *parents_byte) {
  int found = 0;
  if (open(file, O_RDONLY) >= 0) found |= SANDBOX_OPENED_FILE;
  if (syscall(SYS_openat, AT_FDCWD, "/tmp/winnow-sandbox-made", O_CREAT | O_WRONLY, 0600) >= 0)
    found |= SANDBOX_CREATED_FILE;
  if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || socket(AF_UNIX, SOCK_STREAM, 0) >= 0) found |= SANDBOX_MADE_SOCKET;
  pid_t child = fork();
  if (child == 0) _exit(0);
  if (child > 0) found |= SANDBOX_FORKED;
  char *const arguments[] = {"true", NULL};
  if (execve("/bin/true", arguments, arguments) == 0 || errno != EPERM) found |= SANDBOX_EXECUTED;
  if (kill(parent, 0) == 0 || syscall(SYS_tgkill, parent, parent, 0) == 0) found |= SANDBOX_SIGNALLED_PARENT;
  if (ptrace(PTRACE_ATTACH, parent, 0, 0) == 0) found |= SANDBOX_TRACED;
  char ring[256] = {0};
  if (syscall(425 /* io_uring_setup */, 1, ring) >= 0) found |= SANDBOX_USED_IO_URING;
  if (fcntl(kept, F_SETOWN, parent) == 0) found |= SANDBOX_SET_OWNER_OF_DESCRIPTOR;
  if (fcntl(kept, F_SETLEASE, F_RDLCK) == 0) found |= SANDBOX_TOOK_LEASE;
  const struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(RLIMIT_AS, &more) == 0 || setrlimit(RLIMIT_CORE, &more) == 0) found |= SANDBOX_RAISED_LIMIT;
  if (unlink(file) == 0) found |= SANDBOX_REMOVED_FILE;
  struct stat about;
  if (stat(file, &about) == 0) found |= SANDBOX_LOOKED_AT_PATH;
  if (mmap(NULL, 256 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
    found |= SANDBOX_EXCEEDED_MEMORY;
  char byte;
  struct iovec here = {&byte, 1}, there = {parents_byte, 1};
  if (process_vm_readv(parent, &here, 1, &there, 1, 0) == 1) found |= SANDBOX_READ_OTHER_MEMORY;

  pthread_t thread;
  if (pthread_create(&thread, NULL, no_work, NULL) != 0 || pthread_join(thread, NULL) != 0)
    found |= SANDBOX_BROKE_THREADS;
  void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (code == MAP_FAILED || mprotect(code, 4096, PROT_READ | PROT_EXEC) != 0) found |= SANDBOX_BROKE_MEMORY;
  return found;
}

static void probe(const char *file, int answer, pid_t parent, char *parents_byte) {
  struct other other = {.file = file};
  pthread_t thread;
  int kept = open(file, O_RDONLY);
  int statm = open("/proc/self/statm", O_RDONLY);
  int result = kept < 0 || statm < 0 || pipe(other.start) ? -errno : cwinnow_harden_process();
  if (result == 0 && pthread_create(&thread, NULL, other_thread, &other)) result = -EAGAIN;
  if (result == 0) result = cwinnow_limit_address_space(statm, 64 << 20);
  if (result == 0) result = cwinnow_seccomp_filter();
  if (result == 0) {
    if (write(other.start[1], "", 1) != 1) _exit(1);
    pthread_join(thread, NULL);
    result = escapes(file, kept, parent, parents_byte);
    if (other.opened) result |= SANDBOX_OPENED_FILE_IN_OTHER_THREAD;
  }
  if (write(answer, &result, sizeof result) != sizeof result) _exit(1);
  /* The last thing a worker does wrong has to look like what it is. */
  signal(SIGABRT, SIG_DFL);
  abort();
}

/* The child's answer; `*status` is how it ended. */
static int run(void (*body)(const char *, int, pid_t, char *), const char *file, int *status) {
  int pair[2];
  char byte = 1;
  if (pipe(pair)) return -errno;
  pid_t parent = getpid();
  pid_t child = fork();
  if (child < 0) return -errno;
  if (child == 0) {
    close(pair[0]);
    body(file, pair[1], parent, &byte);
    _exit(0);
  }
  close(pair[1]);
  int result;
  ssize_t count = read(pair[0], &result, sizeof result);
  close(pair[0]);
  waitpid(child, status, 0);
  return count == sizeof result ? result : -EIO;
}

int sandbox_probe(const char *file) {
  int status = 0;
  int result = run(probe, file, &status);
  if (result >= 0 && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)) result |= SANDBOX_BROKE_ABORT;
  return result;
}

static const char *outside_file;

static void probe_landlock(const char *allowed, int answer, pid_t parent, char *parents_byte) {
  (void)parent;
  (void)parents_byte;
  int result = cwinnow_harden_process();
  int rules = result ? result : cwinnow_landlock_begin();
  if (rules < 0) {
    result = rules;
  } else {
    result = cwinnow_landlock_allow_reading(rules, allowed);
    if (result == 0) result = cwinnow_landlock_allow_reading(rules, "/nonexistent/place");
    if (result == 0) result = cwinnow_landlock_enforce(rules);
    if (result == 0) {
      if (open(outside_file, O_RDONLY) >= 0) result |= 1;
      if (open(allowed, O_RDONLY) < 0) result |= 2;
      if (open(allowed, O_WRONLY) >= 0) result |= 4;
    }
  }
  if (write(answer, &result, sizeof result) != sizeof result) _exit(1);
}

int sandbox_probe_landlock(const char *allowed, const char *outside) {
  outside_file = outside;
  int status = 0;
  return run(probe_landlock, allowed, &status);
}
