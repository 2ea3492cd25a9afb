import WinnowCore

/// How a power failure treats what was not synced.
public enum PowerLoss: Hashable, Sendable {
  /// All of it is lost.
  case everything
  /// Each change of a name is kept or dropped, each file's contents are kept, dropped or torn, as the seed has it.
  case some(seed: UInt64)

  var seed: UInt64 { if case .some(let seed) = self { seed } else { 0 } }

  func keepsName(_ generator: inout SeededGenerator) -> Bool {
    switch self {
    case .everything: false
    case .some: !generator.oneIn(3)
    }
  }

  func version(of file: SimulatedFile, _ generator: inout SeededGenerator) -> SimulatedFile.Version {
    switch self {
    case .everything: return file.durable
    case .some:
      switch Int.random(in: 0..<3, using: &generator) {
      case 0: return file.durable
      case 1: return file.now
      default:
        // Torn: some of the new bytes, behind them the old ones, or nothing.
        var version = generator.oneIn(2) ? file.durable : file.now
        let count = Int.random(in: 0...file.now.bytes.count, using: &generator)
        version.bytes = Array(file.now.bytes.prefix(count)) + file.durable.bytes.dropFirst(count)
        return version
      }
    }
  }
}
