/*
 * Tests of winnow-watch: watch-test PROGRAM. The last line counts what passed, failed and was skipped.
 * SPDX-License-Identifier: GPL-2.0-only
 *
 * No test waits for a guessed time: a file made last is the mark that all before it has been reported. The alarm
 * bounds them all.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <search.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int program;
static char base[64];
static bool good = true, skip;

#define CHECK(condition, ...)                                  \
  do {                                                         \
    if (!(condition)) {                                        \
      good = false;                                            \
      printf("  %s:%d: %s:", __FILE__, __LINE__, #condition);  \
      printf(" " __VA_ARGS__);                                 \
      putchar('\n');                                           \
    }                                                          \
  } while (0)
#define MUST(call)                                                                       \
  do {                                                                                   \
    if ((call) < 0) {                                                                    \
      fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call, strerror(errno));    \
      exit(1);                                                                           \
    }                                                                                    \
  } while (0)

/* --- Files -------------------------------------------------------------------------------------------------- */

static int remove_entry(const char *path, const struct stat *found, int type, struct FTW *place) {
  (void)found, (void)type, (void)place;
  return remove(path);
}

static void remove_tree(const char *path) { nftw(path, remove_entry, 64, FTW_DEPTH | FTW_PHYS); }

/* A path below the test's own folder. Four at a time may be in use. */
static char *at(const char *format, ...) {
  static char paths[4][PATH_MAX];
  static int turn;
  char *path = paths[turn++ % 4];
  int length = snprintf(path, PATH_MAX, "%s/", base);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(path + length, (size_t)(PATH_MAX - length), format, arguments);
  va_end(arguments);
  return path;
}

static void make(const char *path) { MUST(mkdir(path, 0755)); }

static void append(const char *path) {
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  MUST(file);
  MUST(write(file, "x", 1));
  close(file);
}

static void move(const char *from, const char *to) { MUST(rename(from, to)); }

/* A number under /proc/sys, or -1. */
static long kernel_limit(const char *path) {
  long value = -1;
  FILE *file = fopen(path, "r");
  if (file && fscanf(file, "%ld", &value) != 1) value = -1;
  if (file) fclose(file);
  return value;
}

/* --- The watcher under test --------------------------------------------------------------------------------- */

static struct {
  pid_t process;
  int input;
  FILE *records;
} watcher;

static char *record;
static size_t record_size;

static void start(const char *first, const char *second) {
  int input[2], records[2];
  MUST(pipe2(input, O_CLOEXEC));
  MUST(pipe2(records, O_CLOEXEC));
  MUST(watcher.process = fork());
  if (watcher.process == 0) {
    dup2(input[0], STDIN_FILENO);
    dup2(records[1], STDOUT_FILENO);
    fexecve(program, (char *[]){"winnow-watch", (char *)first, (char *)second, NULL}, environ);
    _exit(127);
  }
  close(input[0]);
  close(records[1]);
  watcher.input = input[1];
  watcher.records = fdopen(records[0], "r");
}

/* The next record, or NULL at the end. */
static const char *next(void) { return getdelim(&record, &record_size, 0, watcher.records) > 0 ? record : NULL; }

/* Reads on to this record. Returns how many of the records on the way had the text in them. */
static int skip_to(const char *wanted, const char *counted) {
  int count = 0;
  for (const char *found; (found = next());) {
    if (counted && strstr(found, counted)) count++;
    if (!strcmp(found, wanted)) return count;
  }
  CHECK(!"the watcher ended", "while waiting for %s", wanted);
  return -1;
}

/* The next record that differs from the one expected last: what one change brings may come more than once. */
static const char *next_other(const char *wanted) {
  static char last[PATH_MAX];
  const char *found = next();
  while (found && !strcmp(found, last) && strcmp(found, wanted)) found = next();
  snprintf(last, sizeof last, "%s", wanted);
  return found ? found : "(end)";
}

#define EXPECT(wanted)                                                                 \
  do {                                                                                 \
    const char *found = next_other(wanted);                                            \
    CHECK(!strcmp(found, wanted), "wanted \"%s\", got \"%s\"", (const char *)wanted, found); \
  } while (0)

