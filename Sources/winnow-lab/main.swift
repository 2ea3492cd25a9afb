import Glibc
import WinnowLab

exit(LabProgram.run(Array(CommandLine.arguments.dropFirst())))
