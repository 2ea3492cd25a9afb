import Glibc
import WinnowCore
import WinnowFiles

/// All that a simulated disk holds: file systems, files, and what of them is durable. Knows no descriptors, no faults
/// and no intruders; those are `SimulatedDisk`'s.
struct DiskState: Sendable {
  var files: [Int: SimulatedFile] = [:]
  var mounts: [SimulatedMount] = []
  /// Mounts by the folder that they cover.
  var covered: [Int: Int] = [:]
  private var nextFile = 0
  private var nextChange = 0
  private var clock: Int64 = 1_700_000_000_000_000_000

  static let root = 0

  init() { _ = addMount(MountTraits()) }

  // MARK: - Time

  /// Every reading is later than the one before.
  mutating func tick() -> Timestamp {
    clock += 1_000_003
    return Timestamp(nanoseconds: clock)
  }

  // MARK: - Files

  mutating func addMount(_ traits: MountTraits) -> Int {
    mounts.append(SimulatedMount(traits: traits, top: nextFile))
    let top = makeFile(.folder, mode: 0o755, on: mounts.count - 1)
    files[top]?.links = 1
    return mounts.count - 1
  }

  func file(_ id: Int) -> SimulatedFile {
    guard let file = files[id] else { preconditionFailure("file \(id) was never made") }
    return file
  }

  /// An inode without a name yet.
  mutating func makeFile(_ kind: FileStatus.Kind, mode: UInt32, on mount: Int) -> Int {
    let id = nextFile
    nextFile += 1
    let time = tick()
    let number: UInt64
    var generation: UInt64 = 1
    if let free = mounts[mount].freed.popLast() {
      number = free.number
      generation = free.generation + 1
      if mounts[mount].pending.contains(where: { $0.id == free.by }) { awaitedFrees[id] = free.by }
    } else {
      number = mounts[mount].nextNumber
      mounts[mount].nextNumber += 1
    }
    let version = SimulatedFile.Version(
      metadata: SimulatedFile.Metadata(mode: mode, modified: time, changed: time))
    files[id] = SimulatedFile(
      mount: mount, kind: kind, number: number, generation: generation, born: time, now: version, durable: version)
    return id
  }

  /// New files whose inode number is free only once a change that is not durable is.
  private var awaitedFrees: [Int: Int] = [:]

  func status(of id: Int) -> FileStatus {
    let file = file(id)
    let metadata = file.now.metadata
    return FileStatus(
      kind: file.kind, device: UInt64(file.mount + 1), inode: file.number, mount: UInt64(file.mount + 1),
      size: Int64(file.now.bytes.count), modified: metadata.modified, changed: metadata.changed,
      born: mounts[file.mount].traits.births ? file.born : Timestamp(nanoseconds: 0), mode: metadata.mode,
      owner: metadata.owner, group: metadata.group, links: UInt32(file.links))
  }

  func handle(of id: Int) -> [UInt8] {
    let file = file(id)
    guard mounts[file.mount].traits.handles else { return [] }
    return [1, 0, 0, 0] + withUnsafeBytes(of: (file.number, file.generation)) { Array($0) }
  }

  /// Replaces a file's bytes, as a process that has it open for writing does.
  mutating func write(_ bytes: [UInt8], to id: Int) throws(SystemFault) {
    let file = file(id)
    try needRoom(bytes.count - file.now.bytes.count, on: file.mount)
    let time = tick()
    files[id]?.now.bytes = bytes
    files[id]?.now.metadata.modified = time
    files[id]?.now.metadata.changed = time
  }

  func needRoom(_ count: Int, on mount: Int) throws(SystemFault) {
    guard let capacity = mounts[mount].traits.capacity, count > 0 else { return }
    let used = files.values.reduce(0) { sum, file in
      sum + (file.mount == mount && (file.links > 0 || file.descriptors > 0) ? file.now.bytes.count : 0)
    }
    if used + count > capacity { throw SystemFault("write", errno: ENOSPC) }
  }

  /// A file without a name and without a descriptor is gone; its inode number goes to the next one.
  mutating func release(_ id: Int) {
    let file = file(id)
    guard file.links == 0, file.descriptors == 0, let last = lastChange[id] else { return }
    lastChange[id] = nil
    mounts[file.mount].freed.append((file.number, file.generation, last))
  }

  /// The last change of names for each file that has lost its last name.
  private var lastChange: [Int: Int] = [:]

  // MARK: - Names

  func entry(_ name: [UInt8], in folder: Int) -> Int? { file(folder).names[name] }