static int stop(void) {
  int status;
  close(watcher.input);
  while (next()) continue;
  fclose(watcher.records);
  MUST(waitpid(watcher.process, &status, 0));
  return status;
}

/* Starts on the folder `in` below the test's own. */
static void start_on_inbox(void) {
  make(at("in"));
  char *root;
  MUST(asprintf(&root, "1=%s", at("in")));
  start(root, NULL);
  free(root);
  EXPECT("r1 ");
}

static long resident_pages(void) {
  char path[64];
  long all, resident = -1;
  snprintf(path, sizeof path, "/proc/%d/statm", watcher.process);
  FILE *file = fopen(path, "r");
  if (!file || fscanf(file, "%ld %ld", &all, &resident) != 2) CHECK(!"statm is readable");
  if (file) fclose(file);
  return resident;
}

/* A number from the watcher's /proc/PID/status. */
static unsigned long long status_number(const char *name, int base_of_number) {
  char path[64], line[256], *value = NULL;
  unsigned long long number = 0;
  size_t length = strlen(name);
  snprintf(path, sizeof path, "/proc/%d/status", watcher.process);
  FILE *file = fopen(path, "r");
  while (file && !value && fgets(line, sizeof line, file))
    if (!strncmp(line, name, length) && line[length] == ':') value = line + length + 1;
  CHECK(value, "no %s in %s", name, path);
  if (value) number = strtoull(value, NULL, base_of_number);
  if (file) fclose(file);
  return number;
}

/* Waits until the stopped watcher is really stopped. */
static void halt_watcher(void) {
  MUST(kill(watcher.process, SIGSTOP));
  int status;
  MUST(waitpid(watcher.process, &status, WUNTRACED));
}

/* --- A reader that does what the daemon does ---------------------------------------------------------------- */

static void *seen_files;
static long seen_count;
static size_t prefix_length;

static int compare_text(const void *a, const void *b) { return strcmp(a, b); }

static void see(const char *path) {
  char *copy = strdup(path);
  char **found = tsearch(copy, &seen_files, compare_text);
  if (*found == copy) seen_count++;
  else free(copy);
}

static int see_entry(const char *path, const struct stat *found, int type, struct FTW *place) {
  (void)found, (void)place;
  if (type == FTW_F && strstr(path, "/final")) see(path + prefix_length);
  return 0;
}

static void scan(const char *path) { nftw(path, see_entry, 64, FTW_PHYS); }

static void forget_seen(void) {
  tdestroy(seen_files, free);
  seen_files = NULL;
  seen_count = 0;
}

/* Notes what the records up to the mark tell, and scans the folders that appear. Returns the number of losses. */
static int follow_up_to(const char *mark, int *folders) {
  int lost = 0;
  prefix_length = strlen(at("in/"));
  for (const char *found; (found = next());) {
    if (!strcmp(found, mark)) return lost;
    if (found[0] == 'f') ++*folders, scan(at("in/%s", found + 3));
    if (found[0] == 'l') ++lost, scan(at("in"));
    if ((found[0] == 'm' || found[0] == 'c') && strstr(found, "/final")) see(found + 3);
  }
  CHECK(!"the watcher ended");
  return lost;
}

/* Makes count folders, ten below each, and renames two files into each. */
static pid_t build_tree(int count) {
  pid_t builder = fork();
  MUST(builder);
  if (builder) return builder;
  for (int i = 0; i < count; i++) {
    char folder[64];
    snprintf(folder, sizeof folder, i % 11 == 0 ? "in/d%d" : "in/d%d/s%d", i - i % 11, i);
    make(at("%s", folder));
    for (int k = 0; k < 2; k++) {
      append(at("%s/.part%d", folder, k));
      move(at("%s/.part%d", folder, k), at("%s/final%d", folder, k));
    }
  }
  append(at("in/mark"));
  _exit(0);
}

/* --- Tests -------------------------------------------------------------------------------------------------- */

static void test_fast_tree(void) {
  int folders = 0;
  start_on_inbox();
  forget_seen();
  pid_t builder = build_tree(9000);
  int lost = follow_up_to("c1 mark", &folders);
  waitpid(builder, NULL, 0);
  CHECK(seen_count == 18000, "%ld files of 18,000, %d scans, %d losses", seen_count, folders, lost);
  CHECK(stop() == 0);
}

