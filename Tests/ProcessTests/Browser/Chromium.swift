import FoundationEssentials
import Glibc
import WinnowControlAPI

/// A headless Chromium with a profile of its own, driven over pipes by the DevTools protocol. It ends with its owner.
final class Chromium {
  struct Failure: Error, CustomStringConvertible { var description: String }

  /// Seconds that one answer may take on a busy machine.
  static let patience = 60.0

  private let profile: TemporaryFolder
  private let program: Program
  /// Where commands go, and where answers come from.
  private let commands: Int32
  private let answers: Int32
  private var received: [UInt8] = []
  private var lastID = 0
  /// What came while an answer was awaited, oldest first.
  private(set) var events: [(session: String, method: String, parameters: JSONValue)] = []

  static var path: String? {
    let named = getenv("WINNOW_CHROMIUM").map { [String(cString: $0)] } ?? []
    let folders = getenv("PATH").map { String(cString: $0) } ?? ""
    return (named + folders.split(separator: ":").map { $0 + "/chromium" }).first { access($0, X_OK) == 0 }
  }

  static var isInstalled: Bool { path != nil }

  init() throws {
    guard let path = Self.path else { throw Failure(description: "there is no chromium") }
    profile = try TemporaryFolder()
    let (toBrowser, fromUs) = try Self.pipe()
    let (toUs, fromBrowser) = try Self.pipe()
    defer {
      close(toBrowser)
      close(fromBrowser)
    }
    (commands, answers) = (fromUs, toUs)
    program = try Program(
      path,
      [
        "--headless=new", "--remote-debugging-pipe", "--user-data-dir=\(profile.path)/profile", "--no-first-run",
        "--no-default-browser-check", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--disable-default-apps", "--disable-extensions", "--no-pings", "--hide-scrollbars",
        "--force-color-profile=srgb", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
      ] + (getuid() == 0 ? ["--no-sandbox"] : []), environment: ["HOME": profile.path],
      descriptors: [3: toBrowser, 4: fromBrowser])
  }

  deinit {
    close(commands)
    close(answers)
    program.killGroup()
    _ = try? program.wait(seconds: 20)
  }

  /// A page that shares no cookie with others.
  func page() throws -> BrowserPage {
    let context = try call("Target.createBrowserContext").at("browserContextId")
    let target = try call("Target.createTarget", ["url": "about:blank", "browserContextId": context]).at("targetId")
    let session = try call("Target.attachToTarget", ["targetId": target, "flatten": true]).at("sessionId").text ?? ""
    return try BrowserPage(self, session: session, context: context)
  }

  /// A further tab beside one, with the same cookies.
  func page(beside other: BrowserPage) throws -> BrowserPage {
    let target = try call(
      "Target.createTarget", ["url": "about:blank", "browserContextId": other.context]
    ).at("targetId")
    let session = try call("Target.attachToTarget", ["targetId": target, "flatten": true]).at("sessionId").text ?? ""
    return try BrowserPage(self, session: session, context: other.context)
  }

  /// Sends a command and waits for its answer.
  @discardableResult
  func call(_ method: String, _ parameters: JSONValue = [:], session: String? = nil) throws -> JSONValue {
    lastID += 1
    let id = lastID
    var command: [String: JSONValue] = ["id": .integer(Int64(id)), "method": .string(method), "params": parameters]
    if let session { command["sessionId"] = .string(session) }
    try write(Array(try JSONEncoder().encode(JSONValue.object(command))) + [0])
    while true {
      let message = try next(what: method)
      guard message.at("id").number == Double(id) else {
        keep(message)
        continue
      }
      if let error = message.at("error", "message").text { throw Failure(description: "\(method): \(error)") }
      return message.at("result")
    }
  }

  /// Waits for an event of a session, such as one that came already.
  func wait(for method: String, session: String) throws {
    while true {
      if let index = events.firstIndex(where: { $0.session == session && $0.method == method }) {
        events.remove(at: index)
        return
      }
      keep(try next(what: method))
    }
  }

  /// Takes the events of a session that `isWanted`.
  func take(session: String, _ isWanted: (String) -> Bool) -> [(method: String, parameters: JSONValue)] {
    let taken = events.filter { $0.session == session && isWanted($0.method) }
    events.removeAll { $0.session == session && isWanted($0.method) }
    return taken.map { ($0.method, $0.parameters) }
  }

  private func keep(_ message: JSONValue) {
    guard let method = message.at("method").text else { return }
    events.append((message.at("sessionId").text ?? "", method, message.at("params")))
  }

  private func next(what: String) throws -> JSONValue {
    let end = ContinuousClock.now + .seconds(Self.patience)
    while true {
      if let stop = received.firstIndex(of: 0) {
        let message = Data(received[..<stop])
        received.removeFirst(stop + 1)
        return try JSONDecoder().decode(JSONValue.self, from: message)
      }
      var ready = pollfd(fd: answers, events: Int16(POLLIN), revents: 0)
      let left = ContinuousClock.now.duration(to: end).components.seconds
      guard left >= 0, poll(&ready, 1, Int32(left + 1) * 1000) > 0 else {
        throw Failure(description: "the browser did not answer to \(what)")
      }
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      let count = read(answers, &buffer, buffer.count)
      guard count > 0 else { throw Failure(description: "the browser ended while \(what) was awaited") }
      received += buffer[..<count]
    }
  }

  private func write(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(commands, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Failure(description: "the browser has ended") }
      rest = rest.dropFirst(count)
    }
  }

  /// Both ends above what the child gets at fixed numbers.
  private static func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw Failure(description: "no pipe") }
    // Other tests start programs meanwhile: what they inherit by chance keeps no end open that matters.
    let moved = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
    for end in ends { close(end) }
    return (moved[0], moved[1])
  }
}
