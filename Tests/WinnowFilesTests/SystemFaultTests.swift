import Glibc
import Testing
import WinnowCore
import WinnowFiles

@Suite("Faults of the system in words")
struct SystemFaultTests {
  @Test(
    "passing faults wait, and say what to do",
    arguments: [ENOSPC, EDQUOT, EROFS, EACCES, EPERM, EIO, ESTALE, ENOTCONN, ETIMEDOUT, SystemFault.mountAwayErrno])
  func passing(errno: Int32) {
    let fault = SystemFault("rename", errno: errno)
    let error = fault.about("/a/b.jpg")
    #expect(fault.passes)
    #expect(error.message.contains("cannot rename /a/b.jpg"))
    #expect(error.remedy?.isEmpty == false && (error.cause == nil) == (errno == SystemFault.mountAwayErrno))
  }

  @Test("what the system said is kept for the journal")
  func cause() { #expect(SystemFault("rename", errno: EIO).about("x").cause?.contains("5") == true) }

  @Test(
    "where another file stands than was thought it is looked at anew",
    arguments: [ENOENT, ENOTDIR, ELOOP, EEXIST, SystemFault.irregularFileErrno])
  func another(errno: Int32) { #expect(!SystemFault("rename", errno: errno).passes) }

  @Test(
    "what comes to the same at once again waits, whether it passes or not",
    arguments: [ENAMETOOLONG, EINVAL, EFBIG, ENOSYS, EBADE])
  func lasting(errno: Int32) { #expect(SystemFault("rename", errno: errno).passes) }

  @Test("the codes that scripts see")
  func codes() {
    #expect(SystemFault("open", errno: ENOSPC).about("x").code == .diskFull)
    #expect(SystemFault("open", errno: EACCES).about("x").code == .accessDenied)
    #expect(SystemFault("open", errno: EROFS).about("x").code == .readOnly)
    #expect(SystemFault("open", errno: SystemFault.mountAwayErrno).about("x").code == .mountAway)
    #expect(SystemFault("open", errno: ESTALE).about("x").code == .mountAway)
    #expect(SystemFault("open", errno: ENOENT).about("x").code == .notFound)
    #expect(SystemFault("open", errno: EINVAL).about("x").code == .systemCall)
  }
}