static void test_overflow(void) {
  long limit = kernel_limit("/proc/sys/fs/inotify/max_queued_events");
  if (limit < 1 || limit > 100000) return (void)(skip = true);
  int folders = 0;
  start_on_inbox();
  forget_seen();
  halt_watcher();
  for (long i = 0; i <= limit; i++) append(at("in/%ld", i % 2000)); /* two events each */
  pid_t builder = build_tree(110);
  waitpid(builder, NULL, 0);
  MUST(kill(watcher.process, SIGCONT));
  CHECK(follow_up_to("l1 overflow", &folders) == 0);
  scan(at("in"));
  CHECK(seen_count == 220, "%ld files of 220", seen_count);
  append(at("in/d99/s109/late"));
  skip_to("c1 d99/s109/late", NULL);
  CHECK(stop() == 0);
}

static void test_files(void) {
  start_on_inbox();
  append(at("in/a"));
  EXPECT("c1 a");
  MUST(link(at("in/a"), at("in/b")));
  skip_to("c1 b", NULL);
  append(at("outside"));
  move(at("outside"), at("in/c"));
  skip_to("m1 c", NULL);
  move(at("in/c"), at("in/d"));
  EXPECT("g1 c");
  EXPECT("m1 d");
  MUST(unlink(at("in/d")));
  skip_to("g1 d", NULL);
  move(at("in/a"), at("outside"));
  EXPECT("g1 a");
  CHECK(stop() == 0);
}

static void test_names(void) {
  start_on_inbox();
  append(at("in/new\nline"));
  EXPECT("c1 new\nline");
  append(at("in/\xff\xfe raw"));
  EXPECT("c1 \xff\xfe raw");
  make(at("in/l1 overflow"));
  EXPECT("f1 l1 overflow");
  append(at("in/l1 overflow/\x01"));
  EXPECT("c1 l1 overflow/\x01");
  CHECK(stop() == 0);
}

static void test_repeated_changes(void) {
  start_on_inbox();
  halt_watcher();
  for (int i = 0; i < 1000; i++) append(at("in/%s", i % 2 ? "odd" : "even"));
  append(at("in/mark"));
  MUST(kill(watcher.process, SIGCONT));
  int count = skip_to("c1 mark", "c1 ");
  CHECK(count <= 3, "%d records", count);
  CHECK(stop() == 0);
}

static void test_change_after_reading(void) {
  start_on_inbox();
  for (int i = 0; i < 3; i++) {
    append(at("in/a"));
    EXPECT("c1 a");
    append(at("in/b"));
    EXPECT("c1 b");
  }
  CHECK(stop() == 0);
}

static void test_change_after_rename(void) {
  start_on_inbox();
  halt_watcher();
  append(at("in/a"));
  move(at("in/a"), at("in/b"));
  append(at("in/b"));
  append(at("in/a"));
  MUST(kill(watcher.process, SIGCONT));
  EXPECT("c1 a");
  EXPECT("g1 a");
  EXPECT("m1 b");
  EXPECT("c1 b");
  EXPECT("c1 a");
  CHECK(stop() == 0);
}

static void test_folder_renamed_inside(void) {
  start_on_inbox();
  make(at("in/a"));
  EXPECT("f1 a");
  make(at("in/a/b"));
  EXPECT("f1 a/b");
  move(at("in/a"), at("in/z"));
  EXPECT("g1 a");
  EXPECT("f1 z");
  append(at("in/z/b/file"));
  EXPECT("c1 z/b/file");
  make(at("in/a"));
  EXPECT("f1 a");
  append(at("in/a/file"));
  EXPECT("c1 a/file");
  CHECK(stop() == 0);
}

static void test_folder_renamed_at_once(void) {
  start_on_inbox();
  halt_watcher();
  make(at("in/a"));
  make(at("in/a/deep"));
  move(at("in/a"), at("in/b"));
  make(at("in/a"));
  move(at("in/b"), at("in/c"));
  move(at("in/a"), at("in/b"));
  make(at("in/a"));
  append(at("in/mark"));
  MUST(kill(watcher.process, SIGCONT));
  skip_to("c1 mark", NULL);
  append(at("in/c/deep/x"));
  EXPECT("c1 c/deep/x");
  append(at("in/b/x"));
  EXPECT("c1 b/x");
  append(at("in/a/x"));
  EXPECT("c1 a/x");
  CHECK(stop() == 0);
}

