// Damage to .sinter files: cut at every byte, flipped at every byte, newer, too large, nonsense
// under a right checksum.
#include "test/frontend/GraphText.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <unistd.h>

using namespace sinter;
using namespace sinter::graph;
using testing::HasSubstr;

static void setType(proto::TensorType *type, std::initializer_list<int64_t> dims) {
  type->set_element(proto::F32);
  for (int64_t dim : dims)
    type->add_dims(dim);
}

/// A small module with one of everything.
static proto::Module sample() {
  proto::Module module;
  module.set_name("sample");
  module.add_files()->set_path("sample.cpp");
  for (const char *name : {"w", "trainer/metric.loss.sum", "trainer/metric.loss.weight"}) {
    proto::Symbol *symbol = module.add_symbols();
    symbol->set_name(name);
    symbol->set_kind(name[0] == 'w' ? proto::Symbol::PARAMETER : proto::Symbol::METRIC);
    setType(symbol->mutable_type(), {});
    symbol->mutable_init()->set_a(0.5);
  }
  proto::Scalar *scalar = module.add_scalars();
  scalar->set_name("lr");
  scalar->set_element(proto::F32);
  proto::Metric *metric = module.add_metrics();
  metric->set_name("loss");
  metric->set_sum("trainer/metric.loss.sum");
  metric->set_weight("trainer/metric.loss.weight");
  proto::Entry *entry = module.add_entries();
  entry->set_name("train_step");
  entry->set_batch(4);
  proto::Input *input = entry->add_inputs();
  input->set_name("image");
  input->mutable_value()->set_id(1);
  setType(input->mutable_value()->mutable_type(), {2, 3});
  auto node = [&](const char *op, uint32_t id, std::initializer_list<int64_t> dims) {
    proto::Node *made = entry->add_nodes();
    made->set_op(op);
    proto::Value *value = made->add_results();
    value->set_id(id);
    setType(value->mutable_type(), dims);
    made->mutable_location()->set_line(3);
    return made;
  };
  proto::Attribute *symbol = node("get", 2, {})->add_attributes();
  symbol->set_name("symbol");
  symbol->set_symbol("w");
  proto::Node *constant = node("constant", 3, {2});
  proto::Attribute *value = constant->add_attributes();
  value->set_name("value");
  setType(value->mutable_dense()->mutable_type(), {2});
  value->mutable_dense()->set_data(std::string(8, '\1'));
  proto::Node *scan = node("scan", 4, {});
  scan->add_inputs(2);
  proto::Region *region = scan->add_regions();
  proto::Value *argument = region->add_arguments();
  argument->set_id(5);
  setType(argument->mutable_type(), {});
  region->add_yields(5);
  proto::Output *output = entry->add_outputs();
  output->set_name("loss");
  output->set_role(proto::LOSS);
  output->set_value(4);
  proto::Update *update = entry->add_updates();
  update->set_symbol("w");
  update->set_value(4);
  proto::DataSpec *data = module.mutable_data();
  data->set_name("mnist");
  for (auto [name, decode] :
       {std::pair("image", proto::Field::UNIT), std::pair("label", proto::Field::CLASS)}) {
    proto::Field *field = data->add_fields();
    field->set_name(name);
    field->set_decode(decode);
    bool image = decode == proto::Field::UNIT;
    field->mutable_type()->set_element(image ? proto::F32 : proto::I32);
    for (int64_t size : {1, 28, 28})
      if (image)
        field->mutable_type()->add_dims(size);
    field->set_classes(image ? 0 : 10);
  }
  return module;
}

static std::string codeOf(std::string_view bytes) {
  proto::Module module;
  std::optional<ContainerError> error = parseContainer(bytes, module);
  if (!error)
    return "";
  EXPECT_THAT(error->message, HasSubstr("expects "));
  EXPECT_THAT(error->message, HasSubstr("got"));
  return error->code;
}

