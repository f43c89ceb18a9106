// FakeModule.cpp - entries of the hand-written softmax regression. See FakeModule.h.
#include "FakeModule.h"
#include "DetachedDevice.h"

#include <array>
#include <cmath>
#include <cstring>

std::function<void(int64_t)> fakeStepHook;
int64_t fakeNanStep = -1;
int fakePrepares = 0;

namespace {

// Fixed places, so that the C entry functions need no context: segment PARAMS holds weight and
// bias, STATE the rest. One geometry a process at a time; a FakeModule sets it when built.
struct Geometry {
  uint64_t classes, pixels;
  uint64_t weight, bias;                                   // PARAMS
  uint64_t weightMomentum, biasMomentum;                   // STATE
  uint64_t correctSum, correctWeight, lossSum, lossWeight; // STATE
  uint64_t lrSlot, workBytes;
  bool trains, lossMetric;
  struct Logical {
    uint64_t weight, bias, weightMomentum, biasMomentum, correctSum, correctWeight, lossSum,
        lossWeight;
  } logical;
} g;

template <typename T> T *at(const sinter_spmd *s, uint32_t segment, uint64_t offset) {
  return reinterpret_cast<T *>(static_cast<char *>(s->segments[segment]) + offset);
}

// WORK: image f32[B,P] | label i32[B] | loss f32 | logits f32[B,C] | delta f32[B,C]
struct Work {
  uint64_t image, label, loss, logits, delta, end;
};
uint64_t align(uint64_t x) { return (x + 63) / 64 * 64; }
Work work(uint64_t batch) {
  Work w;
  w.image = 0;
  w.label = align(batch * g.pixels * 4);
  w.loss = align(w.label + batch * 4);
  w.logits = align(w.loss + 4);
  w.delta = align(w.logits + batch * g.classes * 4);
  w.end = align(w.delta + batch * g.classes * 4);
  return w;
}

void forward(const sinter_spmd *s, uint64_t batch) {
  Work w = work(batch);
  const float *image = at<float>(s, SINTER_SEG_WORK, w.image),
              *weight = at<float>(s, SINTER_SEG_PARAMS, g.weight);
  const float *bias = at<float>(s, SINTER_SEG_PARAMS, g.bias);
  float *logits = at<float>(s, SINTER_SEG_WORK, w.logits);
  for (uint64_t i = batch * s->thread / s->threads; i < batch * (s->thread + 1) / s->threads; ++i) {
    float *row = logits + i * g.classes;
    memcpy(row, bias, g.classes * 4);
    for (uint64_t p = 0; p < g.pixels; ++p)
      for (uint64_t c = 0; c < g.classes; ++c)
        row[c] += image[i * g.pixels + p] * weight[p * g.classes + c];
  }
}

void loss(const sinter_spmd *s, uint64_t batch) {
  if (s->thread != 0)
    return;
  Work w = work(batch);
  const int32_t *label = at<int32_t>(s, SINTER_SEG_WORK, w.label);
  const float *logits = at<float>(s, SINTER_SEG_WORK, w.logits);
  float *delta = at<float>(s, SINTER_SEG_WORK, w.delta);
  double sum = 0;
  uint64_t correct = 0;
  for (uint64_t i = 0; i < batch; ++i) {
    const float *row = logits + i * g.classes;
    uint64_t best = 0;
    for (uint64_t c = 1; c < g.classes; ++c)
      best = row[c] > row[best] ? c : best;
    double total = 0;
    for (uint64_t c = 0; c < g.classes; ++c)
      total += std::exp(static_cast<double>(row[c]) - row[best]);
    for (uint64_t c = 0; c < g.classes; ++c)
      delta[i * g.classes + c] =
          static_cast<float>((std::exp(static_cast<double>(row[c]) - row[best]) / total -
                              (c == static_cast<uint64_t>(label[i]))) /
                             batch);
    sum += std::log(total) + row[best] - row[label[i]];
    correct += best == static_cast<uint64_t>(label[i]);
  }
  int64_t step = *at<int64_t>(s, SINTER_SEG_SCALARS, 0);
  *at<float>(s, SINTER_SEG_WORK, w.loss) = static_cast<float>(sum / batch);
  if (g.trains && step == fakeNanStep)
    delta[3] = *at<float>(s, SINTER_SEG_WORK, w.loss) = NAN;
  *at<float>(s, SINTER_SEG_STATE, g.correctSum) += static_cast<float>(correct);
  *at<float>(s, SINTER_SEG_STATE, g.correctWeight) += static_cast<float>(batch);
  if (g.lossMetric) {
    *at<double>(s, SINTER_SEG_STATE, g.lossSum) += sum;
    *at<double>(s, SINTER_SEG_STATE, g.lossWeight) += static_cast<double>(batch);
  }
}

void update(const sinter_spmd *s, uint64_t batch) {
  Work w = work(batch);
  const float *image = at<float>(s, SINTER_SEG_WORK, w.image),
              *delta = at<float>(s, SINTER_SEG_WORK, w.delta);
  float *weight = at<float>(s, SINTER_SEG_PARAMS, g.weight),
        *bias = at<float>(s, SINTER_SEG_PARAMS, g.bias);
  float *momentum = at<float>(s, SINTER_SEG_STATE, g.weightMomentum);
  float *biasMomentum = at<float>(s, SINTER_SEG_STATE, g.biasMomentum);
  float lr = *at<float>(s, SINTER_SEG_SCALARS, g.lrSlot * 8);
  std::vector<float> gradient(g.classes);
  for (uint64_t p = g.pixels * s->thread / s->threads; p < g.pixels * (s->thread + 1) / s->threads;
       ++p) {
    std::fill(gradient.begin(), gradient.end(), 0.0f);
    for (uint64_t i = 0; i < batch; ++i)
      for (uint64_t c = 0; c < g.classes; ++c)
        gradient[c] += image[i * g.pixels + p] * delta[i * g.classes + c];
    for (uint64_t c = 0; c < g.classes; ++c) {
      momentum[p * g.classes + c] = 0.5f * momentum[p * g.classes + c] + gradient[c];
      weight[p * g.classes + c] -= lr * momentum[p * g.classes + c];
    }
  }
  if (s->thread == 0)
    for (uint64_t c = 0; c < g.classes; ++c) {
      float sum = 0;
      for (uint64_t i = 0; i < batch; ++i)
        sum += delta[i * g.classes + c];
      biasMomentum[c] = 0.5f * biasMomentum[c] + sum;
      bias[c] -= lr * biasMomentum[c];
    }
}

template <int64_t Batch> struct Entries {
  static void forwardKernel(const sinter_spmd *s) { forward(s, Batch); }
  static void lossKernel(const sinter_spmd *s) { loss(s, Batch); }
  static void updateKernel(const sinter_spmd *s) { update(s, Batch); }
  static void train(const sinter_spmd *s) {
    if (s->thread == 0 && fakeStepHook)
      fakeStepHook(*at<int64_t>(s, SINTER_SEG_SCALARS, 0));
    forward(s, Batch);
    s->barrier(s);
    loss(s, Batch);
    s->barrier(s);
    update(s, Batch);
  }
  static void eval(const sinter_spmd *s) {
    forward(s, Batch);
    s->barrier(s);
    loss(s, Batch);
  }
  static void predict(const sinter_spmd *s) { forward(s, Batch); }
};

struct Functions {
  sinter_entry_fn train, eval, predict;
  sinter_kernel_fn kernels[3];
};
template <int64_t B> constexpr Functions functionsOf() {
  using E = Entries<B>;
  return {E::train, E::eval, E::predict, {E::forwardKernel, E::lossKernel, E::updateKernel}};
}
Functions functions(int64_t batch) {
  switch (batch) {
  case 256:
    return functionsOf<256>();
  case 64:
    return functionsOf<64>();
  case 16:
    return functionsOf<16>();
  case 8:
    return functionsOf<8>();
  default:
    return functionsOf<1>();
  }
}

// logical f32[C,P] <-> master f32[P,C]
void copyTransposed(const float *from, float *to, uint64_t rows, uint64_t columns) {
  for (uint64_t r = 0; r < rows; ++r)
    for (uint64_t c = 0; c < columns; ++c)
      to[c * rows + r] = from[r * columns + c];
}

void prepare(const sinter_spmd *s) {
  if (s->thread != 0)
    return;
  ++fakePrepares;
  // As compiled modules do: what it computes on the way lies where entries have their inputs.
  memset(at<char>(s, SINTER_SEG_WORK, 0), 0xff, g.workBytes);
}

void loadParams(const sinter_spmd *s) {
  if (s->thread != 0)
    return;
  copyTransposed(at<float>(s, SINTER_SEG_LOGICAL, g.logical.weight),
                 at<float>(s, SINTER_SEG_PARAMS, g.weight), g.classes, g.pixels);
  memcpy(at<char>(s, SINTER_SEG_PARAMS, g.bias), at<char>(s, SINTER_SEG_LOGICAL, g.logical.bias),
         g.classes * 4);
}

struct Copy {
  uint64_t state, logical, bytes;
};
// No heap: tests count heap calls. An absent symbol has 0 bytes.
std::array<Copy, 6> stateCopies() {
  uint64_t weights = g.trains ? g.classes * g.pixels * 4 : 0, biases = g.trains ? g.classes * 4 : 0;
  uint64_t losses = g.lossMetric ? 8 : 0;
  return {{{g.correctSum, g.logical.correctSum, 4},
           {g.correctWeight, g.logical.correctWeight, 4},
           {g.weightMomentum, g.logical.weightMomentum, weights},
           {g.biasMomentum, g.logical.biasMomentum, biases},
           {g.lossSum, g.logical.lossSum, losses},
           {g.lossWeight, g.logical.lossWeight, losses}}};
}

void load(const sinter_spmd *s) {
  loadParams(s);
  if (s->thread == 0)
    for (Copy c : stateCopies())
      memcpy(at<char>(s, SINTER_SEG_STATE, c.state), at<char>(s, SINTER_SEG_LOGICAL, c.logical),
             c.bytes);
}

void save(const sinter_spmd *s) {
  if (s->thread != 0)
    return;
  copyTransposed(at<float>(s, SINTER_SEG_PARAMS, g.weight),
                 at<float>(s, SINTER_SEG_LOGICAL, g.logical.weight), g.pixels, g.classes);
  memcpy(at<char>(s, SINTER_SEG_LOGICAL, g.logical.bias), at<char>(s, SINTER_SEG_PARAMS, g.bias),
         g.classes * 4);
  for (Copy c : stateCopies())
    memcpy(at<char>(s, SINTER_SEG_LOGICAL, c.logical), at<char>(s, SINTER_SEG_STATE, c.state),
           c.bytes);
}

uint64_t elementBytes(uint32_t dtype) { return dtype == SINTER_F64 || dtype == SINTER_I64 ? 8 : 4; }

} // namespace

