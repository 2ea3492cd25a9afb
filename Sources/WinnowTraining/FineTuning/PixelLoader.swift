import Glibc
import SystemPackage
import WinnowCore
import WinnowDataset
import WinnowFiles
import WinnowSupervision

/// Gets the pixels of pictures from a winnow-worker, batch by batch, a few batches ahead of who learns from them.
///
/// Memory holds the batches that are on their way and no more.
final class PixelLoader {
  /// A picture, by its place in the source, and the bytes it had when the training was planned.
  struct Picture {
    var place: Int
    var digest: DatasetSurvey.Digest
  }

  /// What arrived of a batch.
  struct Batch {
    /// The places within the batch of the pictures that arrived.
    var rows: [Int]
    /// `[rows.count, side, side, 3]`.
    var pixels: [UInt8]
  }

  private struct Flight {
    var file: MemoryFile
    var pictures: [Picture]
    var side: Int
    var first: Int
    /// Of pictures that were not sent, by their place in the batch.
    var missing: Set<Int>
  }

  /// Batches on their way, beside the one that is worked on; chosen.
  private static let ahead = 3
  private static let name = ModelVersion(name: "crop", version: 1)

  private let worker: BlockingWorker
  private let source: TrainingSource
  private let cancellation: Cancellation
  private var flights: [Flight] = []
  private var idleFiles: [(size: Int, file: MemoryFile)] = []
  private var nextNumber = 0
  /// Pictures that could not be had, by why.
  private(set) var losses: [String: Int] = [:]

  init(worker program: FilePath, _ source: TrainingSource, cancellation: Cancellation) {
    worker = BlockingWorker(WorkerLaunch(executable: program, arguments: ["--look"]), as: Self.name)
    self.source = source
    self.cancellation = cancellation
  }

  deinit { worker.stop() }

  /// Hands over batch after batch, in their order, on the calling thread.
  ///
  /// - Parameters:
  ///   - count: of batches.
  ///   - wishes: the pictures of a batch and what of each is wanted, all squares of one side.
  /// - Throws: what `each` throws; `.jobCancelled`; why the worker cannot be had.
  func load(
    _ count: Int, _ wishes: (Int) -> [(picture: Picture, wish: CropWish)],
    each: (Int, Batch) throws(WinnowError) -> Void
  ) throws(WinnowError) {
    cancellation.act { [worker] in worker.giveUp() }
    defer { cancellation.stopActing() }
    var sent = 0
    do throws(WinnowError) {
      for number in 0..<count {
        while sent < count, sent <= number + Self.ahead {
          try send(wishes(sent))
          sent += 1
        }
        try cancellation.check()
        try each(number, try land())
      }
    } catch {
      while !flights.isEmpty { _ = try? land() }
      try cancellation.check()
      throw error
    }
  }

  private func send(_ wishes: [(picture: Picture, wish: CropWish)]) throws(WinnowError) {
    let side = wishes.first?.wish.side ?? 0
    let bytes = side * side * 3
    var flight = Flight(
      file: try file(size: bytes * wishes.count), pictures: wishes.map(\.picture), side: side, first: nextNumber,
      missing: [])
    for (row, (picture, wish)) in wishes.enumerated() {
      do throws(WinnowError) {
        let descriptor = try source.open(picture.place)
        let size = (try? LinuxFileSystem().status(of: descriptor.raw).size) ?? 0
        worker.submit(
          descriptor, name: source.name(picture.place), byteCount: size,
          task: .crop(wish, output: flight.file, offset: row * bytes), as: nextNumber + row)
      } catch {
        flight.missing.insert(row)
        losses["unreadable", default: 0] += 1
      }
    }
    nextNumber += wishes.count
    flights.append(flight)
  }

  private func land() throws(WinnowError) -> Batch {
    let flight = flights.removeFirst()
    let bytes = flight.side * flight.side * 3
    var rows: [Int] = []
    var failure: WinnowError?
    for row in flight.pictures.indices where !flight.missing.contains(row) {
      switch worker.wait(for: flight.first + row) {
      case .cropped(let digest) where flight.pictures[row].digest == DatasetSurvey.Digest(digest): rows.append(row)
      case .cropped: losses["changed", default: 0] += 1
      case .refused(let refusal, _): losses[refusal.kind.rawValue, default: 0] += 1
      case .postponed(let error): failure = error
      case .classified, .looked: failure = WinnowError(.malformed, "winnow-worker gave no pixels")
      }
    }
    if let failure { throw failure }
    let pixels = try Self.read(rows, of: bytes, from: flight.file)
    idleFiles.append((flight.pictures.count * bytes, flight.file))
    return Batch(rows: rows, pixels: pixels)
  }

  private func file(size: Int) throws(WinnowError) -> MemoryFile {
    if let index = idleFiles.firstIndex(where: { $0.size == size }) { return idleFiles.remove(at: index).file }
    idleFiles.removeAll()
    return try MemoryFile(size: size)
  }

  /// Rows of a memory file, each of so many bytes, one behind the other.
  private static func read(_ rows: [Int], of rowBytes: Int, from file: MemoryFile) throws(WinnowError) -> [UInt8] {
    let pixels = [UInt8](unsafeUninitializedCapacity: rows.count * rowBytes) { buffer, filled in
      for row in rows {
        let end = filled + rowBytes
        while filled < end {
          let offset = off_t(row * rowBytes + rowBytes - (end - filled))
          let count = pread(file.descriptor.raw, buffer.baseAddress.map { $0 + filled }, end - filled, offset)
          if count < 0, errno == EINTR { continue }
          guard count > 0 else { return }
          filled += count
        }
      }
    }
    guard pixels.count == rows.count * rowBytes else {
      throw WinnowError(.malformed, "winnow-worker gave fewer pixels than it said")
    }
    return pixels
  }
}
