// The programs; goldens/derivatives.py says the same in PyTorch. Reading on: Derivatives.cpp.
#include "test/numeric/derivatives/Models.h"

#include "test/frontend/dsl_test.h"

namespace sinter::test {

/// By inputs and by what lies between, with a cotangent; a loss made of a gradient.
static void inputs(Entry e) {
  Tensor x = e.input("x", f32({2, 3})), w = e.input("w", f32({3, 4})),
         v = e.input("v", f32({2, 4}));
  Tensor h = matmul(x, w), y = tanh(h);
  Tensors g = gradient(y, {x, w, h}, {.cotangent = v});
  e.output("x", g[0]);
  e.output("w", g[1]);
  e.output("h", g[2]);
  Tensor penalty = sum(g[0] * g[0]);
  e.output("penalty_w", gradient(penalty, {w})[0]);
  e.output("penalty_v", gradient(penalty, {v})[0]);
  Tensor still = sum(y * gradient(sum(y), {h}, {.create_graph = false})[0]);
  e.output("still", gradient(still, {x})[0]);
}

/// Equal values are not the same value: d(uv)/du is v, and a view of u is not u.
static void between(Entry e) {
  Tensor x = e.input("x", f32({6}));
  Tensor u = exp(x), v = exp(x);
  e.output("u", gradient(sum(u * u * v), {u})[0]);
  Tensor m = reshape(x, {2, 3}), back = reshape(m, {3, 2});
  e.output("m", gradient(sum(back * back * back), {m})[0]);
  Tensors both = gradient(sum(u * x), {x, u});
  e.output("both_x", both[0]);
  e.output("both_u", both[1]);
  Tensor t = sum(sin(x) * x);
  for (int order = 1; order <= 3; ++order)
    t = sum(gradient(t, {x})[0]);
  e.output("third", t);
}

static Tensor net(const Tensor &t, const Tensor &a, const Tensor &b) {
  return matmul(tanh(matmul(t, a)), b);
}

/// u″ + u = 0 of a small net: second derivatives by the input inside of a loss.
static void pinn(Entry e) {
  Tensor t = e.input("t", f32({5, 1})), a = e.input("a", f32({1, 8})),
         b = e.input("b", f32({8, 1}));
  Tensor u = net(t, a, b);
  Tensor du = gradient(sum(u), {t})[0], d2u = gradient(sum(du), {t})[0];
  Tensor residual = d2u + u;
  Tensor loss = mean(residual * residual);
  Tensors g = gradient(loss, {a, b});
  e.output("loss", loss);
  e.output("a", g[0]);
  e.output("b", g[1]);
}

/// The same curvature three ways.
static void curvature(Entry e) {
  Tensor t = e.input("t", f32({5, 1})), a = e.input("a", f32({1, 8})),
         b = e.input("b", f32({8, 1}));
  Tensor va = e.input("va", f32({1, 8})), vb = e.input("vb", f32({8, 1}));
  Tensor u = net(t, a, b);
  Tensor loss = mean(u * u * u);
  Tensors h = hvp(loss, {a, b}, {va, vb});
  e.output("a", h[0]);
  e.output("b", h[1]);
  Tensors g = gradient(loss, {a, b});
  Tensors again = gradient(sum(g[0] * va) + sum(g[1] * vb), {a, b});
  e.output("again_a", again[0]);
  e.output("again_b", again[1]);
  e.output("hessian", jacobian(g[1], b));
}

/// Forward mode through what nets are made of; c stands still.
static void forward(Entry e) {
  Tensor x = e.input("x", f32({2, 2, 6, 6})), w = e.input("w", f32({3, 2, 3, 3}));
  Tensor tx = e.input("tx", f32({2, 2, 6, 6})), tw = e.input("tw", f32({3, 2, 3, 3}));
  Tensor c = mean(x * x);
  auto [values, tangents] = jvp(
      [&](Tensors v) {
        Tensor y = conv2d(v[0], v[1], {.padding = 1});
        Tensor p = max_pool2d(relu(y), {.window = 2});
        Tensor q = avg_pool2d(y, {.window = 3, .stride = 3});
        Tensor s = log_softmax(reshape(p, {2, 27}), -1);
        return Tensors{s * c, q, sort(reshape(y, {216})).values, reduce_max(y, {2, 3})};
      },
      {x, w}, {tx, tw});
  const char *const names[] = {"softmax", "average", "sort", "max"};
  for (size_t i = 0; i < values.size(); ++i) {
    e.output(names[i], values[i]);
    e.output(std::string("t_") + names[i], tangents[i]);
  }
}

/// Rows and columns, of products, windows and indices.
static void jacobians(Entry e) {
  Tensor x = e.input("x", f32({1, 1, 4, 4})), w = e.input("w", f32({2, 1, 3, 3}));
  Tensor m = e.input("m", f32({16, 3})), ids = e.input("ids", i32({2, 2}));
  Tensor k = e.input("k", f32({1, 3}));
  Tensor y = max_pool2d(tanh(conv2d(x, w, {.padding = 1})), {.window = 2});
  e.output("image", jacobian(y, x));
  e.output("filter", jacobian(y, w));
  Tensor z = matmul(tanh(matmul(reshape(x, {1, 16}), m)), transpose(m));
  e.output("rows", jacobian(sum(z * z, {0}), x));
  e.output("columns", jacobian(matmul(tanh(k), transpose(m)), k));
  e.output("wide", jacobian(z * z, x));
  Tensor rows = index_select(m, ids, 0);
  e.output("slices", jacobian(sum(rows * rows, {2}), m));
  Tensor s = sort(reshape(m, {48})).values;
  e.output("sorted", jacobian(slice(s * s, {0}, {4}), m));
}

/// Straight-through rounding, and a gradient that is clipped; second derivatives go through both.
static void custom(Entry e) {
  Tensor x = e.input("x", f32({5})), w = e.input("w", f32({5})), k = e.input("k", f32());
  Tensor r = custom_gradient(
      {x}, [](Tensors v) { return Tensors{floor(v[0] * 4) / 4}; },
      [](Tensors, Tensors, Tensors dy) { return dy; })[0];
  e.output("rounded", r);
  e.output("straight", gradient(sum(r * r * w), {x})[0]);
  auto cube = [&](const Tensors &v) {
    return custom_gradient(
        v, [&](Tensors a) { return Tensors{a[0] * a[0] * a[0], a[0] * a[1]}; },
        [&](Tensors a, Tensors y, Tensors d) {
          return Tensors{d[0] * 3 * a[0] * a[0] * k + d[1] * a[1], d[1] * a[0] + 0 * y[0]};
        });
  };
  Tensors ys = cube({x, w});
  Tensor loss = sum(ys[0]) + sum(ys[1] * ys[1]);
  Tensors g = gradient(loss, {x, w});
  e.output("x", g[0]);
  e.output("w", g[1]);
  e.output("xx", gradient(sum(g[0] * w), {x})[0]);
  e.output("first", gradient(sum(cube({x, w})[0] * w), {x})[0]); // of two results one is used
  e.output("moved", jvp(cube, {x, w}, {w, x}).tangents[0]);
}

/// While loops: forward mode, and reverse mode where there is a bound; it ends one before the
/// other.
static void loops(Entry e) {
  Tensor x = e.input("x", f32({3})), w = e.input("w", f32({3})), t = e.input("t", f32({3}));
  auto run = [&](const Tensor &start, const Tensor &factor, int64_t most) {
    return while_loop(
        {start, full(f32(), 0)}, [&](Tensors v) { return v[1] < 3.5; },
        [&](Tensors v) { return Tensors{sin(v[0] * factor) + v[0], v[1] + 1}; },
        {.max_trips = most})[0];
  };
  for (int64_t most : {3, 6}) {
    std::string suffix = std::to_string(most);
    Tensor y = run(x, w, most);
    Tensors g = gradient(sum(y * y), {x, w});
    e.output("y" + suffix, y);
    e.output("x" + suffix, g[0]);
    e.output("w" + suffix, g[1]);
    e.output("second" + suffix, gradient(sum(g[1] * t), {x})[0]);
  }
  e.output("moved",
           jvp([&](Tensors v) { return Tensors{run(v[0], v[1], 0)}; }, {x, w}, {t, t}).tangents[0]);
}

/// Three steps of gradient descent inside of a scan, differentiated by where they start and by the
/// rate; tangents of scans and choices.
static void unrolled(Entry e) {
  Tensor p = e.input("p", f32({3})), rate = e.input("rate", f32()), x = e.input("x", f32({4, 3}));
  Tensor t = e.input("t", f32({3}));
  auto train = [&](const Tensor &start, const Tensor &step) {
    return scan({start}, {x}, [&](Tensors c, Tensors s) -> ScanStep {
      Tensor loss = sum(tanh(c[0] * s[0]) * s[0]);
      Tensor g = gradient(loss, {c[0]})[0];
      Tensors kept = cond(
          sum(s[0]) > 0, [&] { return Tensors{g * step}; },
          [&] { return Tensors{exp(g) * step * step}; });
      return {.carried = {c[0] - kept[0]}, .outputs = {loss}};
    });
  };
  ScanResult r = train(p, rate);
  Tensor loss = sum(r.carried[0] * r.carried[0]) + sum(r.outputs[0]);
  Tensors g = gradient(loss, {p, rate});
  e.output("loss", loss);
  e.output("p", g[0]);
  e.output("rate", g[1]);
  auto moved = jvp([&](Tensors v) { return train(v[0], v[1]).carried; }, {p, rate}, {t, rate});
  e.output("moved", moved.tangents[0]);
  e.output("jacobian", jacobian(r.carried[0], p));
}

const std::map<std::string, proto::Module> &derivativeModels() {
  static const std::map<std::string, proto::Module> models = [] {
    std::map<std::string, proto::Module> all;
    auto add = [&](const char *name, void (*program)(Entry)) {
      Built built = predict(program);
      EXPECT_EQ(built.code, 0) << name << "\n" << built.said;
      all[name] = built.module;
    };
    add("inputs", inputs);
    add("between", between);
    add("pinn", pinn);
    add("curvature", curvature);
    add("forward", forward);
    add("jacobians", jacobians);
    add("custom", custom);
    add("loops", loops);
    add("unrolled", unrolled);
    return all;
  }();
  return models;
}

} // namespace sinter::test
