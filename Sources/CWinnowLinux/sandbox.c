#define _GNU_SOURCE
#include "CWinnowSandbox.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int cwinnow_close_from(unsigned int first) { return syscall(SYS_close_range, first, ~0U, 0) ? -errno : 0; }

int cwinnow_drop_privileges(const char *user, uint32_t fallback) {
  if (geteuid() == 0) {
    uid_t uid = fallback;
    gid_t gid = fallback;
    const struct passwd *entry = getpwnam(user);
    if (entry) {
      uid = entry->pw_uid;
      gid = entry->pw_gid;
    }
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++) {
      if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) && errno != EPERM) return -errno;
    }
    if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid)) return -errno;
  }
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
  return syscall(SYS_capset, &header, none) ? -errno : 0;
}

int cwinnow_harden_process(void) {
  const struct rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none)) return -errno;
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)) return -errno;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return -errno;
  return 0;
}

/*
 * From <linux/landlock.h>, whose Debian 12 version ends at ABI 2: the rules
 * of later kernels are asked for by number.
 */
struct landlock_ruleset {
  uint64_t handled_files;
  uint64_t handled_network;
  uint64_t scoped;
};

struct landlock_path_rule {
  uint64_t allowed;
  int32_t parent;
} __attribute__((packed));

enum {
  LANDLOCK_GET_VERSION = 1,
  LANDLOCK_PATH_BENEATH = 1,
  LANDLOCK_READ_FILE = 1 << 2,
  LANDLOCK_READ_FOLDER = 1 << 3,
};

static struct landlock_ruleset landlock_everything(long abi) {
  struct landlock_ruleset rules = {0};
  /* ABI 1: 13 rights; 2 adds renaming across folders, 3 truncation, 5 device ioctls. */
  rules.handled_files = abi >= 5 ? (1 << 16) - 1 : abi >= 3 ? (1 << 15) - 1 : abi == 2 ? (1 << 14) - 1 : (1 << 13) - 1;
  if (abi >= 4) rules.handled_network = 3; /* bind and connect of TCP */
  if (abi >= 6) rules.scoped = 3;          /* abstract sockets, signals */
  return rules;
}

int cwinnow_landlock_begin(void) {
  long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_GET_VERSION);
  if (abi < 0) return -errno;
  struct landlock_ruleset rules = landlock_everything(abi);
  size_t size = abi >= 6 ? sizeof rules : abi >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
  return ruleset < 0 ? -errno : ruleset;
}

int cwinnow_landlock_allow_reading(int ruleset, const char *path) {
  int place = open(path, O_PATH | O_CLOEXEC);
  if (place < 0) return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -errno;
  struct stat about;
  int failure = fstat(place, &about) ? -errno : 0;
  if (!failure) {
    struct landlock_path_rule rule = {.allowed = LANDLOCK_READ_FILE, .parent = place};
    if (S_ISDIR(about.st_mode)) rule.allowed |= LANDLOCK_READ_FOLDER;
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0)) failure = -errno;
  }
  close(place);
  return failure;
}

int cwinnow_landlock_enforce(int ruleset) {
  int failure = syscall(SYS_landlock_restrict_self, ruleset, 0) ? -errno : 0;
  close(ruleset);
  return failure;
}

int cwinnow_limit_address_space(int statm, uint64_t budget) {
  char text[128];
  ssize_t length = pread(statm, text, sizeof text - 1, 0);
  if (length < 0) return -errno;
  text[length] = 0;
  unsigned long long pages = strtoull(text, NULL, 10); /* the first field: total program size */
  if (pages == 0) return -EIO;
  rlim_t limit = (rlim_t)(pages * (uint64_t)sysconf(_SC_PAGESIZE) + budget);
  const struct rlimit both = {limit, limit};
  return setrlimit(RLIMIT_AS, &both) ? -errno : 0;
}

#if defined(__x86_64__)
#define WINNOW_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define WINNOW_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the worker's system call filter knows x86-64 and AArch64"
#endif

/* Calls that are harmless whatever their arguments. */
static const int harmless[] = {
    /* the picture's descriptor, the memory file, the socket, standard error */
    SYS_read, SYS_pread64, SYS_write, SYS_pwrite64, SYS_writev, SYS_close, SYS_fstat, SYS_lseek, SYS_recvmsg,
    SYS_sendmsg, SYS_recvfrom, SYS_sendto, SYS_ppoll,
    /* memory; writable-executable too, since OpenVINO writes code for new batch sizes */
    SYS_brk, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise, SYS_membarrier,
    /* threads */
    SYS_futex, SYS_set_robust_list, SYS_rseq, SYS_gettid, SYS_getpid, SYS_sched_yield, SYS_sched_getaffinity,
    SYS_getcpu, SYS_sched_getparam, SYS_sched_getscheduler, SYS_exit, SYS_exit_group, SYS_restart_syscall,
    /* signals to itself */
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack,
    /* time and numbers */
    SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_getrandom,
    SYS_getrusage, SYS_sysinfo, SYS_uname, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
#if defined(__x86_64__)
    SYS_poll, SYS_time,
#endif
};