/// What checkGraph says of a sample that `change` has damaged; its message must contain `part`.
static void expectRefused(const std::function<void(proto::Module &)> &change, const char *part) {
  proto::Module module = sample();
  change(module);
  std::optional<ContainerError> error = checkGraph(module);
  ASSERT_TRUE(error) << part;
  EXPECT_EQ(error->code, "E0206");
  EXPECT_THAT(error->message, HasSubstr(part));
}

TEST(Container, RoundTrips) {
  proto::Module module = sample(), again;
  std::string bytes = writeContainer(module);
  auto error = parseContainer(bytes, again);
  ASSERT_FALSE(error) << error->message;
  EXPECT_EQ(test::moduleText(again), test::moduleText(module));
  EXPECT_EQ(writeContainer(again), bytes);
}

TEST(Container, ChecksumIsCrc32c) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u); // the check value of the CRC catalogue
  EXPECT_EQ(crc32c(""), 0u);
}

TEST(Container, CutAtEveryByte) {
  std::string bytes = writeContainer(sample());
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_EQ(codeOf(std::string_view(bytes).substr(0, length)), length == 0 ? "E0201" : "E0202")
        << length;
  EXPECT_EQ(codeOf(bytes + "x"), "E0202");
}

TEST(Container, FlippedAtEveryBit) {
  std::string bytes = writeContainer(sample());
  for (size_t at = 0; at < bytes.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      std::string code = codeOf(damaged);
      if (at < 8)
        EXPECT_EQ(code, "E0201") << at;
      else if (at < 12)
        EXPECT_TRUE(code == "E0203" || code == "E0206")
            << at << code; // version 0 is malformed, others newer
      else
        EXPECT_EQ(code, at < 20 ? "E0202" : "E0204") << at;
    }
}

/// Nonsense under a right checksum: refused or accepted, never a crash; what is accepted writes and
/// reads again.
TEST(Container, ContentsChangedUnderARightChecksum) {
  std::string payload = writeContainer(sample()).substr(24);
  int refused = 0, accepted = 0;
  for (size_t at = 0; at < payload.size(); ++at)
    for (int mask : {0x01, 0x08, 0x40, 0x80, 0xff}) {
      std::string changed = payload;
      changed[at] = static_cast<char>(changed[at] ^ mask);
      std::string bytes = writeContainer(sample()).substr(0, 20);
      uint32_t crc = crc32c(changed);
      for (int i = 0; i < 4; ++i)
        bytes.push_back(static_cast<char>(crc >> (8 * i)));
      bytes += changed;
      proto::Module module;
      if (parseContainer(bytes, module)) {
        ++refused;
        continue;
      }
      ++accepted;
      proto::Module again;
      EXPECT_FALSE(parseContainer(writeContainer(module), again)) << at;
    }
  EXPECT_GT(refused, 200);
  EXPECT_GT(accepted, 50); // names and numbers may change into other good ones
}

TEST(Container, NewerVersionIsNamed) {
  std::string bytes = writeContainer(sample());
  bytes[8] = 7;
  proto::Module module;
  auto error = parseContainer(bytes, module);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "E0203");
  EXPECT_THAT(error->message, HasSubstr("got version 7"));
}

TEST(Container, AnAbsurdLengthAllocatesNothing) {
  std::string bytes = writeContainer(sample());
  for (int i = 12; i < 20; ++i)
    bytes[static_cast<size_t>(i)] = '\xff';
  EXPECT_EQ(codeOf(bytes), "E0202");
}

TEST(Container, MoreThanTheFormatHolds) {
  // A view of 2 GB + 24 that is never read past its header: the length is judged first.
  std::string header = writeContainer(sample()).substr(0, 24);
  uint64_t length = 0x80000000u;
  for (int i = 0; i < 8; ++i)
    header[static_cast<size_t>(12 + i)] = static_cast<char>(length >> (8 * i));
  EXPECT_EQ(codeOf(std::string_view(header.data(), 24 + length)), "E0205");
}

