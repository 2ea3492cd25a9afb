import Glibc
import WinnowFiles

/// Descriptors and leases.
extension SimulatedDisk.Machine {
  func file(_ descriptor: Int32) throws(SystemFault) -> Int {
    guard let open = descriptors[descriptor] else { throw SystemFault("use", errno: EBADF) }
    return open.file
  }

  mutating func open(_ file: Int, writable: Bool = false) -> Int32 {
    let descriptor = nextDescriptor
    nextDescriptor += 1
    descriptors[descriptor] = SimulatedDisk.Descriptor(file: file, writable: writable)
    disk.files[file]?.descriptors += 1
    return descriptor
  }

  mutating func drop(_ open: SimulatedDisk.Descriptor) {
    guard disk.files[open.file] != nil else { return }
    disk.files[open.file]?.descriptors -= 1
    disk.release(open.file)
  }

  mutating func takeLease(_ descriptor: Int32, keep: Bool) -> WriterState {
    guard !isOff, let open = descriptors[descriptor] else { return .unknown }
    let file = disk.file(open.file)
    guard disk.mounts[file.mount].traits.leases else { return .unknown }
    if file.writers > 0 { return .open }
    if keep { disk.files[open.file]?.leases += 1 }
    return .none
  }

  mutating func dropLease(_ descriptor: Int32) {
    guard let open = descriptors[descriptor] else { return }
    disk.files[open.file]?.leases -= 1
    runDelayedWrites()
  }

  /// Writes that waited for the end of a lease.
  mutating func runDelayedWrites() {
    for id in delayedWrites.keys.sorted() where disk.files[id]?.leases == 0 {
      for write in delayedWrites.removeValue(forKey: id) ?? [] {
        try? disk.write(write(disk.file(id).now.bytes), to: id)
      }
    }
  }
}
