// <sinter/sinter.h> - the Sinter DSL: write a model as C++ functions of tensors, get a trainer or a
// library.
//
// Everything is a value: ops take and return Tensor handles and record nodes of a graph, with the
// user's line. Nothing computes here, nothing throws: mistakes are collected, reported together,
// and Model::write() returns 1. Reading on: model.h (Model, entries), nn.h (layers), ops/ (one
// header an op family; ops.h, made by the build, includes them all).
#pragma once

#include "sinter/data.h"
#include "sinter/init.h"
#include "sinter/model.h"
#include "sinter/nn.h"
#include "sinter/ops.h"
#include "sinter/optim.h"
#include "sinter/schedule.h"
#include "sinter/tensor.h"