TEST(Container, NestingBomb) {
  // Regions in nodes in regions: refused by the parser's limit or by ours, before the stack is in
  // danger.
  for (int depth : {30, 40, 2000}) {
    proto::Module module = sample();
    proto::Node *node = module.mutable_entries(0)->add_nodes();
    for (int i = 0; i < depth; ++i) {
      node->set_op("nest");
      node = node->add_regions()->add_nodes();
    }
    node->set_op("end");
    EXPECT_EQ(codeOf(writeContainer(module)), depth == 30 ? "" : "E0206") << depth;
  }
}

TEST(Container, Files) {
  proto::Module module;
  EXPECT_EQ(readContainer("/nonexistent.sinter", module)->code, "E0207");
  EXPECT_EQ(readContainer("/tmp", module)->code, "E0207");
  EXPECT_EQ(readContainer("/dev/null", module)->code, "E0201");
  EXPECT_EQ(readContainer("/dev/zero", module)->code, "E0201"); // endless
  char path[] = "/tmp/sinter-container-XXXXXX";
  int fd = mkstemp(path);
  ASSERT_GE(fd, 0);
  close(fd);
  std::ofstream(path, std::ios::binary) << writeContainer(sample());
  EXPECT_FALSE(readContainer(path, module));
  EXPECT_EQ(module.name(), "sample");
  std::remove(path);
}

TEST(GraphCheck, NamesAndKinds) {
  EXPECT_FALSE(checkGraph(sample()));
  expectRefused([](auto &m) { m.set_name("../x"); }, "model name");
  expectRefused([](auto &m) { m.mutable_entries(0)->set_name(""); }, "entry name");
  expectRefused([](auto &m) { m.mutable_entries(0)->set_batch(-1); }, "batch of 0 or more");
  expectRefused([](auto &m) { m.mutable_entries(0)->set_kind(static_cast<proto::Entry::Kind>(9)); },
                "entry kind");
  expectRefused([](auto &m) { *m.add_entries() = m.entries(0); }, "'train_step' twice");
  expectRefused([](auto &m) { *m.add_symbols() = m.symbols(0); }, "'w' twice");
  expectRefused([](auto &m) { m.mutable_scalars(0)->set_name("seed"); }, "'seed' twice");
  expectRefused([](auto &m) { m.mutable_scalars(0)->set_element(proto::INVALID); }, "element type");
  expectRefused(
      [](auto &m) { m.mutable_symbols(0)->set_kind(static_cast<proto::Symbol::Kind>(9)); },
      "known kind");
  expectRefused([](auto &m) { m.mutable_symbols(0)->mutable_init()->set_b(1.0 / 0.0); }, "finite");
  expectRefused([](auto &m) { m.mutable_symbols(0)->mutable_type()->add_dims(-1); },
                "sizes of 0 or more");
  expectRefused(
      [](auto &m) {
        m.mutable_symbols(0)->mutable_location()->set_line(1),
            m.mutable_symbols(0)->mutable_location()->set_file(1);
      },
      "file index below 1");
  expectRefused([](auto &m) { m.mutable_metrics(0)->set_sum("nowhere"); }, "scalar symbol");
  expectRefused([](auto &m) { m.mutable_symbols(1)->mutable_type()->add_dims(2); },
                "scalar symbol, or square counts i64");
  expectRefused([](auto &m) { m.mutable_metrics(0)->set_name(""); }, "metric");
  auto field = [](auto &m, int i) { return m.mutable_data()->mutable_fields(i); };
  expectRefused([&](auto &m) { field(m, 0)->mutable_type()->set_dims(1, 0); },
                "sizes from 1 to 1048576, got 0 in field 'image'");
  expectRefused([&](auto &m) { field(m, 1)->set_classes(0); }, "1 to 1048576 classes, got 0");
  expectRefused([&](auto &m) { field(m, 1)->set_name("image"); }, "a name of its own");
  expectRefused([&](auto &m) { field(m, 0)->set_decode(proto::Field::NONE); },
                "known way to decode");
  expectRefused([&](auto &m) { field(m, 1)->mutable_type()->set_element(proto::F32); },
                "expects i32, got another element type in field 'label'");
  expectRefused([&](auto &m) { field(m, 1)->set_ahead(1); },
                "expects tokens and lengths alone to be ahead, by 0 to 1048576 places, got 1 in "
                "field 'label'");
  expectRefused([&](auto &m) { field(m, 1)->set_decode(proto::Field::WORD); },
                "expects tokens i32[steps], got another shape in field 'label'");
  expectRefused([&](auto &m) { field(m, 0)->set_decode(proto::Field::COLUMNS); },
                "expects features f32[F] and a target f32[1] or i32[], got another shape in field 'image'");
  expectRefused(
      [&](auto &m) {
        field(m, 0)->set_decode(proto::Field::TARGET);
        field(m, 0)->mutable_type()->clear_dims();
        field(m, 0)->mutable_type()->add_dims(1);
      },
      "expects the column of a target, got none in field 'image'");
  expectRefused([&](auto &m) { field(m, 0)->set_column("id"); },
                "expects a column of tables alone, got 'id' in field 'image'");
  expectRefused(
      [](auto &m) { m.mutable_data()->set_order(static_cast<proto::DataSpec::Order>(7)); },
      "known order of examples, got 7");
  expectRefused([](auto &m) { m.mutable_data()->set_train_examples(2); },
                "expects 6272 bytes of examples, got 0 in field 'image'");
  expectRefused([&](auto &m) { field(m, 1)->set_examples("abc"); },
                "expects 0 bytes of examples, got 3 in field 'label'");
  expectRefused([](auto &m) { m.mutable_data()->set_test_examples(1); },
                "0 to 1048576 examples to train with and to test with, got 0 and 1");
  expectRefused([](auto &m) { m.mutable_data()->set_most_examples(-1); },
                "0 to 1048576 examples to train with, got -1");
  expectRefused([&](auto &m) { field(m, 1)->set_decode(proto::Field::SENTENCE); },
                "expects tokens i32[steps], got another shape in field 'label'");
  expectRefused([](auto &m) { m.mutable_data()->set_name(""); }, "data set");
}

