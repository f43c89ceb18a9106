//===- Exchange.cpp - what the threads of a warp do together ----------------------------------===//
//
// Shuffles and votes, by the tables of the PTX ISA. All threads that the mask names are there; a
// value from a lane that is not is an error, as hardware gives anything. Reading on: Emulator.h.
//
//===------------------------------------------------------------------------------------------===//
#include "test/ptx/Emulator.h"

#include <unordered_map>

using namespace sinter::ptx;

static constexpr uint32_t kWarp = 32;

namespace {
enum class Shuffle { Up, Down, Butterfly, Index };
} // namespace

/// Where lane `lane` takes its value from: (lane, whether it is within the segment).
template <Shuffle mode>
static std::pair<uint32_t, bool> sourceOf(uint32_t lane, uint32_t b, uint32_t c) {
  uint32_t by = b & 31, segment = c >> 8 & 31, clamp = c & 31;
  uint32_t last = (lane & segment) | (clamp & ~segment), first = lane & segment, from = 0;
  bool inside = false;
  switch (mode) {
  case Shuffle::Up:
    from = lane - by;
    inside = static_cast<int32_t>(from) >= static_cast<int32_t>(last);
    break;
  case Shuffle::Down:
    from = lane + by;
    inside = from <= last;
    break;
  case Shuffle::Butterfly:
    from = lane ^ by;
    inside = from <= last;
    break;
  case Shuffle::Index:
    from = first | (by & ~segment);
    inside = from <= last;
    break;
  }
  return {inside ? from : lane, inside};
}

/// shfl.sync d[|p], a, b, c, mask.
template <Shuffle mode> static std::string shuffle(Thread *const *warp, const Instruction &self) {
  bool tells = self.operands.size() == 6;
  size_t a = tells ? 2 : 1;
  uint64_t values[kWarp] = {};
  for (uint32_t lane = 0; lane < kWarp; ++lane)
    if (warp[lane])
      values[lane] = bitsOf(*warp[lane], self.operands[a]) & 0xffffffff;
  for (uint32_t lane = 0; lane < kWarp; ++lane) {
    if (!warp[lane])
      continue;
    auto b = static_cast<uint32_t>(bitsOf(*warp[lane], self.operands[a + 1]));
    auto c = static_cast<uint32_t>(bitsOf(*warp[lane], self.operands[a + 2]));
    auto [from, inside] = sourceOf<mode>(lane, b, c);
    if (!warp[from])
      return "value of lane " + std::to_string(from) + ", which is not there";
    warp[lane]->registers[self.operands[0].value] = values[from];
    if (tells)
      warp[lane]->registers[self.operands[1].value] = inside;
  }
  return "";
}

/// vote.sync d, p, mask: the lanes where p holds.
template <uint64_t (*give)(uint32_t holds, uint32_t there)>
static std::string vote(Thread *const *warp, const Instruction &self) {
  uint32_t holds = 0, there = 0;
  for (uint32_t lane = 0; lane < kWarp; ++lane)
    if (warp[lane]) {
      there |= 1u << lane;
      if (bitsOf(*warp[lane], self.operands[1]) & 1)
        holds |= 1u << lane;
    }
  for (uint32_t lane = 0; lane < kWarp; ++lane)
    if (warp[lane])
      warp[lane]->registers[self.operands[0].value] = give(holds, there);
  return "";
}
static uint64_t giveAny(uint32_t holds, uint32_t) { return holds != 0; }
static uint64_t giveAll(uint32_t holds, uint32_t there) { return holds == there; }
static uint64_t giveBallot(uint32_t holds, uint32_t) { return holds; }

static std::string onlyMeet(Thread *const *, const Instruction &) { return ""; }

Exchange sinter::ptx::findExchange(const std::string &mnemonic) {
  static const std::unordered_map<std::string, Exchange> exchanges = {
      {"shfl.sync.up.b32", shuffle<Shuffle::Up>},
      {"shfl.sync.down.b32", shuffle<Shuffle::Down>},
      {"shfl.sync.bfly.b32", shuffle<Shuffle::Butterfly>},
      {"shfl.sync.idx.b32", shuffle<Shuffle::Index>},
      {"vote.sync.any.pred", vote<giveAny>},
      {"vote.sync.all.pred", vote<giveAll>},
      {"vote.sync.ballot.b32", vote<giveBallot>},
      {"bar.warp.sync", onlyMeet},
  };
  auto found = exchanges.find(mnemonic);
  return found == exchanges.end() ? nullptr : found->second;
}
