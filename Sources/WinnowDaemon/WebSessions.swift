import FoundationEssentials
import Synchronization
import WinnowControlServer
import WinnowCore
import WinnowFiles
import WinnowLedger

/// The sessions of browsers. Each bears the rights that its maker had when it began. They outlive the daemon: the ledger
/// keeps their tokens' SHA-256, which opens nothing.
final class WebSessions: SessionRegister {
  /// How long a session lasts; chosen.
  static let lifetime: Duration = .seconds(30 * 86_400)
  /// Sessions at once; the oldest goes for the next.
  private static let most = 32
  private static let key = "web sessions"

  private struct Session: Codable {
    /// SHA-256 of the token.
    var digest: String
    var user: UInt32
    var group: UInt32
    var isOwner: Bool
    var expires: Timestamp
  }

  private let ledger: Ledger
  private let sessions: Mutex<[Session]>

  /// - Throws: what keeps the ledger from being read.
  init(ledger: Ledger) throws(WinnowError) {
    self.ledger = ledger
    let stored = try ledger.setting(Self.key).flatMap { try? JSONDecoder().decode([Session].self, from: Data($0)) }
    sessions = Mutex(stored ?? [])
  }

  func peer(bearing token: String) -> Peer? {
    guard let digest = Self.digest(of: token) else { return nil }
    let now = Timestamp.now()
    return sessions.withLock { sessions in
      sessions.first { $0.digest == digest && now < $0.expires }.map {
        Peer(user: $0.user, group: $0.group, process: 0, standing: $0.isOwner ? .owner : .member)
      }
    }
  }

  /// Begins a session for somebody whom the kernel named.
  ///
  /// - Throws: what keeps the ledger from being written.
  func begin(for peer: Peer) throws(WinnowError) -> (token: String, expires: Timestamp) {
    var random = SystemRandomNumberGenerator()
    let token = (0..<4).map { _ in Self.hexadecimal(random.next()) }.joined()
    guard let digest = Self.digest(of: token) else { throw WinnowError(.systemCall, "no token can be made") }
    let now = Timestamp.now()
    let expires = Timestamp(nanoseconds: now.nanoseconds + Self.lifetime.components.seconds * 1_000_000_000)
    let session = Session(
      digest: digest, user: peer.user, group: peer.group, isOwner: peer.standing == .owner, expires: expires)
    let all = sessions.withLock { sessions in
      sessions = Array((sessions.filter { now < $0.expires } + [session]).suffix(Self.most))
      return sessions
    }
    do {
      try ledger.set(Self.key, to: Array(try JSONEncoder().encode(all)))
    } catch let error as WinnowError {
      throw error
    } catch {
      throw WinnowError(.malformed, "a session cannot be written", cause: "\(error)")
    }
    return (token, expires)
  }

  /// Nil for what is no token.
  private static func digest(of token: String) -> String? {
    guard token.utf8.count == 64 else { return nil }
    var hasher = ContentHasher()
    hasher.update(Array(token.utf8))
    return hasher.finish().hex
  }

  private static func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
