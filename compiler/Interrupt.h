//===- Interrupt.h - what an interrupt must not leave behind ----------------------------------===//
//
// SIGINT, SIGTERM and SIGHUP end the running child with all it started and remove temporary
// folders, then end us as the signal would have. A request for memory that the system refuses ends
// us with as little left. Only calls that a signal handler may make. Reading on: System.cpp (who
// registers).
//
//===------------------------------------------------------------------------------------------===//
#ifndef SINTER_COMPILER_INTERRUPT_H
#define SINTER_COMPILER_INTERRUPT_H

#include <string>
#include <sys/types.h>

namespace sinter::compiler {

/// A folder of plain files that goes when we are interrupted. Returns its slot, -1 when there is
/// none left.
int removeOnInterrupt(const std::string &folder);
/// The folder of `slot` is gone; -1 does nothing.
void forgetFolder(int slot);

/// Removes them now, for an end without destructors.
void removeFolders();

/// From now on, memory that the system refuses ends the program with a message and exit code 3.
void endWithoutMemory();
/// Ends so when less is left than threads and stacks grow by at once: to be asked after a crash,
/// which is then no fault of the compiler's.
void endIfWithoutMemory();

/// The process group to end on an interrupt, and with which signal; 0: none.
void endOnInterrupt(pid_t group, int signal);

} // namespace sinter::compiler

#endif
