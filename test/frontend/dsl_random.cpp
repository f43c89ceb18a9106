// Random programs, right and wrong: the DSL never crashes, a program without errors gives a graph
// that reads back, one with errors says so and writes nothing. The seed of a failing program is in
// the message.
#include "test/frontend/dsl_test.h"

#include <random>
#include <sstream>

using namespace sinter;
using namespace sinter::test;

namespace {

class Writer {
public:
  /// `calm`: f32 of sizes 3 only and ops that take them, so that most programs are right.
  explicit Writer(uint32_t seed, bool calm = false) : random(seed), calm(calm) {}

  void write(Entry entry) {
    for (int i = 0; i < 3; ++i)
      pool.push_back(entry.input("x" + std::to_string(i), Type{element(), shape()}));
    int length = number(1, 12);
    for (int i = 0; i < length; ++i)
      pool.push_back(op());
    entry.output("out", pool.back());
  }

private:
  std::mt19937 random;
  bool calm;
  std::vector<Tensor> pool;
  int depth = 0; ///< of bodies
  int names = 0;

  int number(int low, int high) {
    return low + static_cast<int>(random() % static_cast<uint32_t>(high - low + 1));
  }
  DType element() {
    if (calm)
      return f32;
    const DType all[] = {f32, f32, f32, f32, f64, i32, i64, u8, bool_};
    return all[number(0, 8)];
  }
  int64_t size() {
    if (calm)
      return 3;
    return number(0, 9) == 0 ? number(-1, 0) : number(1, 3);
  }
  std::vector<int64_t> list() {
    std::vector<int64_t> result(static_cast<size_t>(number(0, 3)));
    for (int64_t &value : result)
      value = size();
    return result;
  }
  Shape shape() { return Shape(list()); }
  const Tensor &any() {
    return pool[static_cast<size_t>(number(0, static_cast<int>(pool.size()) - 1))];
  }
  int axis() { return number(-2, 2); }
  std::string name() { return std::string(1, static_cast<char>('a' + number(0, 5))); }

  /// A body of a few ops on `arguments` and what is around; now and then its tensors leak.
  Tensor body(const Tensors &arguments) {
    size_t before = pool.size();
    pool.insert(pool.end(), arguments.begin(), arguments.end());
    for (int i = number(1, 3); i > 0; --i)
      pool.push_back(op());
    Tensor last = pool.back();
    if (number(0, 19) > 0)
      pool.resize(before);
    return last;
  }

  /// The first of `list`, or any.
  Tensor first(const Tensors &list) { return list.empty() ? any() : list[0]; }

  Tensor control() {
    if (depth == 3)
      return any();
    ++depth;
    Tensor result = controlOp();
    --depth;
    return result;
  }

  Tensor controlOp() {
    Tensors carried, stacked;
    for (Tensors *list : {&carried, &stacked})
      for (int i = number(0, 2); i > 0; --i)
        list->push_back(any());
    switch (number(0, 3)) {
    case 0: {
      ScanResult result = scan(carried, stacked,
                               [&](Tensors values, const Tensors &slices) -> ScanStep {
                                 if (number(0, 1) == 0 && !values.empty())
                                   values[0] = calm ? values[0] * sum(body(values)) : body(values);
                                 return {.carried = values, .outputs = {body(slices)}};
                               },
                               {.reverse = number(0, 1) == 1,
                                .length = calm                ? 3
                                          : number(0, 2) == 0 ? number(-1, 3)
                                                              : 0});
      return first(number(0, 1) == 0 ? result.carried : result.outputs);
    }
    case 1:
      return first(cond(
          calm ? sum(any()) > 0 : any(), [&] { return Tensors{sum(body({}))}; },
          [&] { return calm ? Tensors{sum(body({}))} : Tensors{body({})}; }));
    case 2: {
      Tensor chosen = any();
      return first(cond(
          true, [&] { return Tensors{chosen * sum(body({}))}; }, [&] { return Tensors{chosen}; }));
    }
    default:
      return first(while_loop(
          carried, [&](const Tensors &values) { return sum(cast(body(values), f32)) > 1; },
          [&](Tensors values) {
            State seen = state(name() + "_seen", i64());
            seen.assign(seen + 1);
            body(values);
            return values;
          },
          {.max_trips = number(calm ? 0 : -1, 3)}));
    }
  }

  Tensor calmOp() {
    switch (number(0, 6)) {
    case 0:
      return any() + any();
    case 1:
      return tanh(any() * 0.5);
    case 2:
      return max(any(), any());
    case 3:
      return sum(any());
    case 4:
      return any() * shared_parameter();
    case 5:
      return random_uniform("u" + std::to_string(++names), f32({3}));
    default:
      return control();
    }
  }
  Tensor shared_parameter() { return parameter(shared("p"), f32({3})); }

