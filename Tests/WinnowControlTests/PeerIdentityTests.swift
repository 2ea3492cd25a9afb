import Foundation
import Glibc
import SystemPackage
import Testing
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowTestSupport

@Suite("who the kernel says is asking")
struct PeerIdentityTests {
  /// Other users can only be had as root, and with util-linux's setpriv.
  private static let setpriv: FilePath = "/usr/bin/setpriv"
  private static let canBecomeOthers = geteuid() == 0 && access(setpriv.string, X_OK) == 0

  /// A group that nobody is in.
  private static let group: UInt32 = 61234

  /// How winnowctl ends when another user runs a copy of it, since the build folder may be closed to others.
  private func status(of arguments: [String], groups: [String], live: LiveServer) throws -> Int32 {
    let programs = try TemporaryFolder()
    chmod(programs.path.string, 0o755)
    let program = try CommandLineTool.install("winnowctl", in: programs)
    let tool = CommandLineTool(socket: live.socket, folder: live.folder.path, program: Self.setpriv)
    let identity = ["--reuid=61235", "--regid=61235"] + groups
    let outcome = try tool.run((identity + [program.string] + arguments).map { Array($0.utf8) })
    withExtendedLifetime(programs) {}
    return outcome.status
  }

  @Test(
    "visitors look, members act, and only the owner changes what is watched",
    .enabled(if: canBecomeOthers, "needs root and setpriv"))
  func standings() throws {
    let live = try LiveServer(socket: { try .make(at: $0, mode: 0o666, group: Self.group) })
    chmod(live.folder.path.string, 0o755)
    let add = ["inbox", "add", "/i", "--name", "n", "--output", "/o", "--model", "m"]
    for (groups, allowed) in [
      (["--clear-groups"], [true, false, false]), (["--groups=\(Self.group)"], [true, true, false]),
    ] {
      for (arguments, isAllowed) in zip([["inbox", "list"], ["pause"], add], allowed) {
        let status = try status(of: arguments, groups: groups, live: live)
        #expect(status == (isAllowed ? 0 : 5), "\(arguments) with \(groups)")
      }
    }
    let owner = CommandLineTool(socket: live.socket, folder: live.folder.path)
    #expect(try owner.run(add.map { Array($0.utf8) }).status == 0)
    #expect(Set(live.service.askedBy.map(\.user)) == [0, 61235])
    #expect(Set(live.service.askedBy.map(\.standing)) == [.visitor, .member, .owner])
  }

  @Test(
    "who may not connect is told which group to join", .enabled(if: canBecomeOthers, "needs root and setpriv"))
  func closedSocket() throws {
    let live = try LiveServer(socket: { try .make(at: $0, mode: 0o660, group: Self.group) })
    chmod(live.folder.path.string, 0o755)
    #expect(try status(of: ["status"], groups: ["--clear-groups"], live: live) == 3)
    #expect(try status(of: ["status"], groups: ["--groups=\(Self.group)"], live: live) == 0)
  }
}
