import Glibc
import WinnowTrainer

exit(TrainerProgram.run(Array(CommandLine.arguments.dropFirst())))