static proto::Node *node(proto::Module &module, int index) {
  return module.mutable_entries(0)->mutable_nodes(index);
}

/// Regions are isolated: their arguments and nodes are all that they see, and nobody else sees
/// them.
TEST(GraphCheck, Regions) {
  auto inner = [](auto &m) { return node(m, 2)->mutable_regions(0)->add_nodes(); };
  auto result = [](proto::Node *node, uint32_t id) {
    node->set_op("relu");
    node->add_results()->set_id(id);
    setType(node->mutable_results(0)->mutable_type(), {});
    return node;
  };
  proto::Module good = sample();
  result(inner(good), 6)->add_inputs(5);
  good.mutable_entries(0)->mutable_nodes(2)->mutable_regions(0)->set_yields(0, 6);
  EXPECT_FALSE(checkGraph(good));
  // a value from around it, its op's own result, one that comes later, a sibling's argument
  expectRefused([&](auto &m) { result(inner(m), 6)->add_inputs(2); },
                "defined before, got value 2");
  expectRefused([&](auto &m) { result(inner(m), 6)->add_inputs(4); },
                "defined before, got value 4");
  expectRefused([&](auto &m) { result(inner(m), 6)->add_inputs(6); },
                "defined before, got value 6");
  expectRefused([](auto &m) { node(m, 2)->add_regions()->add_yields(5); }, "region's own values");
  // from outside into it
  expectRefused([](auto &m) { m.mutable_entries(0)->mutable_updates(0)->set_value(5); },
                "symbol's type for 'w'");
  expectRefused(
      [&](auto &m) {
        proto::Node *after = result(m.mutable_entries(0)->add_nodes(), 7);
        after->add_inputs(5);
      },
      "defined before, got value 5");
  // ids and types
  expectRefused([&](auto &m) { result(inner(m), 1)->add_inputs(5); }, "each once, got 1");
  expectRefused([](auto &m) { node(m, 2)->mutable_regions(0)->mutable_arguments(0)->set_id(2); },
                "each once, got 2");
  expectRefused(
      [](auto &m) {
        node(m, 2)->mutable_regions(0)->mutable_arguments(0)->mutable_type()->add_dims(-1);
      },
      "sizes of 0 or more");
  expectRefused([&](auto &m) { *inner(m) = *node(m, 0); }, "'get' in a region");
}