static void test_folder_moved_into_a_new_one(void) {
  start_on_inbox();
  make(at("in/x"));
  EXPECT("f1 x");
  halt_watcher();
  make(at("in/new"));
  move(at("in/x"), at("in/new/x")); /* seen while reading `new`, before the event that it left */
  append(at("in/mark"));
  MUST(kill(watcher.process, SIGCONT));
  EXPECT("f1 new");
  EXPECT("g1 x");
  EXPECT("c1 mark");
  append(at("in/new/x/file"));
  EXPECT("c1 new/x/file");
  CHECK(stop() == 0);
}

static void test_folder_moved_out(void) {
  start_on_inbox();
  make(at("in/a"));
  EXPECT("f1 a");
  make(at("in/a/b"));
  EXPECT("f1 a/b");
  move(at("in/a"), at("a"));
  EXPECT("g1 a");
  append(at("a/x"));
  append(at("a/b/x"));
  append(at("in/mark"));
  EXPECT("c1 mark");
  move(at("a"), at("in/a"));
  EXPECT("f1 a");
  append(at("in/a/b/y"));
  EXPECT("c1 a/b/y");
  CHECK(stop() == 0);
}

static void test_folder_replaced(void) {
  start_on_inbox();
  make(at("in/a"));
  EXPECT("f1 a");
  make(at("new"));
  make(at("new/sub"));
  MUST(rmdir(at("in/a")));
  move(at("new"), at("in/a"));
  EXPECT("g1 a");
  EXPECT("f1 a");
  append(at("in/a/sub/x"));
  EXPECT("c1 a/sub/x");
  make(at("in/b"));
  EXPECT("f1 b");
  move(at("in/a"), at("in/b")); /* over an empty folder, of which no event tells */
  EXPECT("g1 a");
  EXPECT("f1 b");
  append(at("in/b/sub/x"));
  EXPECT("c1 b/sub/x");
  move(at("in/b"), at("outside"));
  EXPECT("g1 b");
  append(at("outside/sub/x"));
  append(at("in/mark"));
  EXPECT("c1 mark");
  CHECK(stop() == 0);
}

static void test_same_folder_again_and_again(void) {
  long before = 0;
  start_on_inbox();
  for (int i = 0; i < 5000; i++) {
    make(at("in/same"));
    EXPECT("f1 same");
    MUST(rmdir(at("in/same")));
    EXPECT("g1 same");
    if (i == 500) before = resident_pages();
  }
  long after = resident_pages();
  CHECK(after <= before, "%ld pages before, %ld after", before, after);
  make(at("in/same"));
  EXPECT("f1 same");
  append(at("in/same/x"));
  EXPECT("c1 same/x");
  CHECK(stop() == 0);
}

static void test_what_is_not_watched(void) {
  start_on_inbox();
  make(at("elsewhere"));
  MUST(symlink(at("elsewhere"), at("in/link")));
  EXPECT("c1 link");
  append(at("elsewhere/x"));
  make(at("in/.hidden"));
  append(at("in/.hidden/x"));
  make(at("in/.hidden/deep"));
  append(at("in/mark"));
  EXPECT("c1 mark");
  move(at("in/.hidden"), at("in/shown"));
  EXPECT("g1 .hidden");
  EXPECT("f1 shown");
  append(at("in/shown/deep/y"));
  EXPECT("c1 shown/deep/y");
  CHECK(stop() == 0);
}

/* As an ordinary user, since root is never shut out. */
static void test_closed_folder_opens(void) {
  if (geteuid() == 0) {
    MUST(chown(base, 65534, 65534));
    MUST(setgid(65534));
    MUST(setuid(65534));
  }
  start_on_inbox();
  MUST(mkdir(at("in/shut"), 0));
  EXPECT("f1 shut"); /* the reader sees for itself that it may not */
  MUST(chmod(at("in/shut"), 0755));
  append(at("in/shut/x"));
  append(at("in/other mark"));
  skip_to("c1 other mark", NULL);
  append(at("in/shut/y"));
  skip_to("c1 shut/y", NULL);
  CHECK(stop() == 0);
}

