#define _GNU_SOURCE
#include "CWinnowSpawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

/* More placements than any program of ours asks for. */
enum { MOST_PLACEMENTS = 64 };

struct failure {
  int step;
  int error;
};

static _Noreturn void give_up(int report, int step, int error) {
  struct failure failure = {step, error};
  ssize_t ignored = write(report, &failure, sizeof failure);
  (void)ignored;
  _exit(127);
}

/* Between fork and exec: async-signal-safe calls only. */
static _Noreturn void become(const struct cwinnow_spawn_request *request, int report) {
  if (request->own_group && setpgid(0, 0) < 0) give_up(report, CWINNOW_SPAWN_GROUP, errno);

  /* First out of the way of every target, so that no placement overwrites the source of another. */
  int above = 3;
  for (size_t index = 0; index < request->placement_count; index++) {
    if (request->placements[index].target >= above) above = request->placements[index].target + 1;
  }
  int moved_report = fcntl(report, F_DUPFD_CLOEXEC, above);
  if (moved_report < 0) give_up(report, CWINNOW_SPAWN_DESCRIPTORS, errno);
  report = moved_report;
  int moved[MOST_PLACEMENTS];
  for (size_t index = 0; index < request->placement_count; index++) {
    moved[index] = fcntl(request->placements[index].source, F_DUPFD_CLOEXEC, above);
    if (moved[index] < 0) give_up(report, CWINNOW_SPAWN_DESCRIPTORS, errno);
  }
  if (syscall(SYS_close_range, 0, ~0U, CLOSE_RANGE_CLOEXEC) < 0) give_up(report, CWINNOW_SPAWN_DESCRIPTORS, errno);
  for (size_t index = 0; index < request->placement_count; index++) {
    if (dup2(moved[index], request->placements[index].target) < 0) give_up(report, CWINNOW_SPAWN_DESCRIPTORS, errno);
  }

  /* Handlers go with exec, but what is ignored stays ignored, and so does the mask. */
  struct sigaction standard = {.sa_handler = SIG_DFL};
  for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &standard, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);

  execve(request->program, request->arguments, request->environment);
  give_up(report, CWINNOW_SPAWN_EXECUTE, errno);
}

static void wait_for(pid_t pid) {
  while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
}

int cwinnow_spawn(const struct cwinnow_spawn_request *request, pid_t *pid, int *process, enum cwinnow_spawn_step *step) {
  *step = CWINNOW_SPAWN_PREPARE;
  if (request->placement_count > MOST_PLACEMENTS) return -E2BIG;
  int report[2];
  if (pipe2(report, O_CLOEXEC) < 0) return -errno;

  /* All signals wait, so that no handler of ours runs in the child. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t child = _Fork();
  int error = errno;
  if (child == 0) {
    close(report[0]);
    become(request, report[1]);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(report[1]);
  if (child < 0) {
    close(report[0]);
    return -error;
  }

  struct failure failure;
  ssize_t count;
  do {
    count = read(report[0], &failure, sizeof failure);
  } while (count < 0 && errno == EINTR);
  close(report[0]);
  if (count == sizeof failure) {
    wait_for(child);
    *step = failure.step;
    return -failure.error;
  }

  int opened = (int)syscall(SYS_pidfd_open, child, 0);
  if (opened < 0) {
    error = errno;
    kill(child, SIGKILL);
    wait_for(child);
    return -error;
  }
  *pid = child;
  *process = opened;
  return 0;
}

int cwinnow_signal_process(int process, int signal) {
  return syscall(SYS_pidfd_send_signal, process, signal, NULL, 0) < 0 ? -errno : 0;
}

int cwinnow_reap(int process, int *signalled, int *status) {
  siginfo_t info = {0};
  int result;
  do {
    result = waitid((idtype_t)P_PIDFD, (id_t)process, &info, WEXITED | WNOHANG);
  } while (result < 0 && errno == EINTR);
  if (result < 0) return -errno;
  if (info.si_pid == 0) return -EAGAIN;
  *signalled = info.si_code != CLD_EXITED;
  *status = info.si_status;
  return 0;
}
