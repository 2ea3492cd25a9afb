import SystemPackage
import Testing
import WinnowControlAPI
import WinnowCore

@Suite("routes and queries")
struct RouteTests {
  @Test("every route is found by its own path", arguments: Route.allCases)
  func found(route: Route) {
    let hasParameter = route.template.contains("{")
    let parameter = hasParameter ? "a b/ü@2" : nil
    #expect(
      Route.match(method: route.method.rawValue, path: route.path(parameter)) == .found(route, parameter: parameter))
  }

  @Test("no two routes share method and path")
  func distinct() {
    #expect(Set(Route.allCases.map { $0.method.rawValue + $0.template }).count == Route.allCases.count)
  }

  @Test(
    "other paths are unknown",
    arguments: [
      "", "/", "/v1", "/v1/", "/v1/status/", "//v1/status", "/v2/status", "/v1/models//promote", "/v1/models/%zz",
      "/v1/models/%ff", "/v1/models/a%00b", "v1/status", "/v1/Status", "*", "http://winnow/v1/status",
    ])
  func unknown(path: String) { #expect(Route.match(method: "GET", path: path) == .unknown) }

  @Test("a known path with another method names those that it has")
  func wrongMethod() {
    #expect(Route.match(method: "PUT", path: "/v1/models") == .wrongMethod(allowed: [.get, .post]))
    #expect(Route.match(method: "GET", path: "/v1/pause") == .wrongMethod(allowed: [.post]))
  }

  @Test("nothing that changes something is a GET")
  func noChangeByGet() {
    let changing: [Route] = [
      .sort, .undo, .redo, .replay, .reviewAccept, .reviewSet, .reviewSkip, .pause, .resume, .rescan, .reload,
      .inboxAdd, .inboxRemove,
      .modelImport, .modelRemove, .modelPromote, .modelRollback, .modelQuantize, .dataset, .jobCancel, .jobResume,
    ]
    for route in changing { #expect(route.method != .get) }
  }

  @Test("file names of any bytes pass through a query")
  func queryBytes() throws {
    let file = FilePath(bytes: [0x2F] + Array(1...255))
    let query = HistoryQuery(file: file, inbox: "a&b=c+d", since: Sample.time, limit: 5)
    let read = try HistoryQuery(Query(parsing: query.query.text.dropFirst()))
    #expect(read == query)
  }

  @Test(
    "a query that is not understood is refused",
    arguments: ["file=%4", "limit=-1", "limit=many", "since=yesterday", "colour=red", "limit=1&limit=2"])
  func badQuery(text: String) {
    #expect(throws: WinnowError.self) { try HistoryQuery(Query(parsing: text[...])) }
  }
}
