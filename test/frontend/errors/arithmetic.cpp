// Mistakes of arithmetic, order statistics, products and distances, sizes to interpolate to.
#include <sinter/sinter.h>
using namespace sinter;

int main(int argc, char **argv) {
  Model model("m", argc, argv);
  model.predict([](Entry e) {
    Tensor f = e.input("f", f32({2, 3}));
    Tensor d = e.input("d", f64({2, 3}));
    Tensor i = e.input("i", i32({2, 3}));
    Tensor none = e.input("none", f32({0, 3}));
    Tensor image = e.input("image", f32({2, 6, 4, 3}));
    remainder(f, d);
    floor_divide(f > 0, f);
    hypot(i, i);
    logaddexp(f, i);
    logit(f, 0.5);
    lerp(f, f, d);
    masked_fill(f, f, 0);
    nan_to_num(i);
    any(f, 2);
    median(none, 0);
    quantile(f, 1.5);
    quantile(f, std::vector<double>{});
    quantile(i, 0.5);
    cummax(f > 0);
    cummin(f, 2);
    outer(f, f);
    inner(f, image);
    tensordot(f, f, 3);
    cross(f, none, 0);
    cdist(f, image);
    cdist(f, f, -1);
    pairwise_distance(f, none);
    bilinear("b", f, f, {});
    bilinear("b", f, image, {.units = 2});
    interpolate(f, {.size = {2}});
    interpolate(image, {});
    interpolate(image, {.size = {2, 2}, .scale_factor = {2}});
    interpolate(image, {.size = {2, 0}});
    interpolate(image, {.scale_factor = {0.01}});
    interpolate(image, {.size = {2, 2}, .align_corners = true});
    adaptive_avg_pool1d(f, 2);
    adaptive_max_pool3d(image, 2);
    local_response_norm(f);
    local_response_norm(image, {.size = 0});
    e.output("fine", fmod(i, 2));
  });
  return model.write();
}
