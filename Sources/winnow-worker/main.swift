import Glibc
import WinnowInference

// _exit: at this point the engine's threads still run, and its destructors do not expect that.
_exit(WorkerProcess.run(Array(CommandLine.arguments.dropFirst())))
