import SystemPackage
import Testing
import WinnowConfig
import WinnowCore

@Suite struct StandardPathsTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var user: UInt32 = 1000
    var variables: [String: FilePath] = [:]
    var options = StandardPaths.Options()
    /// Configuration, state, socket.
    let expected: [FilePath]
    var mustExist = false
  }

  private static let home: [String: FilePath] = ["HOME": "/home/ann", "XDG_RUNTIME_DIR": "/run/user/1000"]

  @Test(
    "each place comes from the command line, the environment or the standard, in this order",
    arguments: [
      Case(
        testDescription: "root", user: 0, variables: home,
        expected: ["/etc/winnow/winnow.yaml", "/var/lib/winnow", "/run/winnow/control.sock"]),
      Case(
        testDescription: "an ordinary user", variables: home,
        expected: [
          "/home/ann/.config/winnow/winnow.yaml", "/home/ann/.local/state/winnow", "/run/user/1000/winnow/control.sock",
        ]),
      Case(
        testDescription: "an ordinary user's own XDG folders",
        variables: ["XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "XDG_RUNTIME_DIR": "/r"],
        expected: ["/c/winnow/winnow.yaml", "/s/winnow", "/r/winnow/control.sock"]),
      Case(
        testDescription: "relative and empty XDG folders are ignored",
        variables: ["HOME": "/h", "XDG_CONFIG_HOME": "c", "XDG_STATE_HOME": "", "XDG_RUNTIME_DIR": "r"],
        expected: ["/h/.config/winnow/winnow.yaml", "/h/.local/state/winnow", "/run/user/1000/winnow/control.sock"]),
      Case(
        testDescription: "the environment", user: 0,
        variables: ["WINNOW_CONFIG": "/e/c", "WINNOW_STATE_DIR": "/e/s", "WINNOW_SOCKET": "/e/k"],
        expected: ["/e/c", "/e/s", "/e/k"], mustExist: true),
      Case(
        testDescription: "empty variables count as not set", user: 0,
        variables: ["WINNOW_CONFIG": "", "WINNOW_SOCKET": ""],
        expected: ["/etc/winnow/winnow.yaml", "/var/lib/winnow", "/run/winnow/control.sock"]),
      Case(
        testDescription: "the command line, relative to the working folder, without a home",
        variables: ["WINNOW_CONFIG": "/e/c", "WINNOW_SOCKET": "sock"],
        options: .init(configuration: "w.yaml", stateDirectory: "./state"),
        expected: ["/place/w.yaml", "/place/./state", "/place/sock"], mustExist: true),
    ])
  func places(place: Case) throws {
    let paths = try StandardPaths(place.options, in: surroundings(place.user, place.variables))
    #expect([paths.configuration, paths.stateDirectory, paths.socket] == place.expected)
    #expect(paths.configurationMustExist == place.mustExist)
  }

  @Test("without a home the error says what to set")
  func noHome() {
    let error = #expect(throws: WinnowError.self) { try StandardPaths(in: surroundings(1000, [:])) }
    #expect(error?.message == "neither HOME nor XDG_CONFIG_HOME is set to a folder")
    #expect(error?.remedy == "set HOME, or use --config")
  }

  @Test("a socket path that the system cannot hold is refused", arguments: [(107, true), (108, false)])
  func socketLength(length: Int, fits: Bool) throws {
    let socket = FilePath("/" + String(repeating: "s", count: length - 1))
    let paths = try? StandardPaths(.init(socket: socket), in: surroundings(0, [:]))
    #expect((paths != nil) == fits)
  }

  @Test("bytes of the environment that are not UTF-8 are kept")
  func bytes() throws {
    let socket = FilePath(bytes: [0x2F, 0xFF])
    #expect(try StandardPaths(in: surroundings(0, ["WINNOW_SOCKET": socket])).socket.bytes == [0x2F, 0xFF])
  }

  private func surroundings(_ user: UInt32, _ variables: [String: FilePath]) -> StandardPaths.Surroundings {
    StandardPaths.Surroundings(userID: user, workingFolder: "/place", variable: { variables[$0] })
  }
}
