// Names that model programs like for their own parts are free behind `using namespace sinter`; what
// ops are called, and their options (Linear, Attention), is taken.
#include "test/frontend/dsl_test.h"

using namespace sinter;
using namespace sinter::test;

namespace {
struct Stage {};
struct Block {};
struct Layer {};
struct Config {};
struct Sizes {};
struct Encoder {};
struct Decoder {};
struct Generator {};
struct Discriminator {};
struct Batch {};
struct Array {};
struct Dataset {};
struct Params {};
template <class... Parts> int count(const Parts &...) { return sizeof...(Parts); }
} // namespace

TEST(Names, OfAModelsPartsAreFree) {
  EXPECT_EQ(count(Stage{}, Block{}, Layer{}, Config{}, Sizes{}, Encoder{}, Decoder{}, Generator{},
                  Discriminator{}, Batch{}, Array{}, Dataset{}, Params{}),
            13);
}
