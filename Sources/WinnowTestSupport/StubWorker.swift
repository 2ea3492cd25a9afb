import Foundation
import Glibc
public import SystemPackage
public import WinnowFiles

/// A worker in C that does what the "picture" says: `ok`, `segv`, `hang` …; compiled once, with the machine's cc.
public enum StubWorker {
  /// Nil where there is no C compiler.
  public static let program: FilePath? = {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("winnow-stub-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let source = folder.appendingPathComponent("stub.c")
      try text.write(to: source, atomically: true, encoding: .utf8)
    } catch {
      return nil
    }
    let program = folder.appendingPathComponent("stub").path
    for compiler in ["/usr/bin/cc", "/usr/bin/clang", "/usr/bin/gcc"] where access(compiler, X_OK) == 0 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: compiler)
      process.arguments = ["-O1", "-o", program, folder.appendingPathComponent("stub.c").path]
      guard (try? process.run()) != nil else { continue }
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { continue }
      // Held open for the rest of the run, so that the folder can go now: a child of ours finds it by this name.
      let held = open(program, O_RDONLY | O_CLOEXEC)
      return held < 0 ? nil : FilePath("/proc/self/fd/\(held)")
    }
    return nil
  }()

  /// An open file that holds `contents` and has no name.
  public static func picture(_ contents: String) throws(Errno) -> OwnedDescriptor {
    var name = Array("/tmp/winnow-picture-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    unlink(name)
    _ = contents.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    return OwnedDescriptor(descriptor)
  }

  private static let text = #"""
    #define _GNU_SOURCE
    #include <errno.h>
    #include <signal.h>
    #include <stdint.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/socket.h>
    #include <unistd.h>

    static unsigned char message[200000];
    static size_t length;
    static void put(const void *bytes, size_t count) { memcpy(message + length, bytes, count); length += count; }
    static void put8(uint8_t value) { put(&value, 1); }
    static void put32(uint32_t value) { put(&value, 4); }
    static void put64(uint64_t value) { put(&value, 8); }
    static void text(const char *value) { put32(strlen(value)); put(value, strlen(value)); }

    static void post(int descriptor) {
      char control[CMSG_SPACE(sizeof(int))] = {0};
      struct iovec part = {message, length};
      struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
      if (descriptor >= 0) {
        header.msg_control = control;
        header.msg_controllen = sizeof control;
        struct cmsghdr *first = CMSG_FIRSTHDR(&header);
        first->cmsg_level = SOL_SOCKET;
        first->cmsg_type = SCM_RIGHTS;
        first->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(first), &descriptor, sizeof(int));
      }
      int size = 1 << 20;
      setsockopt(3, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
      sendmsg(3, &header, MSG_NOSIGNAL);
      length = 0;
    }

    static void classified(uint64_t id, uint32_t label, uint32_t logits) {
      static unsigned char digest[32];
      put8(2); put64(id); put32(32); put(digest, 32); put64(2); text("jpeg"); put32(4); put32(3); put64(77);
      put8(0); put8(0);
      float probability = 0.75f;
      put32(1); put32(label); put(&probability, 4);
      put32(logits);
      for (uint32_t index = 0; index < logits; index++) put(&probability, 4);
      put8(0);
    }

    /* Refuses a picture with its own text. */
    static void quote(uint64_t id, const char *what) {
      put8(3); put64(id); text("corrupt"); text(what); put8(0);
      post(-1);
    }

    int main(int count, char **arguments) {
      const char *mode = count > 1 ? arguments[1] : "sound";
      if (!strcmp(mode, "silent")) { pause(); }
      if (!strcmp(mode, "exits")) return 3;
      if (!strcmp(mode, "fails")) {
        put8(4); text("bundle_broken"); text("the self-check failed"); put8(1); text("import the model again");
        post(-1);
        return 1;
      }
      put8(1); put32(!strcmp(mode, "old") ? 0 : 5); text("CPU"); text("fp32"); put32(5); put32(4); put8(0);
      post(-1);
      uint64_t held[64];
      int holding = 0;
      static char late[64][64];
      uint64_t lateID[64];
      int lateCount = 0;
      for (;;) {
        unsigned char request[64];
        char control[CMSG_SPACE(sizeof(int))];
        struct iovec part = {request, sizeof request};
        struct msghdr header = {
          .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t size = recvmsg(3, &header, 0);
        if (size <= 0) return strcmp(mode, "stubborn") ? 0 : (pause(), 0);
        int picture = -1;
        struct cmsghdr *first = CMSG_FIRSTHDR(&header);
        if (first) memcpy(&picture, CMSG_DATA(first), sizeof(int));
        char what[64] = {0};
        if (pread(picture, what, sizeof what - 1, 0) < 0) return 9;
        uint64_t id;
        memcpy(&id, request + 1, 8);
        if (!strcmp(what, "segv")) raise(SIGSEGV);
        if (!strcmp(what, "abort")) abort();
        if (!strcmp(what, "exit")) return 12;
        if (!strcmp(what, "hang")) pause();
        if (!strcmp(what, "kill")) raise(SIGKILL);
        if (!strcmp(what, "garbage")) { put32(0xDEADBEEF); post(-1); pause(); }
        if (!strcmp(what, "oversized")) { length = 150000; post(-1); pause(); }
        if (!strcmp(what, "descriptor")) { classified(id, 1, 0); post(picture); pause(); }
        if (!strcmp(what, "unknown")) { classified(id + 1000, 1, 0); post(-1); pause(); }
        if (!strcmp(what, "class")) { classified(id, 5, 0); post(-1); pause(); }
        if (!strcmp(what, "empty")) { post(-1); pause(); }
        if (!strcmp(what, "answer and die")) { classified(id, 1, 0); post(-1); raise(SIGSEGV); }
        if (!strcmp(what, "refuse")) {
          put8(3); put64(id); text("truncated"); text("it ends early"); put8(0);
          post(-1);
        } else if (!strncmp(what, "late ", 5)) {
          strcpy(late[lateCount], what);
          lateID[lateCount++] = id;
        } else if (!strncmp(what, "quote ", 6)) {
          quote(id, what);
          while (lateCount) { lateCount--; quote(lateID[lateCount], late[lateCount]); }
        } else if (!strcmp(what, "three")) {
          held[holding++] = id;
          if (holding == 3) {
            while (holding) { classified(held[--holding], 1, 0); post(-1); }
          }
        } else {
          classified(id, 1, request[9] ? 5 : 0);
          post(-1);
        }
        close(picture);
      }
    }
    """#
}
