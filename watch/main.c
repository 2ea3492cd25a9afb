/*
 * winnow-watch: tells what happens below some folders, as records on stdout. README.md describes them.
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * It is a program of its own because libinotifytools is GPL-2.0-only.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inotifytools/inotifytools.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "folders.h"
#include "records.h"
#include "tree.h"

/* A folder has come, or may have become readable. */
static void folder_appeared(struct folder *parent, const char *name) {
  if (name[0] == '.' || root_of(parent)->flat) return;
  if (watch_tree(parent, name)) say_path('f', parent, name);
}

static void folder_vanished(struct folder *parent, const char *name) {
  struct folder *child = child_named(parent, name);
  if (child) drop_folder(child);
  say_path('g', parent, name);
}

/* Something happened to a watched folder itself. */
static void handle_own_event(struct folder *folder, uint32_t events) {
  struct root *root = root_of(folder);
  if (events & IN_UNMOUNT) check_root(root, loss_unmounted);
  if (events & (IN_DELETE_SELF | IN_MOVE_SELF) && !folder->parent) lose_root(root, loss_root_gone);
  if (root->gone || !(events & (IN_UNMOUNT | IN_IGNORED))) return;
  if (!folder->parent) return lose_root(root, loss_root_gone);
  if (events & IN_UNMOUNT) {
    /* What the mount had covered is there again. */
    struct folder *parent = folder->parent;
    char name[NAME_MAX + 1];
    strcpy(name, folder->name);
    folder_vanished(parent, name);
    folder_appeared(parent, name);
  } else {
    drop_folder(folder);
  }
}

/* Something happened to a name in a watched folder. */
static void handle_named_event(struct folder *folder, uint32_t events, const char *name) {
  if (events & IN_ISDIR) {
    if (events & vanished) folder_vanished(folder, name);
    if (events & (appeared | IN_ATTRIB)) folder_appeared(folder, name);
  } else if (events & vanished) {
    forget_change(folder, name);
    say_path('g', folder, name);
  } else if (events & IN_MOVED_TO) {
    forget_change(folder, name);
    say_path('m', folder, name);
  } else if (events & changed) {
    say_changed(folder, name);
  }
}

/* Takes what is in the kernel's queue. Returns false where events were lost. A queue that never gets empty is handed
 * over after so many events (chosen, not measured). */
static bool drain(void) {
  enum { events_a_flush = 1 << 14 };
  bool whole = true;
  int count = 0;
  for (struct inotify_event *event; (event = inotifytools_next_events(0, 1));) {
    if (++count % events_a_flush == 0) flush_records();
    if (event->mask & IN_Q_OVERFLOW) whole = false;
    if (!whole) continue; /* all of it is looked at anew; only the library's buffer has to be emptied */
    if ((event->mask & IN_IGNORED) || ((event->mask & IN_ISDIR) && (event->mask & vanished)))
      for (size_t i = 0; i < root_count; i++)
        if (roots[i].top && roots[i].above == event->wd) check_root(&roots[i], loss_root_gone);
    struct folder *folder = folder_of_watch(event->wd);
    if (!folder) continue;
    if (event->len > 0)
      handle_named_event(folder, event->mask, event->name);
    else
      handle_own_event(folder, event->mask);
  }
  if (inotifytools_error() && inotifytools_error() != EINTR) {
    errno = inotifytools_error();
    fail("cannot read events", "");
  }
  return whole;
}

/* The library keeps its descriptor to itself, but it takes the lowest that is free. */
static void start_library(void) {
  inotify_descriptor = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  if (inotify_descriptor < 0) fail("no free descriptor", "");
  close(inotify_descriptor);
  if (inotifytools_initialize()) return;
  errno = inotifytools_error();
  fail("cannot watch folders", errno == EMFILE ? "; raise fs.inotify.max_user_instances with sysctl" : "");
}

static void start_again(void) {
  for (size_t i = 0; i < root_count; i++)
    if (roots[i].top) drop_folder(roots[i].top);
  inotifytools_cleanup();
  start_library();
  watch_all(true);
}

static _Noreturn void usage(void) {
  fputs("usage: winnow-watch [flat:]KEY=PATH...\n"
        "Writes records about the folders PATH to stdout until stdin ends. See README.md.\n", stderr);
  exit(2);
}

static void parse_roots(int count, char **arguments) {
  if (count < 1) usage();
  roots = allocate((size_t)count * sizeof *roots);
  root_count = (size_t)count;
  for (size_t i = 0; i < root_count; i++) {
    char *text = arguments[i];
    roots[i].flat = strncmp(text, "flat:", 5) == 0;
    if (roots[i].flat) text += 5;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 9 || text[digits] != '=' || text[digits + 1] == '\0') usage();
    text[digits] = '\0';
    roots[i].key = text;
    roots[i].path = text + digits + 1;
    roots[i].above = -1;
  }
}

/* It needs to read folders and nothing else: of the rights it was started with, if any, it keeps that one. A death
 * signal from the parent is not asked for: it would come when the thread that started us ends, not the process; the end
 * of stdin is the sign. */
static void give_up_rights(void) {
  struct __user_cap_header_struct version = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct rights[_LINUX_CAPABILITY_U32S_3] = {0};
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  if (syscall(SYS_capget, &version, rights) == 0) {
    uint32_t kept = rights[0].permitted & 1u << CAP_DAC_READ_SEARCH;
    memset(rights, 0, sizeof rights);
    rights[0].permitted = rights[0].effective = kept;
    syscall(SYS_capset, &version, rights);
  }
  struct rlimit none = {0, 0};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  setrlimit(RLIMIT_CORE, &none);
  signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv) {
  parse_roots(argc - 1, argv + 1);
  give_up_rights();
  start_library();
  watch_all(false);
  flush_records();
  for (;;) {
    struct pollfd ready[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = inotify_descriptor, .events = POLLIN}};
    if (poll(ready, 2, -1) < 0 && errno != EINTR) fail("cannot wait", "");
    char ignored[256];
    if (ready[0].revents && read(STDIN_FILENO, ignored, sizeof ignored) <= 0) return 0;
    if (!ready[1].revents) continue;
    if (!drain()) start_again();
    flush_records();
  }
}
