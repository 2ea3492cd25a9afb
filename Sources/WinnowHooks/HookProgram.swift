import FoundationEssentials
import SystemPackage
import WinnowControlAPI
import WinnowCore
import WinnowSupervision

/// Runs a program for each event, without a shell: the event as JSON on its standard input, the most used of its fields
/// as variables. Exit code 0 means that it took the event.
struct HookProgram: EventRecipient {
  /// Longer, and it is killed with all that it started. Chosen, not measured.
  static let limit = Duration.seconds(30)

  let executable: String
  let arguments: [String]
  var variables: [String: String] = [:]
  let cancellation: Cancellation
  var limit = Self.limit

  func deliver(_ event: DeliveryRequest.Event) -> DeliveryReport.Failure? {
    func failure(_ fault: HookFault, _ message: String, _ output: [UInt8] = []) -> DeliveryReport.Failure {
      DeliveryReport.Failure(id: event.id, fault: fault, message: message, said: Self.lastLine(of: output))
    }
    do throws(WinnowError) {
      var command = ChildCommand(
        executable: FilePath(executable), arguments: arguments.map { CommandArgument($0) },
        environment: [
          "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
        ].merging(variables) { $1 })
      command.environmentBytes = try Self.variables(of: event)
      let outcome = try BoundedRun(command, input: Array(event.body.utf8) + [0x0A], limit: limit).run(cancellation)
      switch outcome.ending {
      case .ended(.exited(0)): return nil
      case .ended(let exit): return failure(.refused, "\(executable): \(exit)", outcome.output)
      case .timedOut: return failure(.refused, "\(executable) had not ended after \(limit)", outcome.output)
      case .cancelled: return failure(.refused, "\(executable) was ended with the daemon")
      }
    } catch {
      return failure(.unreachable, error.description)
    }
  }

  /// Paths as they are, whatever their bytes.
  static func variables(of event: DeliveryRequest.Event) throws(WinnowError) -> [String: [UInt8]] {
    let row = try Wire.decode(HookEvent.self, from: Data(event.body.utf8)).row
    var variables: [String: [UInt8]] = [
      "WINNOW_ID": Array("\(event.id)".utf8), "WINNOW_EVENT": Array(row.outcome.rawValue.utf8),
      "WINNOW_FILE": row.file.bytes,
    ]
    if let from = row.from { variables["WINNOW_FROM"] = from.bytes }
    let texts = [
      ("WINNOW_CLASS", row.label ?? row.class), ("WINNOW_INBOX", row.inbox), ("WINNOW_MODEL", row.model),
      ("WINNOW_PROBABILITY", row.probability.map { "\($0)" }),
    ]
    for (name, text) in texts { variables[name] = text.map { Array($0.utf8) } }
    return variables
  }

  private static func lastLine(of output: [UInt8]) -> String? {
    let lines = output.split { $0 == 0x0A || $0 == 0x0D }
    guard let last = lines.last(where: { !$0.allSatisfy { $0 <= 0x20 } }) else { return nil }
    return FilePath.escape(Array(last.suffix(300)))
  }
}
