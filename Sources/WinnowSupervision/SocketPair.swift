internal import Glibc
internal import WinnowCore
internal import WinnowFiles

/// Two connected Unix sockets, one for a child, both close-on-exec.
///
/// They serve as pipes too: unlike a pipe, a socket can be written to without SIGPIPE and read without O_NONBLOCK.
struct SocketPair: ~Copyable {
  let ours: OwnedDescriptor
  let theirs: OwnedDescriptor

  /// `type`: SOCK_STREAM for bytes, SOCK_SEQPACKET for messages.
  init(_ type: __socket_type) throws(WinnowError) {
    var pair: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair) == 0 else {
      throw .systemCall("cannot make a socket for a child", status: -errno)
    }
    ours = OwnedDescriptor(pair[0])
    theirs = OwnedDescriptor(pair[1])
  }
}