  /// Functions that are made of others, with any options.
  Tensor composite() {
    auto pick = [&](const Tensors &list) { return first(list); };
    auto flag = [&] { return number(0, 1) == 1; };
    auto reduction = [&] { return static_cast<Reduction>(number(0, 3)); };
    switch (number(0, 32)) {
    case 0:
      return clamp(any(), any(), number(-1, 2));
    case 1:
      return elu(leaky_relu(any()));
    case 2:
      return prelu(name(), any(), {.num_parameters = number(0, 3)});
    case 3:
      return glu(any(), axis());
    case 4:
      return pad(any(), list(), list(), {.mode = static_cast<PadMode>(number(0, 3))});
    case 5:
      return flip(any(), list());
    case 6:
      return roll(any(), list(), list());
    case 7:
      return stack({any(), any()}, axis());
    case 8:
      return pick(flag() ? split(any(), number(-1, 3), axis()) : split(any(), list(), axis()));
    case 9:
      return pick(chunk(any(), number(-1, 3), axis()));
    case 10:
      return flag() ? squeeze(any()) : squeeze(any(), axis());
    case 11:
      return unsqueeze(any(), axis());
    case 12:
      return tril(any(), number(-2, 2));
    case 13:
      return one_hot(any(), number(0, 3));
    case 14:
      return var(any(), Axes(list()), flag(), number(0, 2));
    case 15:
      return norm(any(), number(-1, 3), Axes(axis()), flag());
    case 16:
      return logsumexp(any(), Axes(axis()));
    case 17:
      return layer_norm(shared(name()), any(), {.axes = number(0, 3)});
    case 18:
      return group_norm(shared(name()), any(), {.groups = number(0, 3)});
    case 19:
      return cross_entropy(any(), any(), {.weight = any(), .reduction = reduction()});
    case 20:
      return nll(any(), any(), {.reduction = reduction()});
    case 21:
      return huber(any(), any(), {.reduction = reduction()});
    case 22:
      return kl_div(any(), any(), {.reduction = reduction()});
    case 23:
      return triplet_margin(any(), any(), any(), {.p = double(number(0, 3))});
    case 24:
      return masked_softmax(any(), any(), axis());
    case 25:
      return einsum(flag() ? "ij,jk->ik" : "i...,i...", {any(), any()});
    case 26:
      return flag() ? mv(any(), any()) : bmm(any(), any());
    case 27:
      return conv1d(shared(name()), any(), {.filters = number(0, 3), .kernel = number(0, 3)});
    case 28:
      return conv_transpose1d(shared(name()), any(),
                              {.filters = number(0, 3), .stride = number(0, 3)});
    case 29:
      return flag() ? max_pool1d(any()) : resize_nearest(any(), number(0, 3));
    case 30:
      return attention(any(), any(), any(), {.mask = any(), .causal = flag()});
    case 31:
      return multi_head_attention(shared(name()), any(), any(), any(), {.heads = number(0, 2)});
    default:
      return flag() ? rotary(any()) : categorical(name(), any(), axis());
    }
  }

  Tensor op() {
    if (calm)
      return calmOp();
    switch (number(0, 35)) {
    case 0:
      return any() + any();
    case 1:
      return any() - 1;
    case 2:
      return any() * 0.5;
    case 3:
      return 2 / any();
    case 4:
      return -any();
    case 5:
      return where(any() > any(), any(), 0);
    case 6:
      return logical_not(any() == any());
    case 7:
      return max(any(), any());
    case 8:
      return pow(any(), 2);
    case 9:
      return relu(any());
    case 10:
      return exp(any());
    case 11:
      return cast(any(), element());
    case 12:
      return reshape(any(), shape());
    case 13:
      return flatten(any(), axis());
    case 14:
      return transpose(any());
    case 15:
      return transpose(any(), list());
    case 16:
      return broadcast_to(any(), shape());
    case 17:
      return concat({any(), any()}, axis());
    case 18:
      return slice(any(), list(), list(), list());
    case 19:
      return pad(any(), list(), list(), double(number(-1, 300)));
    case 20:
      return sum(any(), Axes(axis()), number(0, 1) == 1);
    case 21:
      return mean(any());
    case 22:
      return argmax(any(), axis());
    case 23:
      return matmul(any(), any(),
                    {.transpose_a = number(0, 1) == 1, .transpose_b = number(0, 1) == 1});
    case 24:
      return softmax(any(), axis());
    case 25:
      return softmax_cross_entropy(any(), any());
    case 26:
    case 27:
      return control();
    case 28:
      return linear(name(), any(), {.units = number(0, 4), .axis = number(-1, 0)});
    case 29:
      return random_uniform(name(), Type{element(), shape()});
    default:
      return composite();
    }
  }
};

} // namespace

/// Runs `seed`'s program. → the errors it has; its text is in `built`.
static int run(uint32_t seed, bool calm, Built &built) {
  built = predict([&](Entry entry) { Writer(seed, calm).write(entry); });
  int errors = 0;
  std::istringstream lines(built.said);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(line.rfind("{\"severity\":\"", 0), 0u) << "seed " << seed << ": " << line;
    EXPECT_EQ(line.substr(line.size() - 2), "\"}") << "seed " << seed << ": " << line;
    errors += line.rfind("{\"severity\":\"error\"", 0) == 0;
  }
  EXPECT_EQ(built.code, errors > 0 ? 1 : 0) << "seed " << seed << "\n" << built.said;
  EXPECT_EQ(built.bytes.empty(), errors > 0) << "seed " << seed;
  return errors;
}

TEST(RandomPrograms, NeverCrashAndSayWhatIsWrong) {
  int right = 0, wrong = 0;
  Built built;
  for (uint32_t seed = 0; seed < 3000; ++seed)
    ++(run(seed, false, built) > 0 ? wrong : right);
  EXPECT_GT(right, 100);
  EXPECT_GT(wrong, 1000);
}

TEST(RandomPrograms, NestedBodiesAreGoodGraphs) {
  int right = 0, nested = 0;
  Built built;
  for (uint32_t seed = 0; seed < 1000; ++seed)
    if (run(seed, true, built) == 0) {
      ++right;
      nested += built.text.find("        region") != std::string::npos; // one inside of another
    }
  EXPECT_GT(right, 200);
  EXPECT_GT(nested, 50);
}
