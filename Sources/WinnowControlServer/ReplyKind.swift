/// What the bytes of an answer are.
public enum ReplyKind: Hashable, Sendable {
  case json
  case records(String)
  case bytes, jpeg, csv
  /// Prometheus' text format.
  case metrics
  /// A report that somebody opens in a browser: a document of its own that can do nothing.
  case report
  /// Files of the web page.
  case page, style, script, drawing

  var contentType: String {
    switch self {
    case .json: "application/json"
    case .records(let type): type
    case .bytes: "application/octet-stream"
    case .jpeg: "image/jpeg"
    case .metrics: "text/plain; version=0.0.4; charset=utf-8"
    case .csv: "text/csv; charset=utf-8"
    case .report, .page: "text/html; charset=utf-8"
    case .style: "text/css; charset=utf-8"
    case .script: "text/javascript; charset=utf-8"
    case .drawing: "image/svg+xml"
    }
  }

  /// A picture's number stands for the same bytes for good, so a browser may keep its thumbnail; all else is asked anew.
  var cacheControl: String { self == .jpeg ? "private, max-age=3600" : "no-store" }

  /// What a browser lets the document do.
  var contentSecurityPolicy: String {
    switch self {
    case .page:
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    case .report: "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
    default: "default-src 'none'; frame-ancestors 'none'"
    }
  }

  /// The headers that every answer to a browser carries.
  var browserHeaders: [(String, String)] {
    [
      ("Content-Security-Policy", contentSecurityPolicy), ("X-Content-Type-Options", "nosniff"),
      ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
      ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
  }
}
