import CCurl
import Glibc
import WinnowCore
import WinnowFiles

/// A request on its way. libcurl calls back into it, always on the thread that performs.
final class Transfer {
  /// Why we ended it ourselves.
  enum Stop {
    case tooLarge
    case addressRefused(String)
    case bodyUnwanted
    case disk(SystemFault)
    case stalled
    case overdue
  }

  let request: WebRequest
  let easy: CurlEasy
  /// For answers that are not good: enough for libcurl to keep the connection.
  private static let largestUnwanted: Int64 = 64 << 10

  private let mayBePrivate: Bool
  private let checksSockets: Bool
  private let cancellation: () -> Bool
  private let headers: CurlHeaders
  private var watch: TransferWatch
  private(set) var stop: Stop?
  private(set) var received: Int64 = 0
  private(set) var body: [UInt8] = []
  private(set) var download: Download?
  private var fields: [String: String] = [:]

  init(
    _ request: WebRequest, _ settings: WebSettings, at now: ContinuousClock.Instant,
    isCancelled: @escaping () -> Bool
  ) throws(WinnowError) {
    self.request = request
    easy = try CurlEasy()
    mayBePrivate = settings.admits(request.address)
    checksSockets = settings.proxy == nil
    cancellation = isCancelled
    headers = CurlHeaders(["Accept: \(request.accept)"])
    watch = TransferWatch(settings.watch, from: now)
    let limits = [
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_CONNECTTIMEOUT_MS, settings.connectTime.milliseconds),
      // We follow them ourselves, each one checked and paced like a first request.
      (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)), (CURLOPT_HTTP09_ALLOWED, 0),
    ]
    for (option, value) in limits { _ = ccurl_set_number(easy.raw, option, value) }
    let texts = [
      (CURLOPT_URL, request.address.text), (CURLOPT_PROTOCOLS_STR, "http,https"),
      (CURLOPT_USERAGENT, settings.userAgent),
      // An empty text turns off what the environment says.
      (CURLOPT_PROXY, settings.proxy ?? ""),
    ]
    for (option, value) in texts { _ = ccurl_set_text(easy.raw, option, value) }
    if let referer = request.referer { _ = ccurl_set_text(easy.raw, CURLOPT_REFERER, referer) }
    _ = ccurl_set_size(easy.raw, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(request.largest))
    _ = ccurl_set_list(easy.raw, CURLOPT_HTTPHEADER, headers.raw)
    setCallbacks()
  }

  private func setCallbacks() {
    // Unretained: the client keeps the transfer until libcurl has let go of its handle.
    let context = Unmanaged.passUnretained(self).toOpaque()
    _ = ccurl_set_receiver(
      easy.raw, CURLOPT_WRITEFUNCTION,
      { bytes, size, count, context in
        Transfer.of(context)?.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
      }, CURLOPT_WRITEDATA, context)
    _ = ccurl_set_receiver(
      easy.raw, CURLOPT_HEADERFUNCTION,
      { bytes, size, count, context in
        Transfer.of(context)?.takeField(UnsafeRawBufferPointer(start: bytes, count: size * count))
        return size * count
      }, CURLOPT_HEADERDATA, context)
    _ = ccurl_set_progress(
      easy.raw, { context, _, _, _, _ in Transfer.of(context)?.cancellation() == false ? 0 : 1 }, context)
    _ = ccurl_set_socket_opener(
      easy.raw, { context, _, address in Transfer.of(context)?.openSocket(address) ?? CURL_SOCKET_BAD }, context)
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }

  /// The status of the answer, 0 before there is one.
  var status: Int {
    var status = 0
    _ = ccurl_get_number(easy.raw, CURLINFO_RESPONSE_CODE, &status)
    return status
  }

  /// A header field of the answer, by its name in lower case.
  subscript(field: String) -> String? { fields[field] }

  // MARK: Watching

  /// - Returns: Whether it is to be ended now.
  func isLost(at now: ContinuousClock.Instant) -> Bool {
    switch watch.observe(received, at: now) {
    case .going: return false
    case .stalled: stop = .stalled
    case .overdue: stop = .overdue
    }
    return true
  }

  var nextLook: ContinuousClock.Instant { watch.nextLook }

  func pardon(_ absence: Duration) { watch.pardon(absence) }

  // MARK: What libcurl calls

  /// The one place where a connection begins: the address is the one that is connected to, whatever names resolve to.
  private func openSocket(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
    guard let address else { return CURL_SOCKET_BAD }
    let about = address.pointee
    if checksSockets, !mayBePrivate {
      let target = ccurl_address(address).flatMap {
        NetworkAddress(family: about.family, socketAddress: $0, length: Int(about.addrlen))
      }
      guard let target, target.isPublic else {
        stop = .addressRefused("\(request.address.host) leads to an address that is not public")
        return CURL_SOCKET_BAD
      }
    }
    let closesOnExec = Int32(0o2000000)  // SOCK_CLOEXEC, which Glibc's importer gives another type
    return socket(about.family, about.socktype | closesOnExec, about.protocol)
  }

  /// - Returns: How many bytes were taken; any other number than all ends the transfer.
  private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
    received += Int64(bytes.count)
    guard (200...299).contains(status) else {
      if received <= Self.largestUnwanted { return bytes.count }
      stop = .bodyUnwanted
      return 0
    }
    guard received <= request.largest else {
      stop = .tooLarge
      return 0
    }
    do throws(SystemFault) {
      switch request.body {
      case .memory: body.append(contentsOf: bytes)
      case .file(let make):
        let download: Download
        if let begun = self.download { download = begun } else { download = try make() }
        self.download = download
        try download.write(bytes)
      }
      return bytes.count
    } catch {
      stop = .disk(error)
      return 0
    }
  }

  private func takeField(_ line: UnsafeRawBufferPointer) {
    // A new status line: what an interim answer said does not count.
    if line.starts(with: "HTTP/".utf8) { fields.removeAll() }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), line.count <= 16 << 10, fields.count < 200 else { return }
    let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
    let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }.prefix { $0 != 0x0D && $0 != 0x0A }
    if ["location", "retry-after", "content-type"].contains(name) {
      fields[name] = String(decoding: value, as: UTF8.self)
    }
  }
}

extension Duration {
  /// Whole ones, rounded up.
  var milliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
