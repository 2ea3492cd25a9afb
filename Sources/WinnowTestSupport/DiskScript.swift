/// What happens to a simulated disk at which of its calls; calls count from 1.
public struct DiskScript: Sendable {
  public enum Event: Sendable {
    /// The call does nothing and fails.
    case fail(errno: Int32)
    /// The call does its work and fails all the same, as over a network whose answer got lost.
    case failAfterwards(errno: Int32)
    /// This call and all after it fail, until `SimulatedDisk.heal`.
    case failFromHere(errno: Int32)
    /// The process is killed, or the power fails: nothing reaches the disk any more, until `SimulatedDisk.restart`.
    case stop
    /// Somebody else does something before the call.
    case intrude(@Sendable (SimulatedDisk) -> Void)
  }

  var events: [Int: Event]

  public init(_ events: [Int: Event] = [:]) { self.events = events }
}
