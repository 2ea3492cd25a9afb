import Testing
import WinnowControlAPI

@Suite("Figures for Prometheus")
struct MetricsTextTests {
  @Test("a family is its help, its type and a line for each sample")
  func family() {
    var metrics = MetricsText()
    metrics.add("winnow_ledger_bytes", .gauge, "Size.", 4096)
    metrics.add("winnow_outcomes_total", .counter, "Done.", [.init(["outcome": "sorted", "inbox": "a"], 3)])
    #expect(
      metrics.text == """
        # HELP winnow_ledger_bytes Size.
        # TYPE winnow_ledger_bytes gauge
        winnow_ledger_bytes 4096
        # HELP winnow_outcomes_total Done.
        # TYPE winnow_outcomes_total counter
        winnow_outcomes_total{outcome="sorted",inbox="a"} 3

        """)
  }

  @Test("quotes, backslashes and line breaks in labels are escaped, other characters stand as they are")
  func escaping() {
    var metrics = MetricsText()
    metrics.add("winnow_x", .gauge, "a\\b\nc\"d", [.init(["inbox": "a\"b\\c\nd 相机"], 0.5)])
    #expect(metrics.text.contains("# HELP winnow_x a\\\\b\\nc\"d\n"))
    #expect(metrics.text.contains(#"winnow_x{inbox="a\"b\\c\nd 相机"} 0.5"#))
  }

  @Test("a family without samples is left out")
  func empty() {
    var metrics = MetricsText()
    metrics.add("winnow_condition", .gauge, "Conditions.", [])
    #expect(metrics.text.isEmpty)
  }
}
