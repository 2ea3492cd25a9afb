/* File operations that Swift's Glibc does not see (openat2, renameat2, statx, file handles, leases) or that need a
 * loop (extended attributes, directory entries). Every function returns 0 or a count, or a negative errno; EINTR is
 * retried inside. Nothing is allocated, nothing is kept. */
#ifndef CWINNOWLINUX_H
#define CWINNOWLINUX_H

#include <stdint.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

/* What statx tells about one file. Times are nanoseconds since 1970. */
struct cwinnow_status {
  uint64_t device;   /* major << 32 | minor */
  uint64_t inode;
  uint64_t mount;    /* mount id; 0 where the kernel does not tell */
  int64_t size;
  int64_t modified;
  int64_t changed;
  int64_t born;      /* 0 where the file system keeps none */
  uint32_t mode;     /* type and permissions */
  uint32_t owner;
  uint32_t group;
  uint32_t links;
};

/* A folder by its absolute path: the one place where links are followed, since a person chose the path. */
int cwinnow_open_root(const char *path);
/* Below a folder, never out of it and through no symbolic link (openat2: RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS). */
int cwinnow_open_beneath(int folder, const char *path, int flags, unsigned mode);
/* The same file once more with other flags, through /proc/self/fd. */
int cwinnow_reopen(int descriptor, int flags);
int cwinnow_close(int descriptor);

/* `name` empty: the descriptor itself. A final symbolic link is not followed. */
int cwinnow_status(int folder, const char *name, struct cwinnow_status *status);
/* Name-to-handle: 4 bytes of type, then the handle; returns its length, at most 132. */
int cwinnow_handle(int descriptor, uint8_t *handle);
/* f_type of statfs, see linux/magic.h. */
int cwinnow_file_system_type(int descriptor, int64_t *type);
/* Free bytes for ordinary users. */
int cwinnow_free_bytes(int descriptor, uint64_t *bytes);

int cwinnow_rename_without_replacing(int from_folder, const char *from, int to_folder, const char *to);
int cwinnow_rename_replacing(int from_folder, const char *from, int to_folder, const char *to);
int cwinnow_link(int from_folder, const char *from, int to_folder, const char *to);
/* Fails when the name is taken; the target is not looked at. */
int cwinnow_make_symbolic_link(const char *target, int folder, const char *name);
/* The target of a symbolic link, without an ending NUL; the count of its bytes or a negative errno. */
int64_t cwinnow_read_link(int folder, const char *name, void *buffer, size_t capacity);
int cwinnow_unlink(int folder, const char *name);
/* With the mode, owner and group of `folder`, as far as rights reach, and its default access control list. */
int cwinnow_make_folder(int folder, const char *name);
int cwinnow_remove_folder(int folder, const char *name);

/* Reads at an offset; 0 at the end. */
int64_t cwinnow_read(int descriptor, void *buffer, size_t count, int64_t offset);
int64_t cwinnow_write(int descriptor, const void *buffer, size_t count);
/* Copies `count` bytes from `offset` in the kernel; 0 at the end, -EXDEV and friends where it cannot. Moves the
 * target's own offset, not the source's. */
int64_t cwinnow_copy_range(int from, int64_t offset, int to, size_t count);
/* Shares the whole contents (FICLONE). */
int cwinnow_clone(int from, int to);
/* Owner, mode, extended attributes (access control lists are among them), times. Returns 0, or the first errno that
 * matters; an owner that may not be given and attributes the target cannot hold do not. */
int cwinnow_copy_metadata(int from, int to);

/* Owner, group and mode; a negative number leaves one as it is. */
int cwinnow_set_rights(int descriptor, int64_t owner, int64_t group, int64_t mode);
int cwinnow_sync(int descriptor);
int cwinnow_sync_data(int descriptor);
int cwinnow_sync_file_system(int descriptor);

/* A read lease: -EAGAIN while somebody has the file open for writing. */
int cwinnow_take_lease(int descriptor);
int cwinnow_drop_lease(int descriptor);
/* A lease that somebody breaks sends SIGIO, whose default ends the process. */
void cwinnow_ignore_lease_signal(void);

/* Raw getdents64 into `buffer`; returns bytes, 0 at the end. */
int64_t cwinnow_read_folder(int descriptor, void *buffer, size_t capacity);
/* One entry of that buffer at `offset`; returns the next offset. `type` is DT_*. */
size_t cwinnow_folder_entry(const void *buffer, size_t offset, uint8_t *type, const char *_Nonnull *_Nonnull name,
                            size_t *length);

/* An exclusive lock on the whole file; returns 0, or -EAGAIN with the holder's process id in `holder`. The lock ends
 * with the process. */
int cwinnow_lock_file(int descriptor, int *holder);

/* Refuses writable-executable memory in this process, not in its children (PR_SET_MDWE with PR_MDWE_NO_INHERIT,
 * Linux 6.6). */
int cwinnow_deny_write_execute(void);

/* Gives memory that is free back to the kernel (malloc_trim). */
void cwinnow_release_memory(void);

/* Has this process read and write only when nobody else wants the disk (ioprio_set, which glibc does not wrap). */
int cwinnow_idle_io(void);

/* Empties the ambient set: this process keeps its capabilities, programs that it starts get none. */
int cwinnow_keep_capabilities_from_children(void);

#pragma clang assume_nonnull end
#endif