static void test_nested_and_flat_roots(void) {
  char *outer, *inner;
  make(at("in"));
  make(at("in/deep"));
  make(at("in/deep/inner"));
  make(at("in/deep/inner/sub"));
  MUST(asprintf(&outer, "1=%s", at("in")));
  MUST(asprintf(&inner, "flat:22=%s", at("in/deep/inner")));
  start(outer, inner);
  EXPECT("r1 ");
  EXPECT("r22 ");
  append(at("in/deep/x"));
  EXPECT("c1 deep/x");
  append(at("in/deep/inner/x"));
  EXPECT("c22 x");
  append(at("in/deep/inner/sub/x"));
  append(at("in/mark"));
  EXPECT("c1 mark");
  move(at("in/deep/inner"), at("in/deep/other"));
  EXPECT("l22 root_gone");
  EXPECT("g1 deep/inner");
  EXPECT("f1 deep/other");
  CHECK(stop() == 0);
  free(outer);
  free(inner);
}

static void test_root_renamed(void) {
  start_on_inbox();
  make(at("in/a"));
  EXPECT("f1 a");
  move(at("in"), at("other"));
  EXPECT("l1 root_gone");
  append(at("other/a/x"));
  CHECK(stop() == 0);
}

static void test_root_removed_while_open(void) {
  start_on_inbox();
  int held = open(at("in"), O_PATH | O_CLOEXEC);
  MUST(rmdir(at("in")));
  EXPECT("l1 root_gone");
  close(held);
  CHECK(stop() == 0);
}

static void test_missing_root(void) {
  start("1=/nonexistent/folder", NULL);
  EXPECT("l1 root_gone");
  CHECK(stop() == 0);
}

/* In a user namespace, which has a limit of its own. */
static void test_watch_limit(void) {
  make(at("in"));
  for (int i = 0; i < 50; i++) make(at("in/%d", i));
  if (unshare(CLONE_NEWUSER) < 0) return (void)(skip = true);
  FILE *limit = fopen("/proc/sys/user/max_inotify_watches", "w");
  if (!limit || fprintf(limit, "20") < 0 || fclose(limit) < 0) return (void)(skip = true);
  char *root;
  MUST(asprintf(&root, "1=%s", at("in")));
  start(root, NULL);
  EXPECT("l1 watch_limit");
  EXPECT("r1 ");
  append(at("in/x"));
  EXPECT("c1 x");
  CHECK(stop() == 0);
  free(root);
}

static void test_unmount(void) {
  make(at("in"));
  if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
      mount("none", at("in"), "tmpfs", 0, "size=1m") < 0)
    return (void)(skip = true);
  make(at("in/card"));
  MUST(mount("none", at("in/card"), "tmpfs", 0, "size=1m"));
  make(at("in/card/sub"));
  char *root;
  MUST(asprintf(&root, "1=%s", at("in")));
  start(root, NULL);
  EXPECT("r1 ");
  append(at("in/card/sub/x"));
  EXPECT("c1 card/sub/x");
  MUST(umount(at("in/card"))); /* fails if the watcher holds anything open */
  skip_to("f1 card", NULL);
  append(at("in/card/y"));
  EXPECT("c1 card/y");
  MUST(umount(at("in")));
  EXPECT("l1 unmounted");
  CHECK(stop() == 0);
  free(root);
}

static void test_idle(void) {
  start_on_inbox();
  append(at("in/a"));
  EXPECT("c1 a");
  halt_watcher();
  MUST(kill(watcher.process, SIGCONT));
  append(at("in/b"));
  EXPECT("c1 b");
  usleep(200000); /* time to fall asleep; then every wake-up in a second and a half is one too many */
  unsigned long long before = status_number("voluntary_ctxt_switches", 10);
  usleep(1500000);
  unsigned long long after = status_number("voluntary_ctxt_switches", 10);
  CHECK(after == before, "%llu wake-ups", after - before);
  CHECK(stop() == 0);
}

