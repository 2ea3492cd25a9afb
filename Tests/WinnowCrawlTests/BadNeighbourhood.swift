import Synchronization

@testable import WinnowCrawl

/// A server with good pictures and everything that can be wrong with others, and the list of their addresses.
struct BadNeighbourhood {
  let server: LoopbackServer
  /// Not among the allowed hosts.
  let forbidden: LoopbackServer
  let addresses: [String]
  let failures: [FailureReason: Int]
  let saved: Int
  let duplicates: CrawlReport.Duplicates

  /// - Parameter scale: good pictures; of each kind of bad ones there is a share of that.
  init(_ scale: Int) throws {
    let few = max(2, scale / 40)
    let busy = Mutex<Set<String>>([])
    let forbidden = try LoopbackServer { _ in .ok(MadePicture.bytes(1)) }
    let server = try LoopbackServer { request in
      let words = request.path.split(separator: "/").map(String.init)
      let number = words.count > 1 ? Int(words[1].prefix { $0 != "." }) ?? 0 : 0
      let picture = MadePicture.bytes(number)
      switch words[0] {
      case "good", "copy": return .ok(picture)
      case "resized": return .ok(MadePicture.bytes(number, side: 320, quality: 1, length: 900))
      case "late":
        let isFirst = busy.withLock { $0.insert(request.path).inserted }
        return isFirst ? .status(429, [("Retry-After", "0")]) : .ok(picture)
      case "moved": return .redirect("/good/\(number).png")
      case "cut": return .ok(Array(picture.prefix(1000)))
      case "short": return LoopbackServer.Reply(body: picture, declaredLength: picture.count + 1)
      case "endless": return LoopbackServer.Reply(body: picture, ending: .endless)
      case "huge": return LoopbackServer.Reply(body: picture, ending: .hang, declaredLength: 10 << 30)
      case "slow": return LoopbackServer.Reply(body: Array(picture.prefix(10)), ending: .hang, declaredLength: 3000)
      case "page": return .ok(Array("<html><img src=/good/1.jpg></html>".utf8))
      case "elsewhere": return .redirect(forbidden.base + "/good/\(number).jpg")
      case "private":
        let hosts = ["10.0.0.1", "169.254.169.254", "[::1]", "0.0.0.0", "192.168.1.1", "[::ffff:10.0.0.1]"]
        return .redirect("http://\(hosts[number % hosts.count])/x.jpg")
      case "loop": return .redirect("/loop/\(number + 1).jpg")
      case "small": return .ok(MadePicture.bytes(number, side: 60))
      case "empty": return .ok([])
      default: return .status(404)
      }
    }
    func all(_ kind: String, _ count: Int, from start: Int = 0) -> [String] {
      (start..<start + count).map { "\(server.base)/\(kind)/\($0).jpg" }
    }
    let good = all("good", scale)
    let repeated = all("good", few)
    // Originals first, so that it is certain which is the copy.
    addresses =
      good + all("copy", few) + all("resized", few, from: few) + all("cut", few) + all("short", few)
      + all("endless", few) + repeated + all("huge", few) + all("slow", few) + all("page", few) + all("elsewhere", few)
      + all("private", few) + all("loop", few) + all("small", few) + all("missing", few) + all("empty", few)
      + ["ftp://127.0.0.1/x.jpg"] + all("moved", few, from: 100_000) + all("late", few, from: 200_000)
    saved = scale + 2 * few
    duplicates = CrawlReport.Duplicates(url: few, bytes: few, looks: few)
    failures = [
      .broken: 2 * few, .cutOff: few, .tooLarge: 2 * few, .stalled: few, .notAPicture: few,
      .addressNotAllowed: 2 * few, .tooManyRedirects: few, .tooSmall: few, .notFound: few, .badAddress: 1,
    ]
    self.server = server
    self.forbidden = forbidden
  }

  func check(_ report: CrawlReport) -> [String] {
    var complaints: [String] = []
    func compare<Value: Equatable>(_ what: String, _ found: Value, _ expected: Value) {
      if found != expected { complaints.append("\(what): \(found) instead of \(expected)") }
    }
    compare("found", report.found, addresses.count)
    compare("saved", report.saved, saved)
    compare("duplicates", report.duplicates, duplicates)
    compare("failed", report.failed, Dictionary(uniqueKeysWithValues: failures.map { ($0.key.rawValue, $0.value) }))
    compare("requests to the forbidden server", forbidden.seen.count, 0)
    return complaints
  }
}
