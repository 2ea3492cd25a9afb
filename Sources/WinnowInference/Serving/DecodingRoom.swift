import WinnowCore

/// Shares memory among the pictures that are decoded at the same time: each thread has an equal share, and what does not
/// fit into one is decoded alone.
struct DecodingRoom: Sendable {
  /// Bytes for files and pixels of all pictures together.
  let memory: Int
  let threads: Int
  private let gate = DecodeGate()

  /// As many threads as there are processors, as far as each can have room for a picture of 20 megapixels.
  init(memory: Int, processors: Int) {
    self.memory = memory
    threads = max(1, min(processors, memory / (64 << 20)))
  }

  /// - Parameters:
  ///   - size: bytes of the file.
  ///   - body: gets the bytes of memory that decoding may take; called again, alone, where they were too few.
  func decode<Result>(
    fileOf size: Int, _ body: (Int) throws(Refusal) -> Result
  ) throws(Refusal) -> Result {
    let share = memory / threads
    if size <= share / 2 {
      do {
        return try gate.beside { () throws(Refusal) in try body(share - size) }
      } catch {
        // What it lacked may be there when it is decoded alone.
        guard error.kind == .outOfMemory, threads > 1 else { throw error }
      }
    }
    return try gate.alone { () throws(Refusal) in try body(max(0, memory - size)) }
  }
}
