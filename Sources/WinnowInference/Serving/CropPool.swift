/// The memory of all pictures in flight after decoding: one square of RGB bytes each, used again and again. A picture
/// has its slot from the moment it is received until it is answered, so slots also bound how many are in flight.
///
/// `@unchecked Sendable`: the memory is allocated once; a slot's bytes are touched only by whoever took its number from
/// `free`, or had it handed on by a queue.
final class CropPool: @unchecked Sendable {
  let count: Int
  let slotBytes: Int
  private let memory: UnsafeMutableRawPointer
  private let free: BlockingQueue<Int>

  init(count: Int, slotBytes: Int) {
    self.count = count
    self.slotBytes = slotBytes
    memory = .allocate(byteCount: count * slotBytes, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: count * slotBytes)
    free = BlockingQueue(capacity: count)
    for slot in 0..<count { free.put(slot) }
  }

  deinit { memory.deallocate() }

  /// Waits for a free slot.
  func take() -> Int {
    guard let slot = free.take() else { preconditionFailure("the queue of slots is never closed") }
    return slot
  }

  func give(back slot: Int) { free.put(slot) }

  /// Returns once every slot is free, that is every picture answered.
  func waitUntilAllAreFree() {
    for _ in 0..<count { _ = free.take() }
  }

  func bytes(of slot: Int) -> UnsafeMutableBufferPointer<UInt8> {
    UnsafeMutableBufferPointer(
      start: (memory + slot * slotBytes).assumingMemoryBound(to: UInt8.self), count: slotBytes)
  }
}
