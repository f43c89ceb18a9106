//===- EmulatorTest.cpp - the emulator on PTX written by hand ---------------------------------===//
//
// What single instructions give, by values worked out by hand, and what the emulator must find.
//
//===------------------------------------------------------------------------------------------===//
#include "test/ptx/Emulator.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

using namespace sinter::ptx;

/// A kernel with one parameter, a pointer that is in %rd1, and `body`.
static std::string wrap(const std::string &body) {
  return ".visible .entry k(\n\t.param .u64 .ptr k_param_0\n)\n{\n\tld.param.b64 %rd1, "
         "[k_param_0];\n" +
         body + "\tret;\n}\n";
}

/// Runs it on `words`; gives the error.
static std::string run(const std::string &body, std::vector<uint32_t> &words, uint32_t blocks = 1,
                       uint32_t threads = 1) {
  Program program;
  if (std::string error = program.parse(wrap(body)); !error.empty())
    return error;
  auto address = reinterpret_cast<uint64_t>(words.data());
  return launch(*program.find("k"), blocks, threads, {address},
                {{address, reinterpret_cast<char *>(words.data()),
                  static_cast<int64_t>(words.size() * sizeof(uint32_t))}});
}

/// What `code` leaves in %r1.
static uint32_t evaluate(const std::string &code) {
  std::vector<uint32_t> words(1);
  EXPECT_EQ(run(code + "\tst.global.b32 [%rd1], %r1;\n", words), "");
  return words[0];
}

static float evaluateFloat(const std::string &code) { return std::bit_cast<float>(evaluate(code)); }

TEST(Emulator, Arithmetic) {
  EXPECT_EQ(evaluate("\tadd.s32 %r1, -3, 5;\n"), 2u);
  EXPECT_EQ(evaluate("\tmul.wide.u16 %r1, 65535, 65535;\n"), 4294836225u);
  EXPECT_EQ(evaluate("\tmul.hi.u64 %rd2, -1, 5;\n\tcvt.u32.u64 %r1, %rd2;\n"), 4u);
  EXPECT_EQ(evaluate("\tshl.b32 %r1, 1, 32;\n"), 0u); // more than the width: nothing is left
  EXPECT_EQ(evaluate("\tshr.s32 %r1, -8, 40;\n"), 4294967295u);
  EXPECT_EQ(evaluate("\tbfe.u32 %r1, 240, 4, 4;\n"), 15u);
  EXPECT_EQ(evaluate("\tprmt.b32 %r1, 0x44332211U, 0x88776655U, 0xF702U;\n"), 0xFF881133u);
  EXPECT_EQ(evaluate("\tmov.b64 %rd2, {7, 9};\n\tmov.b64 {_, %r1}, %rd2;\n"), 9u);
  EXPECT_EQ(evaluate("\tmov.b64 %rd2, {7, 9};\n\tmov.b64 {%r2, %r1}, %rd2;\n"), 9u);
  EXPECT_EQ(evaluate("\tcvt.rzi.s32.f32 %r1, 0fC0200000;\n"), 4294967294u); // -2.5
  EXPECT_EQ(evaluate("\tcvt.rzi.s32.f32 %r1, 0f7FC00000;\n"), 0u);          // NaN
}

TEST(Emulator, Floats) {
  EXPECT_EQ(evaluateFloat("\tdiv.rn.f32 %r1, 0f3F800000, 0f40400000;\n"), 1.0f / 3.0f);
  // Rounded once: (1 + 2^-12)^2 - 1 - 2^-11 is 2^-24 only so.
  EXPECT_EQ(evaluateFloat("\tfma.rn.f32 %r1, 0f3F800800, 0f3F800800, 0fBF801000;\n"), 0x1p-24f);
  EXPECT_EQ(evaluateFloat("\tmax.f32 %r1, 0f7FC00000, 0f40000000;\n"), 2.0f); // the number
  EXPECT_EQ(evaluateFloat("\tcopysign.f32 %r1, 0fBF800000, 0f40000000;\n"), -2.0f);
  EXPECT_EQ(evaluateFloat("\tmul.rn.f32 %r1, 0f00800000, 0f3F000000;\n"), 0x1p-127f); // denormal
  EXPECT_EQ(evaluateFloat("\tsetp.gtu.f32 %p1, 0f7FC00000, 0f3F800000;\n"
                          "\tselp.f32 %r1, 0f40000000, 0f40400000, %p1;\n"),
            2.0f);
}

