// table() as fields of the data set, and a metric that is a root.
#include "test/frontend/dsl_test.h"

using namespace sinter;
using namespace sinter::test;
using testing::HasSubstr;

static Built model(const std::string &name, const TableOptions &options) {
  return build([&](Model &model) {
    model.data(table(name, options));
    model.train([&](Step s) {
      Tensor error = linear("fc", s.input("features"), {.units = 1}) - s.input("target");
      Tensor square = mean(error * error);
      s.minimize(square, sgd({.lr = 1}));
      s.metric("rmse", square, {.finish = Finish::sqrt});
    });
  });
}

TEST(Table, FieldsAreFeaturesAndATarget) {
  Built built = model("wine", {.target = "quality", .features = 11, .batch = 4});
  ASSERT_EQ(built.code, 0) << built.said;
  const proto::DataSpec &data = built.module.data();
  ASSERT_EQ(data.fields_size(), 2);
  EXPECT_EQ(data.order(), proto::DataSpec::SHUFFLED);
  EXPECT_EQ(data.fields(0).decode(), proto::Field::COLUMNS);
  EXPECT_EQ(data.fields(0).column(), ""); // no column names rows
  EXPECT_EQ(data.fields(1).decode(), proto::Field::TARGET);
  EXPECT_EQ(data.fields(1).column(), "quality");
  EXPECT_THAT(built.entry("train_step", 4), HasSubstr("features : f32[4,11]"));
  EXPECT_THAT(built.entry("train_step", 4), HasSubstr("target : f32[4,1]"));
  EXPECT_EQ(built.module.metrics(1).finish(), proto::Metric::SQRT_RATIO);
}

TEST(Table, TargetsMayBeCategories) {
  Built built = build([&](Model &model) {
    model.data(table("iris", {.target = "species", .classes = 3, .features = 4, .batch = 5}));
    model.train([&](Step s) {
      Tensor logits = linear("fc", s.input("features"), {.units = 3});
      s.minimize(cross_entropy(logits, s.input("target")), sgd());
    });
  });
  ASSERT_EQ(built.code, 0) << built.said;
  const proto::Field &target = built.module.data().fields(1);
  EXPECT_EQ(target.decode(), proto::Field::TARGET_CLASS);
  EXPECT_EQ(target.column(), "species");
  EXPECT_EQ(target.classes(), 3);
  EXPECT_THAT(built.entry("train_step", 5), HasSubstr("target : i32[5]"));
}

TEST(ImageFolder, IsImagesInFilesOfTheirOwn) {
  auto data = [](ImageFolder options) {
    return build([&](Model &model) {
      model.data(image_folder("animals", options));
      model.train([&](Step s) {
        Tensor logits = linear("fc", mean(s.input("image"), {2, 3}), {.units = 3});
        s.minimize(cross_entropy(logits, s.input("label")), sgd());
      });
    });
  };
  Built built = data({.classes = 3, .height = 20, .width = 30});
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_EQ(built.module.data().fields(0).decode(), proto::Field::PICTURE);
  EXPECT_EQ(built.module.data().fields(1).classes(), 3);
  EXPECT_THAT(built.entry("train_step", 32), HasSubstr("image : f32[32,3,20,30]"));
  built = data({.classes = 3, .height = 20, .width = 30, .channels = 1, .fit = Fit::stretch});
  EXPECT_EQ(built.module.data().fields(0).decode(), proto::Field::PICTURE_STRETCHED);
  EXPECT_THAT(built.entry("train_step", 32), HasSubstr("image : f32[32,1,20,30]"));
}

TEST(Table, HouseIsKnown) {
  Built built = model("house", {});
  ASSERT_EQ(built.code, 0) << built.said;
  EXPECT_EQ(built.module.data().fields(0).column(), "Id");
  EXPECT_EQ(built.module.data().fields(1).column(), "SalePrice");
  EXPECT_THAT(built.entry("train_step", 64), HasSubstr("features : f32[64,331]"));
  Built other = model("house", {.target = "LotArea", .features = 330});
  EXPECT_EQ(other.module.data().fields(1).column(), "LotArea");
  EXPECT_EQ(other.module.data().fields(0).type().dims(0), 330);
}