enum { CAPACITY = 192 };

struct filter {
  struct sock_filter code[CAPACITY];
  unsigned short count;
};

static void add(struct filter *filter, struct sock_filter instruction) {
  if (filter->count < CAPACITY) filter->code[filter->count] = instruction;
  filter->count++;
}

#define STATEMENT(code, value) ((struct sock_filter)BPF_STMT(code, value))
#define JUMP(code, value, yes, no) ((struct sock_filter)BPF_JUMP(code, value, yes, no))
#define FIELD(name) STATEMENT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
/* The low half of an argument; both architectures are little-endian. */
#define ARGUMENT(index) STATEMENT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[index]))
#define ARGUMENT_HIGH(index) STATEMENT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[index]) + 4)
#define ALLOW STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE(error) STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define IS(value, yes, no) JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), yes, no)

/* `call` is allowed where the low half of argument `index` is one of up to two values. */
static void allow_if_argument(struct filter *filter, int call, int index, uint32_t first, uint32_t second) {
  add(filter, IS(call, 0, 5));
  add(filter, ARGUMENT(index));
  add(filter, IS(first, 1, 0));
  add(filter, IS(second, 0, 1));
  add(filter, ALLOW);
  add(filter, REFUSE(EPERM));
}

static void build(struct filter *filter) {
  filter->count = 0;
  add(filter, FIELD(arch));
  add(filter, IS(WINNOW_ARCHITECTURE, 1, 0));
  add(filter, STATEMENT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  /* x32's calls have other numbers, all above the table: they fall through to the refusal at the end. */
  add(filter, FIELD(nr));
  for (size_t index = 0; index < sizeof harmless / sizeof harmless[0]; index++) {
    add(filter, IS(harmless[index], 0, 1));
    add(filter, ALLOW);
  }
  add(filter, IS(SYS_clone3, 0, 1));
  add(filter, REFUSE(ENOSYS));
  /* Threads, never processes. */
  add(filter, IS(SYS_clone, 0, 4));
  add(filter, ARGUMENT(0));
  add(filter, JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1));
  add(filter, ALLOW);
  add(filter, REFUSE(EPERM));
  /* abort(3) and raise(3). */
  uint32_t self = (uint32_t)getpid();
  allow_if_argument(filter, SYS_tgkill, 0, self, self);
  /* No F_SETOWN (signals), no F_SETLEASE (holds up writers of the picture), no locks. */
  allow_if_argument(filter, SYS_fcntl, 1, F_GETFD, F_GETFL);
  /* Names of threads and of anonymous memory. */
  allow_if_argument(filter, SYS_prctl, 0, PR_SET_NAME, 0x53564d41 /* PR_SET_VMA */);
  /* Placement of the calling thread alone. */
  allow_if_argument(filter, SYS_sched_setaffinity, 0, 0, 0);
  /* getrlimit: of itself (argument 0), with no new limit (argument 2). */
  add(filter, IS(SYS_prlimit64, 0, 8));
  add(filter, ARGUMENT(0));
  add(filter, IS(0, 0, 5));
  add(filter, ARGUMENT(2));
  add(filter, IS(0, 0, 3));
  add(filter, ARGUMENT_HIGH(2));
  add(filter, IS(0, 0, 1));
  add(filter, ALLOW);
  add(filter, REFUSE(EPERM));
  add(filter, REFUSE(EPERM));
}

int cwinnow_seccomp_filter(void) {
  struct filter filter;
  build(&filter);
  if (filter.count > CAPACITY) return -E2BIG;
  const struct sock_fprog program = {.len = filter.count, .filter = filter.code};
  long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (result < 0) return -errno;
  return result > 0 ? -EBUSY : 0; /* the number of a thread that has a filter of its own */
}

int cwinnow_regular_file_size(int descriptor, int64_t *size) {
  struct stat about;
  if (syscall(SYS_fstat, descriptor, &about)) {
    int failure = -errno;
    if (failure != -EACCES) return failure;
    /* A FUSE file system mounted for one user tells nothing to another, who may read what that one opened. */
    off_t end = lseek(descriptor, 0, SEEK_END);
    if (end < 0) return failure;
    *size = end;
    return 0;
  }
  if (!S_ISREG(about.st_mode)) return -EINVAL;
  *size = about.st_size;
  return 0;
}

int cwinnow_library_path(const char *symbol, char *path, size_t capacity) {
  Dl_info about;
  void *address = dlsym(RTLD_DEFAULT, symbol);
  if (!address || !dladdr(address, &about) || !about.dli_fname) return -ENOENT;
  if (strlen(about.dli_fname) >= capacity) return -ENAMETOOLONG;
  strcpy(path, about.dli_fname);
  return 0;
}

int cwinnow_processor_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  /* More than 1,024 processors do not fit into the set. */
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

int cwinnow_name_thread(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0) ? -errno : 0; }