  /// Carries out a change of names; it is pending until a sync.
  mutating func change(_ edits: [NameChange.Edit]) {
    guard let mount = edits.first.map({ file($0.folder).mount }) else { return }
    let time = tick()
    var touched: Set<Int> = []
    var losers: [Int] = []
    for edit in edits {
      if let old = entry(edit.name, in: edit.folder) {
        files[old]?.links -= 1
        touched.insert(old)
        losers.append(old)
      }
      if let new = edit.file {
        files[new]?.links += 1
        touched.insert(new)
      }
      files[edit.folder]?.names[edit.name] = edit.file
      files[edit.folder]?.now.metadata.modified = time
    }
    for id in touched { files[id]?.now.metadata.changed = time }
    let id = nextChange
    nextChange += 1
    mounts[mount].pending.append(
      NameChange(
        id: id, edits: edits, dependencies: dependencies(of: edits, on: mount),
        metadata: Dictionary(uniqueKeysWithValues: touched.map { ($0, file($0).now.metadata) })))
    for loser in losers where file(loser).links == 0 {
      lastChange[loser] = id
      release(loser)
    }
  }

  private func dependencies(of edits: [NameChange.Edit], on mount: Int) -> [Int] {
    let pending = mounts[mount].pending
    var needed: [Int] = []
    for edit in edits {
      if let earlier = pending.last(where: { $0.touches(edit.folder) }) { needed.append(earlier.id) }
      if let made = pending.first(where: { $0.adds(edit.folder) }) { needed.append(made.id) }
      if let file = edit.file, let free = awaitedFrees[file] { needed.append(free) }
    }
    return needed
  }

  // MARK: - What is durable

  /// A sync of a file (its contents and metadata), or of a folder (its names).
  mutating func sync(_ id: Int, metadata: Bool) {
    let file = file(id)
    if file.kind == .folder {
      let pending = mounts[file.mount].pending
      makeDurable(Set(pending.filter { $0.touches(id) }.map(\.id)), on: file.mount)
    } else {
      files[id]?.durable.bytes = file.now.bytes
      guard metadata else { return }
      files[id]?.durable.metadata = file.now.metadata
      // What an earlier rename would make durable is older.
      for index in mounts[file.mount].pending.indices {
        mounts[file.mount].pending[index].metadata.removeValue(forKey: id)
      }
    }
  }

  private mutating func makeDurable(_ wanted: Set<Int>, on mount: Int) {
    var needed = wanted
    // Dependencies are always earlier.
    for change in mounts[mount].pending.reversed() where needed.contains(change.id) {
      needed.formUnion(change.dependencies)
    }
    for change in mounts[mount].pending where needed.contains(change.id) {
      for edit in change.edits { files[edit.folder]?.durableNames[edit.name] = edit.file }
      for (id, metadata) in change.metadata { files[id]?.durable.metadata = metadata }
    }
    mounts[mount].pending.removeAll { needed.contains($0.id) }
  }

  /// Everything as it is now becomes durable.
  mutating func syncAll() {
    for mount in mounts.indices { sync(mount: mount) }
  }

  mutating func sync(mount: Int) {
    makeDurable(Set(mounts[mount].pending.map(\.id)), on: mount)
    for (id, file) in files where file.mount == mount { files[id]?.durable = file.now }
  }

  /// The power fails and comes back: what was not durable is lost as `loss` says.
  mutating func loseUnsynced(_ loss: PowerLoss) {
    var generator = SeededGenerator(seed: loss.seed)
    for mount in mounts.indices {
      makeDurable(survivors(of: mounts[mount].pending, loss, &generator), on: mount)
      mounts[mount].pending.removeAll()
    }
    for id in files.keys.sorted() {
      let file = file(id)
      if file.kind == .regular, file.durable != file.now {
        files[id]?.durable = loss.version(of: file, &generator)
      }
    }
    for (id, file) in files {
      files[id]?.now = file.durable
      files[id]?.names = file.durableNames
      files[id]?.links = 0
      files[id]?.descriptors = 0
      files[id]?.writers = 0
      files[id]?.leases = 0
    }
    countLinks()
  }

  private func survivors(
    of pending: [NameChange], _ loss: PowerLoss, _ generator: inout SeededGenerator
  ) -> Set<Int> {
    var kept: Set<Int> = []
    let before = Set(pending.map(\.id))
    // Half of the time as a journal does it: all up to a moment. Else each change for itself.
    let inOrder = generator.oneIn(2)
    for change in pending {
      let isPossible = change.dependencies.allSatisfy { kept.contains($0) || !before.contains($0) }
      guard loss.keepsName(&generator), isPossible else {
        if inOrder { break }
        continue
      }
      kept.insert(change.id)
    }
    return kept
  }

  /// Links anew, and with them which files there are.
  private mutating func countLinks() {
    var reached: Set<Int> = []
    var open = mounts.map(\.top)
    for top in open { files[top]?.links = 1 }
    while let folder = open.popLast() {
      guard reached.insert(folder).inserted else { continue }
      for id in file(folder).names.values {
        files[id]?.links += 1
        if file(id).kind == .folder { open.append(id) }
      }
    }
    files = files.filter { $0.value.links > 0 }
    for mount in mounts.indices { mounts[mount].freed.removeAll() }
    lastChange.removeAll()
    awaitedFrees.removeAll()
  }
}
