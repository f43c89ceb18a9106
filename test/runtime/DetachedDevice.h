// DetachedDevice.h - a device whose memory is not this process's.
//
// What it allocates are addresses that fault when anybody but the device touches them; the data lie
// in another mapping, on which the CPU's code runs. With SINTER_TEST_DEVICE=detached every hand-
// written module is one of it, so that all tests of trainers and libraries also say what a GPU
// needs: that nothing but the device reads and writes a segment.
#pragma once

#include <sinter/abi.h>

/// Makes it the module's device where the environment says so.
void chooseDevice(sinter_module &module);
/// True where it does.
bool isDetached();
