public import WinnowFiles

/// Bytes in a memory file that another process wrote.
public final class SharedBytes: Sendable {
  public let descriptor: OwnedDescriptor
  public let count: Int

  public init(_ descriptor: consuming OwnedDescriptor, count: Int) {
    self.descriptor = descriptor
    self.count = count
  }
}