sinter_tensor FakeModule::tensor(const char *name, uint32_t dtype, std::vector<int64_t> shape,
                                 uint32_t segment, uint64_t &offset) {
  uint64_t bytes = elementBytes(dtype);
  for (int64_t d : shape)
    bytes *= static_cast<uint64_t>(d);
  dims.push_back(std::move(shape));
  sinter_tensor t = {
      name,   dtype, static_cast<uint32_t>(dims.back().size()), dims.back().data(), segment, 0,
      offset, bytes};
  offset = align(offset + bytes);
  return t;
}

void FakeModule::addSymbol(const char *name, uint32_t kind, uint32_t init, double a, double b,
                           std::vector<int64_t> shape, uint32_t segment) {
  uint32_t dtype = std::string(name).find("loss") == 0 ? SINTER_F64 : SINTER_F32;
  sinter_symbol s = {};
  s.name = name;
  s.kind = kind;
  s.init = init;
  s.init_a = a;
  s.init_b = b;
  s.init_stream = sinter_stream(name);
  s.logical = tensor(name, dtype, shape, SINTER_SEG_LOGICAL, used[SINTER_SEG_LOGICAL]);
  s.master = tensor(name, dtype, shape, segment, used[segment]);
  symbols.push_back(s);
}

void FakeModule::addEntry(const char *name, uint32_t kind, int64_t batch, sinter_entry_fn run) {
  sinter_entry e = {};
  e.name = name;
  e.kind = kind;
  e.batch = batch;
  e.run = run;
  if (batch) {
    Work w = work(batch);
    int64_t h = options.height, width = options.width, classes = options.classes;
    std::vector<sinter_tensor> in, out;
    uint64_t offset = w.image;
    in.push_back(tensor("image", SINTER_F32, {batch, 1, h, width}, SINTER_SEG_WORK, offset));
    offset = w.label;
    if (kind != SINTER_ENTRY_PREDICT)
      in.push_back(tensor("label", SINTER_I32, {batch}, SINTER_SEG_WORK, offset));
    offset = w.loss;
    if (kind != SINTER_ENTRY_PREDICT) {
      out.push_back(tensor("loss", SINTER_F32, {}, SINTER_SEG_WORK, offset));
      out.back().role = SINTER_ROLE_LOSS;
    }
    offset = w.logits;
    if (kind == SINTER_ENTRY_PREDICT)
      out.push_back(tensor("logits", SINTER_F32, {batch, classes}, SINTER_SEG_WORK, offset));
    e.input_count = static_cast<uint32_t>(in.size());
    e.output_count = static_cast<uint32_t>(out.size());
    tensors.push_back(in);
    e.inputs = tensors.back().data();
    tensors.push_back(out);
    e.outputs = tensors.back().data();
    e.work_bytes = w.end;
    used[SINTER_SEG_WORK] = std::max(used[SINTER_SEG_WORK], w.end);
    if (kind == SINTER_ENTRY_PREDICT) {
      ranges.push_back({{SINTER_SEG_PARAMS, 0, SINTER_F32, 0, g.weight, g.pixels * g.classes * 4},
                        {SINTER_SEG_WORK, 1, SINTER_F32, 0, w.logits,
                         static_cast<uint64_t>(batch * classes) * 4}});
      sinter_kernel k = {};
      k.name = "predict_00_matmul";
      k.location = "fake.cpp:7:10";
      k.run = functions(batch).kernels[0];
      k.range_count = 2;
      k.ranges = ranges.back().data();
      kernels.push_back({k});
      e.kernel_count = 1;
      e.kernels = kernels.back().data();
    }
    if (kind == SINTER_ENTRY_TRAIN) {
      Functions f = functions(batch);
      uint64_t rows = static_cast<uint64_t>(batch) * g.classes * 4;
      const uint64_t places[3][3] = {{SINTER_SEG_WORK, w.logits, rows},
                                     {SINTER_SEG_WORK, w.delta, rows},
                                     {SINTER_SEG_PARAMS, g.weight, g.pixels * g.classes * 4}};
      const char *names[3] = {"train_step_00_matmul", "train_step_01_softmax_cross_entropy",
                              "train_step_02_update"};
      const char *locations[3] = {"fake.cpp:7:10", "fake.cpp:8:17", "fake.cpp:9:5"};
      std::vector<sinter_kernel> list;
      for (int i = 0; i < 3; ++i) {
        sinter_range r = {
            static_cast<uint32_t>(places[i][0]), 1, SINTER_F32, 0, places[i][1], places[i][2]};
        ranges.push_back({r});
        sinter_kernel k = {};
        k.name = names[i];
        k.location = locations[i];
        k.run = f.kernels[i];
        k.range_count = 1;
        k.ranges = ranges.back().data();
        list.push_back(k);
      }
      kernels.push_back(list);
      e.kernel_count = 3;
      e.kernels = kernels.back().data();
    }
  }
  entries.push_back(e);
}

