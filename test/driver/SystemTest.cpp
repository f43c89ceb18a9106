// Children, files and diffs of the driver.
#include "compiler/System.h"
#include "compiler/Diff.h"
#include "compiler/PassInstrumentation.h"
#include "compiler/Stage.h"

#include <atomic>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

using namespace sinter::compiler;

TEST(Child, OutputAndExitCode) {
  Child child;
  std::string words;
  child.command = {"sh", "-c", "echo out; echo err >&2; exit 7"};
  child.output = &words;
  EXPECT_FALSE(run(child));
  EXPECT_EQ(child.exitCode, 7);
  EXPECT_NE(words.find("out"), std::string::npos);
  EXPECT_NE(words.find("err"), std::string::npos);
}

TEST(Child, ManyBytesOnTwoDescriptors) {
  Child child;
  child.command = {"bash", "-c", "head -c 300000 /dev/zero >&$A; head -c 200000 /dev/zero >&$B"};
  child.captured = {{"A", ""}, {"B", ""}};
  EXPECT_FALSE(run(child));
  EXPECT_EQ(child.captured["A"].size(), 300000u);
  EXPECT_EQ(child.captured["B"].size(), 200000u);
}

TEST(Child, TimeLimitEndsItAndWhatItStarted) {
  Child child;
  child.command = {"sh", "-c", "sleep 100 & sleep 100"};
  child.timeLimitSeconds = 1;
  double start = PassInstrumentation::now();
  EXPECT_FALSE(run(child));
  EXPECT_TRUE(child.timedOut);
  EXPECT_LT(PassInstrumentation::now() - start, 20);
}

TEST(Child, ClosedOutputDoesNotEndTheTime) {
  Child child; // it closes what it writes to and goes on
  child.command = {"bash", "-c", "exec >&- 2>&-; exec 100>&-; sleep 100"};
  child.captured = {{"A", ""}};
  child.timeLimitSeconds = 1;
  EXPECT_FALSE(run(child));
  EXPECT_TRUE(child.timedOut);
}

TEST(Child, MissingProgramSaysWhy) {
  Child child;
  child.command = {"/nowhere/program"};
  auto why = run(child);
  ASSERT_TRUE(why);
  EXPECT_NE(why->find("No such file"), std::string::npos);
}

TEST(Files, WritersTakeTurns) {
  TemporaryFolder folder;
  std::string path = folder.file("x"), why;
  std::vector<std::thread> writers;
  std::atomic<int> refused = 0;
  for (char letter = 'a'; letter < 'g'; ++letter)
    writers.emplace_back([&, letter] {
      for (int i = 0; i < 10; ++i)
        refused += writeFileAtomically(path, std::string(100000 + letter, letter)).has_value();
    });
  for (std::thread &writer : writers)
    writer.join();
  EXPECT_EQ(refused, 0);
  std::string last = readWholeFile(path, why).value_or("");
  ASSERT_FALSE(last.empty());
  EXPECT_EQ(last, std::string(100000 + last[0], last[0]));
}

TEST(Files, WhatAKilledWriterLeftGoes) {
  TemporaryFolder folder;
  std::string path = folder.file("x");
  int left = open((path + ".tmp").c_str(), O_CREAT | O_WRONLY, 0600);
  close(left);
  EXPECT_FALSE(writeFileAtomically(path, "text", /*executable=*/true));
  EXPECT_EQ(access(path.c_str(), X_OK), 0);
  EXPECT_NE(access((path + ".tmp").c_str(), F_OK), 0);
}

TEST(Files, LinksAreFollowedToWhatIsNotThereYet) {
  TemporaryFolder folder;
  std::string path = folder.file("link"), why;
  ASSERT_EQ(symlink("real", path.c_str()), 0);
  EXPECT_FALSE(writeFileAtomically(path, "text"));
  EXPECT_EQ(readWholeFile(folder.file("real"), why).value_or(""), "text");
}

TEST(Files, ReplacedAsAWhole) {
  TemporaryFolder folder;
  std::string path = folder.file("x"), why;
  EXPECT_FALSE(writeFileAtomically(path, "first"));
  EXPECT_FALSE(writeFileAtomically(path, "second"));
  EXPECT_EQ(readWholeFile(path, why), "second");
  EXPECT_FALSE(readWholeFile(path + ".tmp", why));
  EXPECT_TRUE(writeFileAtomically(folder.file("no/such/folder"), "x"));
}

TEST(Diff, ShowsWhatChangedAndStops) {
  EXPECT_EQ(diffLines("a\nb\nc\n", "a\nb\nc\n", 10), "");
  EXPECT_EQ(diffLines("a\nb\nc\n", "a\nx\nc\nd\n", 10), "-b\n+x\n+d\n");
  EXPECT_EQ(diffLines("", "1\n2\n3\n4", 2), "-\n+1\n  ... and 3 more lines\n");
  EXPECT_EQ(diffLines("", std::string(1000, 'x'), 9), "-\n+" + std::string(240, 'x') + " ...\n");
}

TEST(Diff, ValuesAreNumberedAnew) {
  const char *before = "%0 = a\n%1 = b %0\n%2 = c %1, %0\nend %2";
  EXPECT_EQ(diffLines(before, "%3 = a\n%4 = b %3\n%5 = c %4, %3\nend %5", 10), "");
  // Another operand is a change, whatever its number.
  EXPECT_EQ(diffLines(before, "%0 = a\n%1 = b %0\n%2 = c %0, %0\nend %2", 10),
            "-%2 = c %1, %0\n+%2 = c %0, %0\n");
  EXPECT_EQ(diffLines(before, "%0 = new\n%1 = a\n%2 = b %1\n%3 = c %2, %1\nend %3", 10),
            "+%0 = new\n");
  EXPECT_EQ(diffLines("%0 = a\n%1 = a\nend %0", "%0 = a\nend %0", 10), "-%1 = a\n");
  EXPECT_EQ(diffLines("^bb0(%x: i)\nend %x", "^bb0(%y: i)\nend %y", 10), "");
}

TEST(Diff, SaysInWhichEntry) {
  EXPECT_EQ(diffLines("  kernel.entry @f name(\"f\") {\na\n}\n  kernel.entry @g {\na\nb\n}",
                      "  kernel.entry @f name(\"f\") {\na\n}\n  kernel.entry @g {\nc\nb\nd\n}", 10),
            "  in @g\n-a\n+c\n+d\n");
}

TEST(Diff, NotesOfACutLineThatAreNew) {
  std::string wide(240, 'x');
  EXPECT_EQ(
      diffLines("op {notes = [\"old\"]}", wide + " {notes = [\"old\", \"of [1]: 3 cycles\"]}", 10),
      "-op {notes = [\"old\"]}\n+" + wide + " ...\n      of [1]: 3 cycles\n");
}

TEST(Stages, NamesGoThereAndBack) {
  for (const StageInfo &info : getStages())
    EXPECT_EQ(findStage(info.name), info.stage);
  EXPECT_EQ(listStages(), "graph gradient fused layout planned loops llvm asm ptx");
  EXPECT_EQ(findStage("ptx"), Stage::Asm);
  EXPECT_FALSE(findStage("half"));
}
