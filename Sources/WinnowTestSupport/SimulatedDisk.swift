import Glibc
import Synchronization
public import SystemPackage
public import WinnowCore
public import WinnowFiles

/// A disk in memory that knows what is durable, fails call N, and loses its power.
///
/// It implements `FileSystem` like `LinuxFileSystem` (both pass one contract suite), with several file systems
/// mounted, so that a rename can cross them. Every call is counted; a `DiskScript` says what happens at which. What
/// other processes do, and what tests look at, goes by absolute paths and is not counted (`SimulatedDisk+Others`).
public final class SimulatedDisk: FileSystem {
  struct Descriptor: Sendable {
    let file: Int
    var writable = false
  }

  /// Put into words only when somebody asks.
  struct LoggedCall: Sendable {
    let operation: String
    let names: [FilePath]
  }

  struct Machine: Sendable {
    var disk = DiskState()
    var script = DiskScript()
    var calls = 0
    var failing: Int32?
    var isOff = false
    var descriptors: [Int32: Descriptor] = [:]
    var nextDescriptor: Int32 = 1 << 20
    /// Descriptors below this one died with an earlier process.
    var firstLive: Int32 = 1 << 20
    var wrongCloses: [Int32] = []
    /// What others want to write to files under a lease; they wait for its end.
    var delayedWrites: [Int: [@Sendable ([UInt8]) -> [UInt8]]] = [:]
    var log: [LoggedCall] = []
  }

  let machine: Mutex<Machine>

  /// With one file system at `/`.
  public init() { machine = Mutex(Machine()) }

  /// A disk of its own that is as `other` is now, but for descriptors: nothing is open on it.
  public init(copying other: SimulatedDisk) {
    var copy = other.machine.withLock { $0 }
    for descriptor in copy.descriptors.values { copy.drop(descriptor) }
    copy.descriptors.removeAll()
    machine = Mutex(copy)
  }

  // MARK: - Script

  /// Counts calls from 1 again and lets `script` happen to them.
  public func follow(_ script: DiskScript) {
    machine.withLock { machine in
      machine.script = script
      machine.calls = 0
      machine.log.removeAll()
    }
  }

  /// How many calls there were since `follow`.
  public var calls: Int { machine.withLock { $0.calls } }
  /// The calls since `follow`, for the message of a failed test.
  public var log: String {
    let calls = machine.withLock { $0.log }
    return calls.enumerated().map { index, call in
      "\(index + 1) \(call.operation) \(call.names.map(\.escaped).joined(separator: " to "))"
    }.joined(separator: "\n")
  }
  /// Whether the script's stop has come.
  public var isOff: Bool { machine.withLock { $0.isOff } }

  /// Ends a fault that the script began, and the script.
  public func heal() {
    machine.withLock { machine in
      machine.failing = nil
      machine.script = DiskScript()
    }
  }

  /// After a stop: the process starts again. Nil: it was killed, the machine went on. All descriptors are gone.
  public func restart(after loss: PowerLoss?) {
    machine.withLock { machine in
      for descriptor in machine.descriptors.values { machine.drop(descriptor) }
      machine.descriptors.removeAll()
      machine.firstLive = machine.nextDescriptor
      for id in machine.disk.files.keys { machine.disk.files[id]?.leases = 0 }
      machine.runDelayedWrites()
      if let loss { machine.disk.loseUnsynced(loss) }
      machine.isOff = false
      machine.failing = nil
      machine.script = DiskScript()
    }
  }

  /// Counts one call of this machine and lets the script's event for it happen; the journal counts with it.
  ///
  /// - Returns: an errno to fail with after the work.
  func begin(_ operation: String, _ names: [FilePath] = []) throws(SystemFault) -> Int32? {
    let event = machine.withLock { machine -> DiskScript.Event? in
      machine.calls += 1
      precondition(machine.calls < 20_000, "this does not end: \(machine.log.suffix(20))")
      machine.log.append(LoggedCall(operation: operation, names: names))
      return machine.script.events[machine.calls]
    }
    if case .intrude(let intruder)? = event { intruder(self) }
    let (before, afterwards) = machine.withLock { machine -> (Int32?, Int32?) in
      switch event {
      case .fail(let errno): return (errno, nil)
      case .failFromHere(let errno):
        machine.failing = errno
        return (errno, nil)
      case .stop:
        machine.isOff = true
        return (EIO, nil)
      case .failAfterwards(let errno): return (machine.isOff ? EIO : machine.failing, errno)
      case .intrude, nil: return (machine.isOff ? EIO : machine.failing, nil)
      }
    }
    if let before { throw SystemFault(operation, errno: before) }
    return afterwards
  }

