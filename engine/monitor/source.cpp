// SPDX-License-Identifier: Apache-2.0
#include "engine/monitor/source.h"
#include "engine/monitor/sink.h"

// Gives the meta object of Source one home, so that every source links the same one.
#include "moc_source.cpp"
