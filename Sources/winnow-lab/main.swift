import Glibc
import WinnowImport

exit(LabProgram.run(Array(CommandLine.arguments.dropFirst())))