TEST(Emulator, ThreadsAndBranches) {
  // Each thread adds its number to its own word, unless it is odd.
  std::vector<uint32_t> words(6, 10);
  EXPECT_EQ(run("\tmov.u32 %r1, %tid.x;\n\tmov.u32 %r2, %ctaid.x;\n\tmov.u32 %r3, %ntid.x;\n"
                "\tmad.lo.s32 %r4, %r2, %r3, %r1;\n\tand.b32 %r5, %r4, 1;\n"
                "\tsetp.ne.b32 %p1, %r5, 0;\n\t@%p1 bra $L1;\n"
                "\tmul.wide.u32 %rd2, %r4, 4;\n\tadd.s64 %rd3, %rd1, %rd2;\n"
                "\tld.global.b32 %r6, [%rd3];\n\tadd.s32 %r7, %r6, %r4;\n"
                "\tst.global.b32 [%rd3], %r7;\n$L1:\n",
                words, 2, 3),
            "");
  EXPECT_EQ(words, (std::vector<uint32_t>{10, 10, 12, 10, 14, 10}));
}

/// Thread t, of 32, does `code`, where %r1 is t; then %r2 goes to word t.
static std::string storeByThread(const std::string &code) {
  return "\t.shared .align 4 .b8 tile[128];\n\tmov.u32 %r1, %tid.x;\n" + code +
         "\tmul.wide.u32 %rd2, %r1, 4;\n\tadd.s64 %rd3, %rd1, %rd2;\n"
         "\tst.global.b32 [%rd3], %r2;\n\tret;\n";
}

/// What 32 threads leave.
static std::vector<uint32_t> evaluateWarp(const std::string &code) {
  std::vector<uint32_t> words(32);
  EXPECT_EQ(run(storeByThread(code), words, 1, 32), "");
  return words;
}

TEST(Emulator, Shuffles) {
  std::vector<uint32_t> halves = evaluateWarp("\tshfl.sync.bfly.b32 %r2, %r1, 16, 31, -1;\n"),
                        up = evaluateWarp("\tshfl.sync.up.b32 %r2, %r1, 3, 0, -1;\n"),
                        down = evaluateWarp("\tshfl.sync.down.b32 %r2, %r1, 3, 31, -1;\n"),
                        index = evaluateWarp("\tshfl.sync.idx.b32 %r2, %r1, 5, 31, -1;\n"),
                        eights = evaluateWarp("\tshfl.sync.down.b32 %r2, %r1, 3, 6175, -1;\n");
  for (uint32_t t = 0; t < 32; ++t) {
    EXPECT_EQ(halves[t], t ^ 16);
    EXPECT_EQ(up[t], t < 3 ? t : t - 3);
    EXPECT_EQ(down[t], t + 3 < 32 ? t + 3 : t);
    EXPECT_EQ(index[t], 5u);
    EXPECT_EQ(eights[t], t % 8 + 3 < 8 ? t + 3 : t); // segments of 8: (32 - 8) << 8 | 31
  }
  // Whether the lane is within the segment; a tree of sums.
  EXPECT_EQ(evaluateWarp("\tshfl.sync.down.b32 %r3|%p1, %r1, 30, 31, -1;\n"
                         "\tselp.b32 %r2, 1, 0, %p1;\n"),
            ([] {
              std::vector<uint32_t> inside(32);
              inside[0] = inside[1] = 1;
              return inside;
            }()));
  std::string sum = "\tmov.b32 %r2, %r1;\n";
  for (const char *by : {"16", "8", "4", "2", "1"})
    sum += std::string("\tshfl.sync.bfly.b32 %r3, %r2, ") + by +
           ", 31, -1;\n\tadd.s32 %r2, %r2, %r3;\n";
  EXPECT_EQ(evaluateWarp(sum), std::vector<uint32_t>(32, 496));
}

TEST(Emulator, Votes) {
  const std::string isFirst = "\tsetp.eq.b32 %p1, %r1, 0;\n\tsetp.lt.u32 %p3, %r1, 40;\n";
  EXPECT_EQ(evaluateWarp(isFirst + "\tvote.sync.ballot.b32 %r2, %p1, -1;\n"),
            std::vector<uint32_t>(32, 1));
  EXPECT_EQ(evaluateWarp(isFirst + "\tvote.sync.any.pred %p2, %p1, -1;\n"
                                   "\tselp.b32 %r2, 1, 0, %p2;\n"),
            std::vector<uint32_t>(32, 1));
  EXPECT_EQ(evaluateWarp(isFirst + "\tvote.sync.all.pred %p2, %p1, -1;\n"
                                   "\tselp.b32 %r2, 1, 0, %p2;\n"),
            std::vector<uint32_t>(32, 0));
  EXPECT_EQ(evaluateWarp(isFirst + "\tvote.sync.all.pred %p2, %p3, -1;\n"
                                   "\tselp.b32 %r2, 1, 0, %p2;\n"),
            std::vector<uint32_t>(32, 1));
}