  func perform<Value: Sendable>(
    _ operation: String, _ names: [FilePath] = [], _ work: (inout Machine) throws(SystemFault) -> Value
  ) throws(SystemFault) -> Value {
    let afterwards = try begin(operation, names)
    let value = try machine.withLock { machine throws(SystemFault) in try work(&machine) }
    if let afterwards { throw SystemFault(operation, errno: afterwards) }
    return value
  }

  /// The same for a call that opens: with a lost answer nothing stays open.
  private func performOpening(
    _ operation: String, _ names: [FilePath], _ work: (inout Machine) throws(SystemFault) -> Int32
  ) throws(SystemFault) -> Int32 {
    let afterwards = try begin(operation, names)
    let descriptor = try machine.withLock { machine throws(SystemFault) in try work(&machine) }
    guard let afterwards else { return descriptor }
    close(descriptor)
    throw SystemFault(operation, errno: afterwards)
  }

  // MARK: - Descriptors

  public func openRoot(_ path: FilePath) throws(SystemFault) -> Int32 {
    try performOpening("open", [path]) { machine throws(SystemFault) in
      let id = try machine.disk.find(path.bytes)
      guard machine.disk.file(id).kind == .folder else { throw SystemFault("open", errno: ENOTDIR) }
      return machine.open(id)
    }
  }

  public func openFolder(_ path: FilePath, in folder: Int32) throws(SystemFault) -> Int32 {
    try performOpening("open", [path]) { machine throws(SystemFault) in
      let id = try machine.disk.walk(path.bytes, from: machine.file(folder))
      switch machine.disk.file(id).kind {
      case .folder: return machine.open(id)
      case .symbolicLink: throw SystemFault("open", errno: ELOOP)
      default: throw SystemFault("open", errno: ENOTDIR)
      }
    }
  }

  public func openFile(_ name: FilePath, in folder: Int32) throws(SystemFault) -> Int32 {
    try performOpening("open", [name]) { machine throws(SystemFault) in
      let id = try machine.disk.walk(name.bytes, from: machine.file(folder))
      guard machine.disk.file(id).kind == .regular else {
        throw SystemFault("open", errno: SystemFault.irregularFileErrno)
      }
      return machine.open(id)
    }
  }

  public func createFile(_ name: FilePath, in folder: Int32, mode: UInt32) throws(SystemFault) -> Int32 {
    try performOpening("create", [name]) { machine throws(SystemFault) in
      let folder = try machine.file(folder)
      try machine.disk.needFree(name.bytes, in: folder)
      let id = machine.disk.makeFile(.regular, mode: mode, on: machine.disk.file(folder).mount)
      machine.disk.change([NameChange.Edit(folder: folder, name: name.bytes, file: id)])
      return machine.open(id, writable: true)
    }
  }

  public func close(_ descriptor: Int32) {
    machine.withLock { machine in
      guard descriptor >= machine.firstLive else { return }
      if let open = machine.descriptors.removeValue(forKey: descriptor) {
        machine.drop(open)
      } else {
        machine.wrongCloses.append(descriptor)
      }
    }
  }

  // MARK: - Status

  public func status(of descriptor: Int32) throws(SystemFault) -> FileStatus {
    try perform("look at") { machine throws(SystemFault) in machine.disk.status(of: try machine.file(descriptor)) }
  }

  public func status(of name: FilePath, in folder: Int32) throws(SystemFault) -> FileStatus {
    try perform("look at", [name]) { machine throws(SystemFault) in
      machine.disk.status(of: try machine.disk.walk(name.bytes, from: machine.file(folder)))
    }
  }

  public func handle(of descriptor: Int32) -> [UInt8] {
    machine.withLock { machine in
      machine.isOff ? [] : machine.descriptors[descriptor].map { machine.disk.handle(of: $0.file) } ?? []
    }
  }

  // MARK: - Contents

