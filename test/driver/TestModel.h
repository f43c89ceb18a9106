// A small graph with every kind of thing that Import reads, and a context that collects
// diagnostics.
#pragma once

#include "compiler/Context.h"
#include "frontend/graph.pb.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

#include <string>
#include <vector>

namespace sinter::test {

/// train_step: y = relu(x w), loss = sum y, w -= lr * gradient.
inline proto::Module makeModel() {
  proto::Module module;
  module.set_name("small");
  module.set_default_epochs(3);
  proto::SourceFile *file = module.add_files();
  file->set_path("small.cpp");
  file->set_text("first line\nsecond line\nthird line\n");
  auto type = [](proto::TensorType *into, proto::ElementType element, std::vector<int64_t> dims) {
    into->set_element(element);
    for (int64_t size : dims)
      into->add_dims(size);
  };
  auto place = [](proto::Location *into, int line, const char *name) {
    into->set_line(line);
    into->set_column(3);
    into->set_name(name);
  };
  proto::Symbol *symbol = module.add_symbols();
  symbol->set_name("w");
  type(symbol->mutable_type(), proto::F32, {3, 2});
  symbol->mutable_init()->set_kind(proto::Initializer::NORMAL);
  symbol->mutable_init()->set_b(0.5);
  proto::Scalar *scalar = module.add_scalars();
  scalar->set_name("lr");
  scalar->set_element(proto::F32);
  scalar->set_initial(0.125);
  scalar->set_help("learning rate");
  proto::Entry *entry = module.add_entries();
  entry->set_name("train_step");
  entry->set_batch(4);
  proto::Input *input = entry->add_inputs();
  input->set_name("image");
  input->mutable_value()->set_id(1);
  type(input->mutable_value()->mutable_type(), proto::F32, {4, 3});
  uint32_t next = 2;
  auto node = [&](const char *op, std::vector<uint32_t> inputs, proto::ElementType element,
                  std::vector<int64_t> dims) {
    proto::Node *made = entry->add_nodes();
    made->set_op(op);
    for (uint32_t id : inputs)
      made->add_inputs(id);
    proto::Value *result = made->add_results();
    result->set_id(next++);
    type(result->mutable_type(), element, dims);
    place(made->mutable_location(), 2, op);
    return made;
  };
  auto attribute = [](proto::Node *of, const char *name) {
    proto::Attribute *made = of->add_attributes();
    made->set_name(name);
    return made;
  };
  attribute(node("get", {}, proto::F32, {3, 2}), "symbol")->set_symbol("w"); // 2
  node("matmul", {1, 2}, proto::F32, {4, 2});                                // 3
  node("relu", {3}, proto::F32, {4, 2});                                     // 4
  proto::Node *sum = node("sum", {4}, proto::F32, {});                       // 5
  attribute(sum, "axes")->mutable_ints()->add_v(0);
  sum->mutable_attributes(0)->mutable_ints()->add_v(1);
  proto::Node *one = node("constant", {}, proto::F32, {}); // 6
  proto::Dense *dense = attribute(one, "value")->mutable_dense();
  type(dense->mutable_type(), proto::F32, {});
  dense->set_data(std::string("\0\0\x80\x3f", 4));
  attribute(node("gradient", {5, 6, 2}, proto::F32, {3, 2}), "num_ys")->set_i(1); // 7
  attribute(node("get", {}, proto::F32, {}), "symbol")->set_symbol("lr");         // 8
  node("mul", {8, 7}, proto::F32, {3, 2});                                        // 9
  node("sub", {2, 9}, proto::F32, {3, 2});                                        // 10
  proto::Output *loss = entry->add_outputs();
  loss->set_name("loss");
  loss->set_role(proto::LOSS);
  loss->set_value(5);
  proto::Update *update = entry->add_updates();
  update->set_symbol("w");
  update->set_value(10);
  return module;
}

/// A context with the compiler's dialects; `messages` receives what is diagnosed.
struct Compiler {
  mlir::DialectRegistry registry;
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  std::vector<std::string> messages;
  mlir::ScopedDiagnosticHandler handler{&context, [this](mlir::Diagnostic &diagnostic) {
                                          messages.push_back(diagnostic.str());
                                          return mlir::success();
                                        }};
  Compiler() {
    compiler::registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }
};

} // namespace sinter::test