/// Each thread leaves its number in shared memory and reads that of the thread across.
static std::string across(const std::string &between) {
  return "\tmov.b32 %r4, tile;\n\tshl.b32 %r5, %r1, 2;\n\tadd.s32 %r6, %r4, %r5;\n"
         "\tst.shared.b32 [%r6], %r1;\n" +
         between +
         "\tsub.s32 %r7, 31, %r1;\n\tshl.b32 %r8, %r7, 2;\n\tadd.s32 %r9, %r4, %r8;\n"
         "\tld.shared.b32 %r2, [%r9];\n";
}

TEST(Emulator, SharedMemoryAndBarriers) {
  std::vector<uint32_t> words = evaluateWarp(across("\tbar.sync 0;\n"));
  for (uint32_t t = 0; t < 32; ++t)
    EXPECT_EQ(words[t], 31 - t);
}

TEST(Emulator, FindsWhatThreadsDoToEachOther) {
  std::vector<uint32_t> words(32);
  auto says = [&](const std::string &code, const std::string &what) {
    std::string error = run(storeByThread(code), words, 1, 32);
    EXPECT_NE(error.find(what), std::string::npos) << error;
  };
  says(across(""), "thread 0 of block 0: read of shared memory that nobody wrote: ld.shared.b32");
  says("\tst.shared.b32 [tile+4], %r1;\n",
       "thread 1 of block 0: race in shared memory with thread 0");
  says("\tst.shared.b32 [tile+128], %r1;\n", "access outside of shared memory");
  says("\tst.shared.b32 [tile+2], %r1;\n", "misaligned access");
  // All read what thread 0 wrote before a barrier; then it writes again without one.
  const std::string first = "\tsetp.ne.b32 %p1, %r1, 0;\n\t@%p1 bra $L1;\n"
                            "\tst.shared.b32 [tile], 7;\n$L1:\n\tbar.sync 0;\n"
                            "\tld.shared.b32 %r2, [tile];\n";
  EXPECT_EQ(evaluateWarp(first), std::vector<uint32_t>(32, 7));
  says(first + "\tsetp.ne.b32 %p2, %r1, 31;\n\t@%p2 bra $L2;\n\tst.shared.b32 [tile], 8;\n$L2:\n",
       "thread 31 of block 0: race in shared memory with thread");
  says("\tsetp.ne.b32 %p1, %r1, 0;\n\t@%p1 bra $L1;\n\tbar.sync 0;\n$L1:\n\tbar.sync 0;\n",
       "waits for threads that do not come: bar.sync 0");
  says("\tsetp.ne.b32 %p1, %r1, 0;\n\t@%p1 bra $L1;\n"
       "\tshfl.sync.bfly.b32 %r2, %r1, 1, 31, -1;\n$L1:\n\tbar.sync 0;\n",
       "waits for threads that do not come: shfl.sync");
  says("\tsetp.ne.b32 %p1, %r1, 0;\n\t@%p1 bra $L1;\n"
       "\tshfl.sync.bfly.b32 %r2, %r1, 1, 31, 1;\n$L1:\n",
       "value of lane 1, which is not there");
  says("\tshfl.sync.bfly.b32 %r2, %r1, 1, 31, 2;\n", "the thread is not in its own mask");
}

TEST(Emulator, FindsWhatIsWrong) {
  std::vector<uint32_t> words(2);
  auto says = [&](const std::string &body, const std::string &what) {
    std::string error = run(body, words);
    EXPECT_NE(error.find(what), std::string::npos) << error;
  };
  says("\tst.global.b32 [%rd1+8], 1;\n",
       "k, thread 0 of block 0: access outside of the kernel's buffers: st.global.b32");
  says("\tld.global.b32 %r1, [%rd1+-4];\n", "access outside");
  says("\tst.global.b32 [%rd1+2], 1;\n", "misaligned access");
  says("\tfoo.b32 %r1, 1;\n", "line 6: unknown instruction 'foo.b32'");
  says("\tbra $L7;\n", "expects a label, got '$L7'");
  says("\tmov.b32 %r1, x7;\n", "expects an operand, got 'x7'");
  says("\tbfe.u32 %r1, 1, 30, 4;\n", "bit field outside of the register");
}
