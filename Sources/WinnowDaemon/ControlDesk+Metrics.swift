import Glibc
import SystemPackage
import WinnowControlAPI
import WinnowControlServer
import WinnowCore
import WinnowLedger
import WinnowPipeline
import WinnowSupervision

extension ControlDesk {
  func metrics(_ reply: FileReply) {
    do throws(WinnowError) {
      var metrics = MetricsText()
      addDaemon(to: &metrics)
      addPictures(to: &metrics)
      addWorkers(to: &metrics)
      addHooks(to: &metrics)
      try addLedger(to: &metrics)
      reply.send(Array(metrics.text.utf8), as: .metrics)
    } catch {
      reply.fail(error)
    }
  }

  private typealias Sample = MetricsText.Sample

  private func addDaemon(to metrics: inout MetricsText) {
    metrics.add(
      "winnow_build_info", .gauge, "The version that runs; always 1.", [Sample(["version": Daemon.version], 1)])
    metrics.add(
      "winnow_start_time_seconds", .gauge, "When the daemon started, since 1970.", Self.seconds(daemon.started))
    metrics.add(
      "winnow_degraded", .gauge, "1 while a condition keeps pictures from being sorted.", pipeline.isDegraded ? 1 : 0)
    metrics.add(
      "winnow_condition", .gauge, "Conditions that hold, 1 each, with what they are about.",
      pipeline.conditions.map {
        Sample(
          ["code": $0.code.rawValue, "subject": $0.subject, "severity": $0.degrades ? "error" : "warning"], 1)
      })
    var memory = [("winnowd", "", ProcessMemory(pid: getpid()))]
    for worker in pipeline.workers {
      memory.append(("winnow-worker", worker.model.description, worker.pid.flatMap(ProcessMemory.init)))
    }
    func family(_ name: String, _ help: String, _ value: (ProcessMemory) -> Int64) {
      metrics.add(
        name, .gauge, help,
        memory.compactMap { process, model, memory in
          memory.map { Sample(["process": process, "model": model], Double(value($0))) }
        })
    }
    family("winnow_process_resident_memory_bytes", "Memory of a process, mapped files included.") { $0.resident }
    family("winnow_process_anonymous_memory_bytes", "Memory of a process that is no file (RssAnon).") { $0.anonymous }
  }

  private func addPictures(to metrics: inout MetricsText) {
    pipeline.refreshPower()
    let reports = pipeline.report()
    metrics.add(
      "winnow_pictures", .gauge, "Pictures of an inbox by where they stand now.",
      reports.flatMap { report in
        PictureState.allCases.map {
          Sample(["inbox": report.settings.name, "state": $0.rawValue], Double(report.counts[$0] ?? 0))
        }
      })
    metrics.add(
      "winnow_settling_pictures", .gauge, "Files of an inbox that are seen and not decided yet.",
      reports.map { Sample(["inbox": $0.settings.name], Double($0.settling)) })
    metrics.add(
      "winnow_inbox_away", .gauge, "1 while the inbox's folder is not there.",
      reports.map { Sample(["inbox": $0.settings.name], $0.isAway ? 1 : 0) })
    metrics.add(
      "winnow_inbox_paused", .gauge, "1 while the inbox is paused.",
      reports.map { Sample(["inbox": $0.settings.name], $0.isPaused ? 1 : 0) })
    metrics.add(
      "winnow_inbox_resting", .gauge, "1 while the inbox is outside its hours, or waits for mains.",
      reports.map { Sample(["inbox": $0.settings.name], $0.rest == nil ? 0 : 1) })
    metrics.add(
      "winnow_outcomes_total", .counter, "What was done with pictures since the daemon started.",
      HistoryOutcome.allCases.map { Sample(["outcome": $0.rawValue], Double(daemon.outcomes.counts[$0] ?? 0)) })
  }

  private func addWorkers(to metrics: inout MetricsText) {
    let workers = pipeline.workers
    metrics.add(
      "winnow_worker_ready", .gauge, "1 while the worker of a model can classify at once.",
      workers.map { Sample(["model": $0.model.description], $0.state == .ready ? 1 : 0) })
    metrics.add(
      "winnow_worker_degraded", .gauge, "1 while the worker of a model does not serve.",
      workers.map { Sample(["model": $0.model.description], $0.state == .degraded ? 1 : 0) })
    metrics.add(
      "winnow_worker_restarts_total", .counter, "Starts of a worker made necessary by an end that nobody asked for.",
      workers.map { Sample(["model": $0.model.description], Double($0.restarts)) })
  }

  private func addHooks(to metrics: inout MetricsText) {
    let hooks = daemon.hooks.status()
    func family(_ name: String, _ kind: MetricsText.Kind, _ help: String, _ value: (HookStatus) -> Double?) {
      metrics.add(
        name, kind, help,
        hooks.compactMap { hook in value(hook).map { Sample(["target": hook.target.rawValue], $0) } })
    }
    family("winnow_hook_waiting_events", .gauge, "Events that wait to be delivered.") { Double($0.waiting) }
    family("winnow_hook_aside_events", .gauge, "Events that were refused alone and set aside.") { Double($0.aside) }
    family("winnow_hook_failing", .gauge, "1 while the target takes nothing.") { $0.failingSince == nil ? 0 : 1 }
    family("winnow_hook_delivered_events_total", .counter, "Events delivered since the daemon started.") {
      Double($0.delivered)
    }
    family("winnow_hook_failures_total", .counter, "Tries that came to nothing since the daemon started.") {
      Double($0.failures)
    }
    family("winnow_hook_oldest_event_timestamp_seconds", .gauge, "When the oldest event that waits happened.") {
      $0.oldest.map(Self.seconds)
    }
  }

  private func addLedger(to metrics: inout MetricsText) throws(WinnowError) {
    let jobs = try daemon.ledger.jobCounts()
    metrics.add(
      "winnow_jobs", .gauge, "Jobs that the ledger holds, by state.",
      JobState.allCases.map { Sample(["state": $0.rawValue], Double(jobs[$0] ?? 0)) })
    let file = daemon.ledger.path.bytes
    metrics.add(
      "winnow_ledger_bytes", .gauge, "Size of the ledger's files.",
      [("ledger", ""), ("wal", "-wal")].compactMap { name, ending in
        Self.size(of: FilePath(bytes: file + Array(ending.utf8))).map { Sample(["file": name], $0) }
      })
  }

  private static func size(of file: FilePath) -> Double? {
    var status = stat()
    return file.withPlatformString { stat($0, &status) } == 0 ? Double(status.st_size) : nil
  }

  private static func seconds(_ time: Timestamp) -> Double { Double(time.nanoseconds) / 1e9 }
}
