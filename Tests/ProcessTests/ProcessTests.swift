import Testing

/// Tests of the real programs. One after another, since each of them may use all of the machine; each with folders and
/// a daemon of its own.
@Suite(
  .serialized, .enabled(if: Programs.areBuilt, "winnowd, winnowctl, winnow-worker and winnow-lab have to be built"))
struct ProcessTests {}