static void test_rights(void) {
  start_on_inbox();
  const char *sets[] = {"CapInh", "CapPrm", "CapEff", "CapAmb"};
  for (int i = 0; i < 4; i++) {
    unsigned long long rights = status_number(sets[i], 16);
    CHECK((rights & ~4ull) == 0, "%s is %llx", sets[i], rights); /* 4: CAP_DAC_READ_SEARCH */
  }
  CHECK(status_number("NoNewPrivs", 10) == 1);
  CHECK(stop() == 0);
}

static void test_reader_gone(void) {
  start_on_inbox();
  fclose(watcher.records);
  append(at("in/a"));
  int status;
  MUST(waitpid(watcher.process, &status, 0));
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  close(watcher.input);
}

static void test_usage(void) {
  const char *wrong[] = {"x=/tmp", "1", "1=", "=/tmp", "flat:/tmp"};
  int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC), errors = dup(STDERR_FILENO);
  dup2(quiet, STDERR_FILENO);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    start(wrong[i], NULL);
    CHECK(WEXITSTATUS(stop()) == 2, "for %s", wrong[i]);
  }
  dup2(errors, STDERR_FILENO);
  close(errors);
  close(quiet);
}

/* Each test runs in a process and a folder of its own, so that it can neither hang nor spoil the others. */
static int run(const char *sentence, void (*test)(void)) {
  strcpy(base, "/tmp/winnow-watch.XXXXXX");
  if (!mkdtemp(base)) exit(1);
  pid_t child = fork();
  MUST(child);
  if (child == 0) {
    alarm(60);
    test();
    _exit(!good ? 1 : skip ? 77 : 0);
  }
  int status;
  MUST(waitpid(child, &status, 0));
  remove_tree(base);
  int result = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  if (WIFSIGNALED(status)) printf("  ended by signal %d\n", WTERMSIG(status));
  printf("%s: %s\n", result == 77 ? "skip" : result ? "FAIL" : "ok  ", sentence);
  return result;
}

static const struct {
  const char *sentence;
  void (*test)(void);
} tests[] = {
    {"wrong arguments are refused", test_usage},
    {"files that come, change and go are told apart", test_files},
    {"names are bytes", test_names},
    {"a thousand changes of a file that nobody has read yet are one record", test_repeated_changes},
    {"a change after the last was read is told again", test_change_after_reading},
    {"a change after a rename is told after it", test_change_after_rename},
    {"a renamed folder goes on under its new name", test_folder_renamed_inside},
    {"folders renamed before they are looked at end up right", test_folder_renamed_at_once},
    {"a folder moved into one made a moment before is watched there", test_folder_moved_into_a_new_one},
    {"a folder moved out is silent, with all below", test_folder_moved_out},
    {"a folder replaced by another is watched", test_folder_replaced},
    {"a folder made and removed 5,000 times costs no memory", test_same_folder_again_and_again},
    {"links and hidden folders are not entered", test_what_is_not_watched},
    {"a folder that becomes readable is watched", test_closed_folder_opens},
    {"a root inside another is its own, and a flat root ends at its folders", test_nested_and_flat_roots},
    {"a renamed root is gone", test_root_renamed},
    {"a removed root is gone, also where somebody holds it open", test_root_removed_while_open},
    {"a missing root is gone from the start", test_missing_root},
    {"an unmounted root is told, an unmounted folder inside is left", test_unmount},
    {"a full table of watches is told, and the rest goes on", test_watch_limit},
    {"an overflow is told after all is watched again", test_overflow},
    {"none of 18,000 files in 9,000 folders made at once is lost", test_fast_tree},
    {"an idle watcher sleeps", test_idle},
    {"it keeps no right but to read folders", test_rights},
    {"the watcher ends when nobody reads", test_reader_gone},
};

int main(int argc, char **argv) {
  int passed = 0, failed = 0, skipped = 0;
  if (argc != 2 || (program = open(argv[1], O_RDONLY | O_CLOEXEC)) < 0) return 2;
  umask(022);
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
    int result = run(tests[i].sentence, tests[i].test);
    ++*(result == 77 ? &skipped : result ? &failed : &passed);
  }
  printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
  return failed > 0;
}
