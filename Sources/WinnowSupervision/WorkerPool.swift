public import Dispatch
internal import SystemPackage
public import WinnowCore

/// The workers, one for each model in use: started by the first job, restarted when they die, ended when idle.
///
/// It lives on the serial queue given to it: every call is made there, and every closure is called there.
public final class WorkerPool {
  private let limits: WorkerLimits
  private let queue: DispatchQueue
  private let launch: (ModelVersion) throws(WinnowError) -> WorkerLaunch
  private let note: (SupervisionNotice) -> Void
  private let statusChanged: () -> Void
  private var supervisors: [ModelVersion: WorkerSupervisor] = [:]
  private var whenStopped: (() -> Void)?
  private var isStopped = false

  /// - Parameters:
  ///   - launch: how to start the worker for a model; what it throws postpones the model's pictures.
  ///   - note: what goes to the journal.
  ///   - statusChanged: `status` has changed. Called after the change, never for pictures going in and out.
  public init(
    queue: DispatchQueue, limits: WorkerLimits = WorkerLimits(),
    launch: @escaping (ModelVersion) throws(WinnowError) -> WorkerLaunch,
    note: @escaping (SupervisionNotice) -> Void = { _ in }, statusChanged: @escaping () -> Void = {}
  ) {
    self.queue = queue
    self.limits = limits
    self.launch = launch
    self.note = note
    self.statusChanged = statusChanged
  }

  /// Whether `submit` will take a job for `model`; false means that enough wait already, or that it is retired.
  public func canAccept(_ model: ModelVersion) -> Bool {
    dispatchPrecondition(condition: .onQueue(queue))
    return !isStopped && supervisors[model]?.canAccept ?? true
  }

  /// Takes the job. One that `canAccept` did not allow is postponed at once.
  public func submit(_ job: ClassifyJob) {
    dispatchPrecondition(condition: .onQueue(queue))
    guard canAccept(job.model) else {
      job.completion(.postponed(isStopped ? .workerStopping(job.model) : .workerBusy(job.model)))
      return
    }
    supervisor(for: job.model).submit(job)
  }

  /// How many pictures the worker for `model` works on best at once; nil before it has said so.
  public func capacity(for model: ModelVersion) -> Int? { supervisors[model]?.capacity }

  /// Pictures that workers have in hand.
  public var inFlight: Int { supervisors.values.reduce(0) { $0 + $1.inFlight } }
  /// Pictures taken and not answered, those in flight included.
  public var jobCount: Int { supervisors.values.reduce(0) { $0 + $1.jobCount } }

  /// One entry for each model that has had a job and is not retired, by name.
  public var status: [WorkerStatus] {
    supervisors.values.map(\.status).sorted { ($0.model.name, $0.model.version) < ($1.model.name, $1.model.version) }
  }

  /// `model` is no longer current: its worker finishes what it has, then ends. A later job for it is taken again once
  /// that has happened.
  public func retire(_ model: ModelVersion) {
    dispatchPrecondition(condition: .onQueue(queue))
    supervisors[model]?.retire()
  }

  /// Postpones every job and ends every worker; `whenStopped` is called when no process is left, which takes
  /// `WorkerLimits.exitGrace` at most.
  public func stop(whenStopped: @escaping () -> Void) {
    dispatchPrecondition(condition: .onQueue(queue))
    isStopped = true
    self.whenStopped = whenStopped
    for supervisor in Array(supervisors.values) { supervisor.stop() }
    reportStopped()
  }

  private func supervisor(for model: ModelVersion) -> WorkerSupervisor {
    if let supervisor = supervisors[model] { return supervisor }
    let supervisor = WorkerSupervisor(
      model: model, limits: limits, seed: .random(in: 0 ... .max),
      surroundings: WorkerSupervisor.Surroundings(
        queue: queue, launch: launch, note: note, changed: statusChanged,
        ended: { [weak self] in self?.forget($0) }))
    supervisors[model] = supervisor
    return supervisor
  }

  private func forget(_ model: ModelVersion) {
    supervisors[model] = nil
    statusChanged()
    reportStopped()
  }

  private func reportStopped() {
    guard isStopped, supervisors.isEmpty, let whenStopped else { return }
    self.whenStopped = nil
    whenStopped()
  }
}