  public func read(_ descriptor: Int32, at offset: Int64, capacity: Int) throws(SystemFault) -> [UInt8] {
    try perform("read") { machine throws(SystemFault) in
      let file = machine.disk.file(try machine.file(descriptor))
      let count = min(capacity, machine.disk.mounts[file.mount].traits.longestRead ?? capacity)
      return Array(file.now.bytes.dropFirst(Int(offset)).prefix(count))
    }
  }

  public func copyContents(of from: Int32, to: Int32) throws(SystemFault) {
    let bytes = try perform("copy") { machine throws(SystemFault) in
      machine.disk.file(try machine.file(from)).now.bytes
    }
    try writeContents(bytes, to: to)
  }

  public func shareContents(of from: Int32, with to: Int32) throws(SystemFault) {
    try perform("share") { machine throws(SystemFault) in
      let (source, target) = (try machine.file(from), try machine.file(to))
      let mount = machine.disk.file(source).mount
      guard mount == machine.disk.file(target).mount else { throw SystemFault("share", errno: EXDEV) }
      guard machine.disk.mounts[mount].traits.sharesContents else { throw SystemFault("share", errno: EOPNOTSUPP) }
      try machine.disk.write(machine.disk.file(source).now.bytes, to: target)
    }
  }

  public func writeContents(_ bytes: [UInt8], to: Int32) throws(SystemFault) {
    // In two pieces, so that a fault can leave half a copy.
    for count in Set([bytes.count / 2, bytes.count]).sorted() {
      try perform("copy") { machine throws(SystemFault) in
        let id = try machine.file(to)
        guard machine.descriptors[to]?.writable == true else { throw SystemFault("copy", errno: EBADF) }
        try machine.disk.write(Array(bytes.prefix(count)), to: id)
      }
    }
  }

  public func copyMetadata(of from: Int32, to: Int32) throws(SystemFault) {
    try perform("copy the attributes of") { machine throws(SystemFault) in
      var metadata = machine.disk.file(try machine.file(from)).now.metadata
      metadata.changed = machine.disk.tick()
      machine.disk.files[try machine.file(to)]?.now.metadata = metadata
    }
  }

  public func setRights(_ rights: FileRights, of descriptor: Int32) throws(SystemFault) {
    try perform("change the rights of") { machine throws(SystemFault) in
      let id = try machine.file(descriptor)
      if let mode = rights.mode { machine.disk.files[id]?.now.metadata.mode = mode }
      if let owner = rights.owner { machine.disk.files[id]?.now.metadata.owner = owner }
      if let group = rights.group { machine.disk.files[id]?.now.metadata.group = group }
      let now = machine.disk.tick()
      machine.disk.files[id]?.now.metadata.changed = now
    }
  }

  // MARK: - Durability

  public func sync(_ descriptor: Int32) throws(SystemFault) {
    try perform("sync") { machine throws(SystemFault) in
      machine.disk.sync(try machine.file(descriptor), metadata: true)
    }
  }

  public func syncData(_ descriptor: Int32) throws(SystemFault) {
    try perform("sync data") { machine throws(SystemFault) in
      machine.disk.sync(try machine.file(descriptor), metadata: false)
    }
  }

  public func syncFileSystem(of folder: Int32) throws(SystemFault) -> Bool {
    try perform("sync all") { machine throws(SystemFault) in
      let file = machine.disk.file(try machine.file(folder))
      guard machine.disk.mounts[file.mount].traits.syncsWhole else { return false }
      machine.disk.sync(mount: file.mount)
      return true
    }
  }

  // MARK: - Leases

  public func writerState(of descriptor: Int32) -> WriterState {
    guard mayLease() else { return .unknown }
    return machine.withLock { $0.takeLease(descriptor, keep: false) }
  }

  public func withoutWriters(
    of descriptor: Int32, _ body: () throws(SystemFault) -> Void
  ) throws(SystemFault) {
    // A lease that cannot be had for any other reason than a writer is gone without.
    guard mayLease() else { return try body() }
    let state = machine.withLock { $0.takeLease(descriptor, keep: true) }
    if state == .open { throw SystemFault("lease", errno: EAGAIN) }
    defer { if state == .none { machine.withLock { $0.dropLease(descriptor) } } }
    try body()
  }

  private func mayLease() -> Bool {
    do throws(SystemFault) {
      return try begin("lease") == nil
    } catch {
      return false
    }
  }
}
