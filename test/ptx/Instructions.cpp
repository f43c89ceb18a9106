//===- Instructions.cpp - what each instruction does ------------------------------------------===//
//
// One line an instruction, in C's own arithmetic: the CPU rounds as `.rn` says, std::fma once.
// Registers hold 64 bits, of which an instruction uses as many as its type has. Reading on:
// Emulator.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/ptx/Emulator.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <unordered_map>

using namespace sinter::ptx;

uint64_t sinter::ptx::bitsOf(Thread &thread, const Operand &operand) {
  switch (operand.kind) {
  case Operand::Register:
    return thread.registers[operand.value];
  case Operand::Special:
    return thread.special[operand.value];
  case Operand::Local:
    return reinterpret_cast<uint64_t>(thread.local.data());
  case Operand::Immediate:
    break;
  }
  return operand.value;
}

template <class T> static T get(Thread &thread, const Instruction &self, size_t i) {
  uint64_t bits = bitsOf(thread, self.operands[i]);
  T value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

template <class T> static void put(Thread &thread, const Instruction &self, T value, size_t i = 0) {
  uint64_t bits = 0;
  memcpy(&bits, &value, sizeof value);
  thread.registers[self.operands[i].value] = bits;
}

/// d = f(a), f(a, b), f(a, b, c) on values of one type.
template <class T, auto f> static void unary(Thread &t, const Instruction &i) {
  put<T>(t, i, static_cast<T>(f(get<T>(t, i, 1))));
}
template <class T, auto f> static void binary(Thread &t, const Instruction &i) {
  put<T>(t, i, static_cast<T>(f(get<T>(t, i, 1), get<T>(t, i, 2))));
}
template <class T, auto f> static void ternary(Thread &t, const Instruction &i) {
  put<T>(t, i, static_cast<T>(f(get<T>(t, i, 1), get<T>(t, i, 2), get<T>(t, i, 3))));
}
/// p = a ? b.
template <class T, auto f> static void compare(Thread &t, const Instruction &i) {
  put<uint64_t>(t, i, f(get<T>(t, i, 1), get<T>(t, i, 2)) ? 1 : 0);
}
/// p = f(a).
template <class T, auto f> static void test(Thread &t, const Instruction &i) {
  put<uint64_t>(t, i, f(get<T>(t, i, 1)) ? 1 : 0);
}
template <class To, class From, auto f> static void convert(Thread &t, const Instruction &i) {
  put<To>(t, i, static_cast<To>(f(get<From>(t, i, 1))));
}
/// Shifts by the width or more leave nothing, or the sign.
template <class T, bool left> static void shift(Thread &t, const Instruction &i) {
  constexpr uint32_t bits = 8 * sizeof(T);
  T value = get<T>(t, i, 1);
  auto by = get<uint32_t>(t, i, 2);
  if (by >= bits)
    put<T>(t, i, !left && std::is_signed_v<T> && value < 0 ? static_cast<T>(-1) : T(0));
  else
    put<T>(t, i, static_cast<T>(left ? value << by : value >> by));
}
/// `length` bits of a from `position` on, with the sign of the last one.
template <class T> static void extract(Thread &t, const Instruction &i) {
  constexpr uint32_t bits = 8 * sizeof(T);
  using Unsigned = std::make_unsigned_t<T>;
  auto value = get<Unsigned>(t, i, 1);
  uint32_t position = get<uint32_t>(t, i, 2) & 255, length = get<uint32_t>(t, i, 3) & 255;
  if (position >= bits || length == 0 || position + length > bits) {
    t.error = "bit field outside of the register";
    return;
  }
  T up = static_cast<T>(static_cast<Unsigned>(value << (bits - position - length)));
  put<T>(t, i, static_cast<T>(up >> (bits - length)));
}
template <class T> static void select(Thread &t, const Instruction &i) {
  put<T>(t, i, get<uint64_t>(t, i, 3) & 1 ? get<T>(t, i, 1) : get<T>(t, i, 2));
}
/// Loads a T and keeps it as a U.
template <class T, class U = T> static void load(Thread &t, const Instruction &i) {
  if (char *at = t.find(get<uint64_t>(t, i, 1) + i.operands[1].offset, sizeof(T))) {
    T value;
    memcpy(&value, at, sizeof value);
    put<U>(t, i, static_cast<U>(value));
  }
}
template <class T> static void store(Thread &t, const Instruction &i) {
  if (char *at = t.find(get<uint64_t>(t, i, 0) + i.operands[0].offset, sizeof(T))) {
    T value = get<T>(t, i, 1);
    memcpy(at, &value, sizeof value);
  }
}
template <class T, class U = T> static void loadShared(Thread &t, const Instruction &i) {
  uint64_t offset = get<uint32_t>(t, i, 1) + static_cast<uint64_t>(i.operands[1].offset);
  if (char *at = t.findShared(offset, sizeof(T), false)) {
    T value;
    memcpy(&value, at, sizeof value);
    put<U>(t, i, static_cast<U>(value));
  }
}
template <class T> static void storeShared(Thread &t, const Instruction &i) {
  uint64_t offset = get<uint32_t>(t, i, 0) + static_cast<uint64_t>(i.operands[0].offset);
  if (char *at = t.findShared(offset, sizeof(T), true)) {
    T value = get<T>(t, i, 1);
    memcpy(at, &value, sizeof value);
  }
}
template <class T> static void exchange(Thread &t, const Instruction &i) {
  if (char *at = t.find(get<uint64_t>(t, i, 1) + i.operands[1].offset, sizeof(T))) {
    T old, value = get<T>(t, i, 2);
    memcpy(&old, at, sizeof old);
    memcpy(at, &value, sizeof value);
    put<T>(t, i, old);
  }
}
/// Products of twice the width.
template <class Wide, class T> static void multiplyWide(Thread &t, const Instruction &i) {
  put<Wide>(t, i, static_cast<Wide>(get<T>(t, i, 1)) * get<T>(t, i, 2));
}
/// Bytes of {b, a} in the order that c names; a digit of 8 and more takes a byte's sign only.
static void permuteBytes(Thread &t, const Instruction &i) {
  uint64_t bytes = get<uint64_t>(t, i, 2) << 32 | get<uint32_t>(t, i, 1);
  auto order = get<uint32_t>(t, i, 3);
  uint32_t result = 0;
  for (int n = 0; n < 4; ++n) {
    uint32_t digit = order >> (4 * n) & 15;
    auto byte = static_cast<uint8_t>(bytes >> (8 * (digit & 7)));
    uint32_t chosen = digit < 8 ? byte : byte & 128 ? 255 : 0;
    result |= chosen << (8 * n);
  }
  put<uint32_t>(t, i, result);
}
static void loadParameter(Thread &t, const Instruction &i) {
  put<uint64_t>(t, i, (*t.parameters)[i.operands[1].value]);
}
static void branch(Thread &t, const Instruction &i) { t.next = i.target; }
static void leave(Thread &t, const Instruction &) { t.next = SIZE_MAX; }
static void splitHalves(Thread &t, const Instruction &i) {
  auto value = get<uint64_t>(t, i, 2);
  put<uint32_t>(t, i, static_cast<uint32_t>(value), 0);
  put<uint32_t>(t, i, static_cast<uint32_t>(value >> 32), 1);
}
static void joinHalves(Thread &t, const Instruction &i) {
  put<uint64_t>(t, i, get<uint32_t>(t, i, 1) | uint64_t(get<uint32_t>(t, i, 2)) << 32);
}

/// Quotients and rests, towards zero; a divisor of 0 has none.
template <class T, bool rest> static void divide(Thread &t, const Instruction &i) {
  T x = get<T>(t, i, 1), y = get<T>(t, i, 2);
  if (y == 0)
    t.error = "division by zero";
  else if (y == static_cast<T>(-1) && std::is_signed_v<T>) // the least number has no opposite
    put<T>(t, i, rest ? T(0) : static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(x)));
  else
    put<T>(t, i, static_cast<T>(rest ? x % y : x / y));
}
/// The upper half of a product.
template <class Wide, class T> static void multiplyHigh(Thread &t, const Instruction &i) {
  put<T>(t, i,
         static_cast<T>(static_cast<Wide>(get<T>(t, i, 1)) * get<T>(t, i, 2) >> 8 * sizeof(T)));
}
/// An integer of a float whose fraction is cut off; what does not fit is the nearest that does, NaN
/// is 0.
template <class To, class From> static void toInteger(Thread &t, const Instruction &i) {
  From x = std::trunc(get<From>(t, i, 1));
  constexpr auto least = std::numeric_limits<To>::min(), most = std::numeric_limits<To>::max();
  put<To>(t, i,
          std::isnan(x)                   ? To(0)
          : x <= static_cast<From>(least) ? least
          : x >= static_cast<From>(most)  ? most
                                          : static_cast<To>(x));
}