FakeModule::FakeModule(const Options &o) : options(o) {
  int64_t classes = o.classes, pixels = static_cast<int64_t>(o.height) * o.width;
  addSymbol("fc.weight", SINTER_PARAMETER, SINTER_INIT_NORMAL, 0, 0.01, {classes, pixels},
            SINTER_SEG_PARAMS);
  addSymbol("fc.bias", SINTER_PARAMETER, SINTER_INIT_CONSTANT, 0, 0, {classes}, SINTER_SEG_PARAMS);
  if (o.trains) {
    addSymbol("fc.weight/momentum", SINTER_OPTIMIZER, SINTER_INIT_CONSTANT, 0, 0, {classes, pixels},
              SINTER_SEG_STATE);
    addSymbol("fc.bias/momentum", SINTER_OPTIMIZER, SINTER_INIT_CONSTANT, 0, 0, {classes},
              SINTER_SEG_STATE);
  }
  uint32_t metric = static_cast<uint32_t>(symbols.size());
  addSymbol("accuracy/sum", SINTER_METRIC, SINTER_INIT_CONSTANT, 0, 0, {}, SINTER_SEG_STATE);
  addSymbol("accuracy/weight", SINTER_METRIC, SINTER_INIT_CONSTANT, 0, 0, {}, SINTER_SEG_STATE);
  metrics.push_back({"accuracy", metric, metric + 1, SINTER_FINISH_RATIO, SINTER_ROLE_NONE});
  if (o.lossMetric) {
    addSymbol("loss/sum", SINTER_METRIC, SINTER_INIT_CONSTANT, 0, 0, {}, SINTER_SEG_STATE);
    addSymbol("loss/weight", SINTER_METRIC, SINTER_INIT_CONSTANT, 0, 0, {}, SINTER_SEG_STATE);
    metrics.push_back({"loss", metric + 2, metric + 3, SINTER_FINISH_RATIO, SINTER_ROLE_LOSS});
  }
  g = {};
  g.classes = static_cast<uint64_t>(classes);
  g.pixels = static_cast<uint64_t>(pixels);
  g.trains = o.trains;
  g.lossMetric = o.lossMetric;
  for (const sinter_symbol &s : symbols) {
    std::string name = s.name;
    uint64_t m = s.master.offset, l = s.logical.offset;
    if (name == "fc.weight")
      g.weight = m, g.logical.weight = l;
    if (name == "fc.bias")
      g.bias = m, g.logical.bias = l;
    if (name == "fc.weight/momentum")
      g.weightMomentum = m, g.logical.weightMomentum = l;
    if (name == "fc.bias/momentum")
      g.biasMomentum = m, g.logical.biasMomentum = l;
    if (name == "accuracy/sum")
      g.correctSum = m, g.logical.correctSum = l;
    if (name == "accuracy/weight")
      g.correctWeight = m, g.logical.correctWeight = l;
    if (name == "loss/sum")
      g.lossSum = m, g.logical.lossSum = l;
    if (name == "loss/weight")
      g.lossWeight = m, g.logical.lossWeight = l;
  }
  scalars.push_back({"step", SINTER_I64, 0, 0, nullptr});
  scalars.push_back({"seed", SINTER_I64, 1, 0, nullptr});
  if (o.trains)
    scalars.push_back({"lr", SINTER_F32, 2, o.learningRate, "learning rate"});
  g.lrSlot = 2;
  used[SINTER_SEG_SCALARS] = 64;
  if (o.trains)
    for (int64_t b : o.trainBatches)
      addEntry("train_step", SINTER_ENTRY_TRAIN, b, functions(b).train);
  if (o.trains)
    for (int64_t b : o.evalBatches)
      addEntry("eval_step", SINTER_ENTRY_EVAL, b, functions(b).eval);
  for (int64_t b : {16, 1})
    addEntry("predict", SINTER_ENTRY_PREDICT, b, functions(b).predict);
  addEntry("load", SINTER_ENTRY_LOAD, 0, load);
  addEntry("save", SINTER_ENTRY_SAVE, 0, save);
  addEntry("load_params", SINTER_ENTRY_LOAD_PARAMS, 0, loadParams);
  addEntry("prepare", SINTER_ENTRY_PREPARE, 0, prepare);

  g.workBytes = used[SINTER_SEG_WORK];

  module.abi_version = o.abi;
  module.name = options.name.c_str();
  module.target = "cpu:test";
  module.device = options.device.c_str();
  module.features = options.features.c_str();
  chooseDevice(module);
  module.compiler = "sinter test";
  module.symbol_count = static_cast<uint32_t>(symbols.size());
  module.scalar_count = static_cast<uint32_t>(scalars.size());
  module.metric_count = static_cast<uint32_t>(metrics.size());
  module.entry_count = static_cast<uint32_t>(entries.size());
  module.symbols = symbols.data();
  module.scalars = scalars.data();
  module.metrics = metrics.data();
  module.entries = entries.data();
  dims.push_back({1, o.height, o.width});
  fields[0] = {"image", SINTER_F32, 3,      dims.back().data(), SINTER_DECODE_UNIT, 0,
               0,       nullptr,    nullptr};
  fields[1] = {"label", SINTER_I32, 0,       nullptr, SINTER_DECODE_CLASS,
               0,       o.classes,  nullptr, nullptr};
  module.data = {"fashion-mnist", fields, 2, 0, 0, 0, 0};
  for (int s = 0; s < SINTER_SEGMENTS; ++s)
    module.segment_bytes[s] = used[s];
  module.default_epochs = 5;
}