TEST(GraphCheck, Values) {
  expectRefused([](auto &m) { node(m, 2)->set_inputs(0, 99); }, "value 99");
  expectRefused([](auto &m) { node(m, 2)->set_inputs(0, 4); }, "defined before"); // its own result
  expectRefused([](auto &m) { node(m, 2)->mutable_results(0)->set_id(2); }, "each once, got 2");
  expectRefused([](auto &m) { node(m, 2)->mutable_results(0)->set_id(0); }, "from 1");
  // isolated
  expectRefused([](auto &m) { node(m, 2)->mutable_regions(0)->set_yields(0, 2); }, "region's own");
  expectRefused([](auto &m) { node(m, 2)->set_op("Bad.Op"); }, "op name");
  expectRefused([](auto &m) { node(m, 0)->mutable_attributes(0)->set_symbol("x"); }, "'x'");
  expectRefused([](auto &m) { node(m, 0)->mutable_attributes(0)->set_name(""); },
                "name and a value");
  expectRefused([](auto &m) { node(m, 0)->mutable_attributes(0)->clear_symbol(); },
                "name and a value");
  expectRefused([](auto &m) { *node(m, 0)->add_attributes() = node(m, 0)->attributes(0); },
                "twice in 'get'");
  expectRefused([](auto &m) { node(m, 0)->mutable_results(0)->mutable_type()->add_dims(2); },
                "symbol's type");
  expectRefused(
      [](auto &m) { node(m, 1)->mutable_attributes(0)->mutable_dense()->set_data("123"); },
      "8 bytes");
  auto exact = [](auto &m) { return node(m, 1)->mutable_attributes(0)->mutable_dense(); };
  expectRefused([&](auto &m) { exact(m)->set_exact("123"); }, "exact numbers that round");
  expectRefused([&](auto &m) { exact(m)->set_exact(std::string(16, '\2')); },
                "exact numbers that round");
  expectRefused([](auto &m) { m.mutable_entries(0)->mutable_outputs(0)->set_value(5); },
                "value of the entry");
  expectRefused([](auto &m) { m.mutable_entries(0)->mutable_outputs(0)->set_role(proto::NONE); },
                "one loss among the outputs");
  auto role = [](int value) { return static_cast<proto::Role>(value); };
  expectRefused([&](auto &m) { m.mutable_entries(0)->mutable_outputs(0)->set_role(role(9)); },
                "known role of output 'loss'");
  expectRefused([&](auto &m) { m.mutable_metrics(0)->set_role(role(9)); }, "known role of metric");
  expectRefused([](auto &m) { m.mutable_entries(0)->mutable_outputs(0)->set_value(3); },
                "a number as loss 'loss'");
  expectRefused([](auto &m) { m.mutable_symbols(0)->set_parameter("w"); },
                "named by an optimizer's state alone");
  expectRefused(
      [](auto &m) {
        m.mutable_symbols(0)->set_kind(proto::Symbol::OPTIMIZER);
        m.mutable_symbols(0)->set_slot("v");
      },
      "a parameter and a slot together");
  expectRefused([](auto &m) { *m.mutable_entries(0)->add_outputs() = m.entries(0).outputs(0); },
                "each output once");
  expectRefused([](auto &m) { *m.mutable_entries(0)->add_inputs() = m.entries(0).inputs(0); },
                "each input once");
  expectRefused([](auto &m) { m.mutable_entries(0)->mutable_updates(0)->set_symbol("lr"); },
                "symbol updated");
  expectRefused([](auto &m) { m.mutable_entries(0)->mutable_updates(0)->set_value(3); },
                "symbol's type for 'w'");
  expectRefused([](auto &m) { *m.mutable_entries(0)->add_updates() = m.entries(0).updates(0); },
                "at most once");
}