#define FN(...) [](auto a) { return __VA_ARGS__; }
#define FN2(...) [](auto a, auto b) { return __VA_ARGS__; }
#define FN3(...) [](auto a, auto b, auto c) { return __VA_ARGS__; }
#define SAME FN(a)
// Integers of one width whose sign does not matter.
#define FOR_WIDTH(bits)                                                                            \
  {"mov.b" #bits, unary<uint##bits##_t, SAME>}, {"mov.u" #bits, unary<uint##bits##_t, SAME>},      \
      {"add.s" #bits, binary<uint##bits##_t, FN2(a + b)>},                                         \
      {"add.u" #bits, binary<uint##bits##_t, FN2(a + b)>},                                         \
      {"sub.s" #bits, binary<uint##bits##_t, FN2(a - b)>},                                         \
      {"mul.lo.s" #bits, binary<uint##bits##_t, FN2(uint64_t(a) * b)>},                            \
      {"mad.lo.s" #bits, ternary<uint##bits##_t, FN3(uint64_t(a) * b + c)>},                       \
      {"neg.s" #bits, unary<uint##bits##_t, FN(0 - a)>},                                           \
      {"and.b" #bits, binary<uint##bits##_t, FN2(a &b)>},                                          \
      {"or.b" #bits, binary<uint##bits##_t, FN2(a | b)>},                                          \
      {"xor.b" #bits, binary<uint##bits##_t, FN2(a ^ b)>},                                         \
      {"not.b" #bits, unary<uint##bits##_t, FN(~a)>},                                              \
      {"abs.s" #bits, unary<int##bits##_t, FN(a < 0 ? 0 - uint64_t(a) : uint64_t(a))>},            \
      {"shl.b" #bits, shift<uint##bits##_t, true>}, {"shr.u" #bits, shift<uint##bits##_t, false>}, \
      {"shr.s" #bits, shift<int##bits##_t, false>}, {"selp.b" #bits, select<uint##bits##_t>},      \
      {"setp.eq.b" #bits, compare<uint##bits##_t, FN2(a == b)>},                                   \
      {"setp.ne.b" #bits, compare<uint##bits##_t, FN2(a != b)>},                                   \
      {"ld.global.b" #bits, load<uint##bits##_t>}, {"st.global.b" #bits, store<uint##bits##_t>},   \
      {"ld.local.b" #bits, load<uint##bits##_t>}, {                                                \
    "st.local.b" #bits, store<uint##bits##_t>                                                      \
  }
#define FOR_INTEGER(name, type)                                                                    \
  {"setp.lt." #name, compare<type, FN2(a < b)>}, {"setp.le." #name, compare<type, FN2(a <= b)>},   \
      {"setp.gt." #name, compare<type, FN2(a > b)>},                                               \
      {"setp.ge." #name, compare<type, FN2(a >= b)>}, {"div." #name, divide<type, false>},         \
      {"rem." #name, divide<type, true>}, {"max." #name, binary<type, FN2(a > b ? a : b)>}, {      \
    "min." #name, binary<type, FN2(a < b ? a : b)>                                                 \
  }
// Ordered comparisons are false with NaN, those that end in u true. Of a NaN and a number max and
// min take the number; copysign takes the sign from its first operand.
#define FOR_FLOAT(name, type)                                                                      \
  {"add.rn." #name, binary<type, FN2(a + b)>}, {"sub.rn." #name, binary<type, FN2(a - b)>},        \
      {"mul.rn." #name, binary<type, FN2(a *b)>}, {"div.rn." #name, binary<type, FN2(a / b)>},     \
      {"fma.rn." #name, ternary<type, FN3(std::fma(a, b, c))>},                                    \
      {"rcp.rn." #name, unary<type, FN(1 / a)>},                                                   \
      {"sqrt.rn." #name, unary<type, FN(std::sqrt(a))>}, {"neg." #name, unary<type, FN(-a)>},      \
      {"abs." #name, unary<type, FN(std::fabs(a))>},                                               \
      {"copysign." #name, binary<type, FN2(std::copysign(b, a))>},                                 \
      {"max." #name, binary<type, FN2(std::fmax(a, b))>},                                          \
      {"min." #name, binary<type, FN2(std::fmin(a, b))>}, {"selp." #name, select<type>},           \
      {"setp.eq." #name, compare<type, FN2(a == b)>},                                              \
      {"setp.lt." #name, compare<type, FN2(a < b)>},                                               \
      {"setp.le." #name, compare<type, FN2(a <= b)>},                                              \
      {"setp.gt." #name, compare<type, FN2(a > b)>},                                               \
      {"setp.ge." #name, compare<type, FN2(a >= b)>},                                              \
      {"setp.neu." #name, compare<type, FN2(!(a == b))>},                                          \
      {"setp.ltu." #name, compare<type, FN2(!(a >= b))>},                                          \
      {"setp.leu." #name, compare<type, FN2(!(a > b))>},                                           \
      {"setp.gtu." #name, compare<type, FN2(!(a <= b))>},                                          \
      {"setp.geu." #name, compare<type, FN2(!(a < b))>},                                           \
      {"setp.equ." #name, compare<type, FN2(!(a < b || a > b))>},                                  \
      {"setp.ne." #name, compare<type, FN2(a<b || a> b)>},                                         \
      {"testp.infinite." #name, test<type, FN(std::isinf(a))>},                                    \
      {"testp.finite." #name, test<type, FN(std::isfinite(a))>},                                   \
      {"testp.number." #name, test<type, FN(!std::isnan(a))>},                                     \
      {"testp.notanumber." #name, test<type, FN(std::isnan(a))>},                                  \
      {"testp.normal." #name, test<type, FN(std::isnormal(a))>},                                   \
      {"testp.subnormal." #name, test<type, FN(std::fpclassify(a) == FP_SUBNORMAL)>},              \
      {"setp.num." #name, compare<type, FN2(a == a && b == b)>}, {                                 \
    "setp.nan." #name, compare<type, FN2(a != a || b != b)>                                        \
  }
#define CONVERT(to, from, To, From)                                                                \
  { "cvt." #to "." #from, convert<To, From, SAME> }
// From an integer to all integers and to floats, and from floats back.
#define FROM_INTEGER(from, From)                                                                   \
  CONVERT(u16, from, uint16_t, From), CONVERT(s16, from, int16_t, From),                           \
      CONVERT(u32, from, uint32_t, From), CONVERT(s32, from, int32_t, From),                       \
      CONVERT(u64, from, uint64_t, From), CONVERT(s64, from, int64_t, From),                       \
      CONVERT(rn.f32, from, float, From), CONVERT(rn.f64, from, double, From),                     \
      {"cvt.rzi." #from ".f32", toInteger<From, float>}, {                                         \
    "cvt.rzi." #from ".f64", toInteger<From, double>                                               \
  }
#define ROUND(name, type)                                                                          \
  {"cvt.rmi." #name "." #name, unary<type, FN(std::floor(a))>},                                    \
      {"cvt.rpi." #name "." #name, unary<type, FN(std::ceil(a))>},                                 \
      {"cvt.rni." #name "." #name, unary<type, FN(std::nearbyint(a))>}, {                          \
    "cvt.rzi." #name "." #name, unary<type, FN(std::trunc(a))>                                     \
  }

// Loads that widen, and the bytes that registers of 16 bits hold.
#define FOR_NARROW(space)                                                                          \
  {"ld." #space ".b8", load<uint8_t, uint16_t>}, {"ld." #space ".u8", load<uint8_t, uint64_t>},    \
      {"ld." #space ".s8", load<int8_t, int64_t>},                                                 \
      {"ld." #space ".u16", load<uint16_t, uint64_t>},                                             \
      {"ld." #space ".s16", load<int16_t, int64_t>},                                               \
      {"ld." #space ".s32", load<int32_t, int64_t>},                                               \
      {"ld." #space ".u32", load<uint32_t, uint64_t>}, {                                           \
    "st." #space ".b8", store<uint8_t>                                                             \
  }

static const std::unordered_map<std::string, Run> instructions = {
    FOR_WIDTH(16),
    FOR_WIDTH(32),
    FOR_WIDTH(64),
    FOR_INTEGER(u16, uint16_t),
    FOR_INTEGER(s16, int16_t),
    FOR_INTEGER(u32, uint32_t),
    FOR_INTEGER(s32, int32_t),
    FOR_INTEGER(u64, uint64_t),
    FOR_INTEGER(s64, int64_t),
    FOR_FLOAT(f32, float),
    FOR_FLOAT(f64, double),
    {"ld.param.b64", loadParameter},
    {"cvta.to.global.u64", unary<uint64_t, SAME>},
    {"cvta.local.u64", unary<uint64_t, SAME>},
    {"bra", branch},
    {"bra.uni", branch},
    {"ret", leave},
    {"mov.b64.split", splitHalves},
    {"mov.b64.join", joinHalves},
    {"mul.wide.u16", multiplyWide<uint32_t, uint16_t>},
    {"mul.wide.u32", multiplyWide<uint64_t, uint32_t>},
    {"mul.wide.s32", multiplyWide<int64_t, int32_t>},
    {"mul.hi.u32", multiplyHigh<uint64_t, uint32_t>},
    {"mul.hi.s32", multiplyHigh<int64_t, int32_t>},
    {"mul.hi.u64", multiplyHigh<unsigned __int128, uint64_t>},
    {"mul.hi.s64", multiplyHigh<__int128, int64_t>},
    {"prmt.b32", permuteBytes},
    {"bfe.u32", extract<uint32_t>},
    {"bfe.s32", extract<int32_t>},
    {"bfe.u64", extract<uint64_t>},
    {"bfe.s64", extract<int64_t>},
    {"and.pred", binary<uint64_t, FN2(a &b)>},
    {"or.pred", binary<uint64_t, FN2(a | b)>},
    {"xor.pred", binary<uint64_t, FN2(a ^ b)>},
    {"not.pred", unary<uint64_t, FN(a ^ 1)>},
    {"mov.pred", unary<uint64_t, FN(a & 1)>},
    FOR_NARROW(global),
    FOR_NARROW(local),
    {"ld.shared.b8", loadShared<uint8_t, uint16_t>},
    {"ld.shared.b32", loadShared<uint32_t>},
    {"ld.shared.b64", loadShared<uint64_t>},
    {"st.shared.b8", storeShared<uint8_t>},
    {"st.shared.b32", storeShared<uint32_t>},
    {"st.shared.b64", storeShared<uint64_t>},
    {"atom.global.exch.b32", exchange<uint32_t>},
    CONVERT(f64, f32, double, float),
    CONVERT(rn.f32, f64, float, double),
    FROM_INTEGER(u8, uint8_t),
    FROM_INTEGER(s8, int8_t),
    FROM_INTEGER(u16, uint16_t),
    FROM_INTEGER(s16, int16_t),
    FROM_INTEGER(u32, uint32_t),
    FROM_INTEGER(s32, int32_t),
    FROM_INTEGER(u64, uint64_t),
    FROM_INTEGER(s64, int64_t),
    ROUND(f32, float),
    ROUND(f64, double),
};

Run sinter::ptx::findInstruction(const std::string &mnemonic) {
  auto found = instructions.find(mnemonic);
  return found == instructions.end() ? nullptr : found->second;
}
