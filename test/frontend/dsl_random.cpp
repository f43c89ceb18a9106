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
  explicit Writer(uint32_t seed) : random(seed) {}

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
  std::vector<Tensor> pool;

  int number(int low, int high) {
    return low + static_cast<int>(random() % static_cast<uint32_t>(high - low + 1));
  }
  DType element() {
    const DType all[] = {f32, f32, f32, f32, f64, i32, i64, u8, bool_};
    return all[number(0, 8)];
  }
  int64_t size() { return number(0, 9) == 0 ? number(-1, 0) : number(1, 3); }
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

  Tensor op() {
    switch (number(0, 27)) {
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
      return linear(name(), any(), {.units = number(0, 4), .axis = number(-1, 0)});
    default:
      return random_uniform(name(), Type{element(), shape()});
    }
  }
};

} // namespace

TEST(RandomPrograms, NeverCrashAndSayWhatIsWrong) {
  int right = 0, wrong = 0;
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    Built built = predict([&](Entry entry) { Writer(seed).write(entry); });
    int errors = 0;
    std::istringstream lines(built.said);
    for (std::string line; std::getline(lines, line);) {
      ASSERT_EQ(line.rfind("{\"severity\":\"", 0), 0u) << "seed " << seed << ": " << line;
      ASSERT_EQ(line.substr(line.size() - 2), "\"}") << "seed " << seed << ": " << line;
      errors += line.rfind("{\"severity\":\"error\"", 0) == 0;
    }
    ASSERT_EQ(built.code, errors > 0 ? 1 : 0) << "seed " << seed << "\n" << built.said;
    ASSERT_EQ(built.bytes.empty(), errors > 0) << "seed " << seed;
    ++(errors > 0 ? wrong : right);
  }
  EXPECT_GT(right, 100);
  EXPECT_GT(wrong, 1000);
}
