// SPDX-License-Identifier: Apache-2.0
#include "core/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "core/clock.h"
#include "core/loop.h"
#include "support/test_loop.h"

namespace hawser::core {
namespace {

class LogTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "hawser-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    sink_ = std::move(LogSink::open_file(path())).value();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return folder_ + "/log"; }
  std::string written(const std::string& file = "log") const {
    std::stringstream text;
    text << std::ifstream(folder_ + "/" + file).rdbuf();
    return text.str();
  }

  ptrdiff_t lines_written() const {
    const std::string text = written();
    return std::count(text.begin(), text.end(), '\n');
  }

  ManualClock clock_{1000, 1'785'585'600'123};  // 2026-08-01T12:00:00.123Z
  Loop loop_{&clock_};
  std::string folder_;
  std::unique_ptr<LogSink> sink_;
};

TEST_F(LogTest, ANumberIsReadBackAsItWas) {
  Log log(*sink_, loop_);
  const double numbers[] = {0,    0.001, 0.01,      0.1,        1.25,          999.999,
                            1000, 12.34, 1e9 + 0.5, 123456.789, 1e15,          1.0 / 3,
                            1e-7, -0.5,  -1,        5e-324,     1.7976931e308, 0.0005};
  for (const double number : numbers) LogLine(log, Level::info, "line").number("ms", number);
  log.write_out();
  std::istringstream lines(written());
  std::string line;
  for (const double number : numbers) {
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_EQ(std::strtod(line.c_str() + line.rfind(':') + 1, nullptr), number) << line;
  }
}

TEST_F(LogTest, ALineIsOneJsonObject) {
  Log log(*sink_, loop_);
  LogLine(log, Level::info, "request")
      .text("app", "wiki")
      .number("status", 200)
      .number("bytes", uint64_t{1} << 63)
      .number("offset", int64_t{-5})
      .number("seconds", 0.25)
      .number("impossible", std::nan(""))
      .boolean("upgraded", false)
      .text_if("user", "");
  log.write_out();
  EXPECT_EQ(written(),
            "{\"time\":\"2026-08-01T12:00:00.123Z\",\"level\":\"info\",\"event\":\"request\","
            "\"app\":\"wiki\",\"status\":200,\"bytes\":9223372036854775808,\"offset\":-5,"
            "\"seconds\":0.25,\"impossible\":null,\"upgraded\":false}\n");
}

TEST_F(LogTest, TheTextFormatReadsLikeText) {
  sink_->set_format(LogFormat::text);
  Log log(*sink_, loop_);
  LogLine(log, Level::warn, "origin_failed").text("app", "wi\"ki").number("ms", 12);
  log.write_out();
  EXPECT_EQ(written(), "2026-08-01T12:00:00.123Z warn origin_failed app=\"wi\\\"ki\" ms=12\n");
}

TEST_F(LogTest, ValuesCannotBreakOutOfTheirLine) {
  const auto escaped = [](std::string_view value) {
    std::string out;
    append_json_escaped(out, value);
    return out;
  };
  EXPECT_EQ(escaped("a\"b\\c\nd\re\tf\x01\x7f"), "a\\\"b\\\\c\\nd\\re\\tf\\u0001\\u007f");
  EXPECT_EQ(escaped("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"),
            "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(escaped("\xff"), bad);
  EXPECT_EQ(escaped("\xc0\xaf"), bad + bad);            // overlong
  EXPECT_EQ(escaped("\xed\xa0\x80"), bad + bad + bad);  // a surrogate
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), bad + bad + bad + bad);
  EXPECT_EQ(escaped("cut \xe2\x82"), "cut " + bad + bad);
  EXPECT_LE(escaped(std::string(100'000, 'x')).size(), 8200u);
}

TEST_F(LogTest, WhatNeedsAnEscapeIsFoundWhereverItStands) {
  for (size_t length = 1; length <= 18; ++length)
    for (size_t at = 0; at < length; ++at)
      for (unsigned octet = 0; octet < 256; ++octet) {
        std::string text(length, 'x');
        text[at] = static_cast<char>(octet);
        const bool plain = octet >= 0x20 && octet < 0x7f && octet != '"' && octet != '\\';
        ASSERT_EQ(json_plain_run(text), plain ? length : at) << length << " " << octet;
      }
}

TEST_F(LogTest, LongAndShortValuesStandWhole) {
  Log log(*sink_, loop_);
  std::string expected;
  for (const size_t length : {0u, 1u, 7u, 8u, 9u, 15u, 16u, 17u, 31u, 1024u, 1025u, 8192u}) {
    const std::string value(length, 'v');
    LogLine(log, Level::info, "line").text("value", value);
    expected +=
        "{\"time\":\"2026-08-01T12:00:00.123Z\",\"level\":\"info\",\"event\":\"line\","
        "\"value\":\"" +
        value + "\"}\n";
  }
  log.write_out();
  EXPECT_EQ(written(), expected);
}

TEST_F(LogTest, LinesBelowTheLevelCostNothingAndAreNotWritten) {
  Log log(*sink_, loop_);
  sink_->set_level(Level::warn);
  LogLine(log, Level::info, "request").text("app", "wiki");
  LogLine(log, Level::warn, "kept");
  sink_->set_level(Level::off);
  LogLine(log, Level::error, "request");
  log.write_out();
  EXPECT_EQ(written().find("request"), std::string::npos);
  EXPECT_NE(written().find("kept"), std::string::npos);
}

TEST_F(LogTest, TheLinesOfATurnLeaveAtItsEnd) {
  Log log(*sink_, loop_);
  for (int i = 0; i < 3; ++i) LogLine(log, Level::info, "line");
  EXPECT_EQ(written(), "");
  loop_.turn(false);
  const std::string text = written();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
}

TEST_F(LogTest, TheLinesOfABusyTimeLeaveTogether) {
  Log log(*sink_, loop_);
  for (int line = 0; line < 16; ++line) {
    LogLine(log, Level::info, "seldom");
    loop_.turn(false);
    EXPECT_EQ(lines_written(), line + 1);
  }
  for (int turn = 0; turn < 3; ++turn) {
    LogLine(log, Level::info, "gathered");
    loop_.turn(false);
    clock_.advance_ms(10);
  }
  EXPECT_EQ(lines_written(), 16);
  clock_.advance_ms(100);
  loop_.turn(false);
  loop_.turn(false);
  EXPECT_EQ(lines_written(), 19);
}

TEST_F(LogTest, AWarningDoesNotWait) {
  Log log(*sink_, loop_);
  for (int line = 0; line < 16; ++line) LogLine(log, Level::info, "seldom");
  loop_.turn(false);
  LogLine(log, Level::info, "gathered");
  LogLine(log, Level::warn, "warning");
  loop_.turn(false);
  EXPECT_NE(written().find("gathered"), std::string::npos);
  EXPECT_NE(written().find("warning"), std::string::npos);
}

TEST_F(LogTest, ALogThatGoesWritesItsLastLines) {
  { LogLine(*std::make_unique<Log>(*sink_), Level::info, "at_once"); }
  {
    Log log(*sink_, loop_);
    LogLine(log, Level::info, "last");
  }
  EXPECT_NE(written().find("at_once"), std::string::npos);
  EXPECT_NE(written().find("last"), std::string::npos);
}

TEST_F(LogTest, ReopensItsFileAfterARotation) {
  Log log(*sink_);
  LogLine(log, Level::info, "before");
  std::filesystem::rename(path(), folder_ + "/log.1");
  ASSERT_TRUE(sink_->reopen().ok());
  LogLine(log, Level::info, "after");
  EXPECT_NE(written("log.1").find("before"), std::string::npos);
  EXPECT_NE(written().find("after"), std::string::npos);
  EXPECT_EQ(written().find("before"), std::string::npos);
}

TEST_F(LogTest, AFileThatCannotBeOpenedIsAnError) {
  EXPECT_FALSE(LogSink::open_file(folder_ + "/missing/log").ok());
}

TEST_F(LogTest, LinesOfManyThreadsStayWhole) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      Loop own;
      Log log(*sink_, own);
      for (int i = 0; i < 500; ++i) {
        LogLine(log, Level::info, "line").text("filler", std::string(100, 'x'));
        own.turn(false);
      }
    });
  for (std::thread& thread : threads) thread.join();
  std::istringstream lines(written());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    ASSERT_EQ(line.substr(0, 9), "{\"time\":\"");
    ASSERT_EQ(line.substr(line.size() - 3), "x\"}");
  }
  EXPECT_EQ(count, 2000);
}

// A reader that stalls must not stall the loop: lines wait, then are dropped and counted.
TEST_F(LogTest, ABlockedOutputDropsAndCountsInsteadOfBlocking) {
  int fds[2];
  ASSERT_EQ(pipe2(fds, O_CLOEXEC), 0);
  const Fd reader(fds[0]);
  const Fd writer(fds[1]);
  LogSink blocked(writer.get());
  Log log(blocked, loop_);
  const std::string filler(1000, 'x');
  for (int i = 0; i < 1000; ++i) {
    LogLine(log, Level::info, "line").text("filler", filler);
    loop_.turn(false);
  }
  EXPECT_GT(blocked.dropped_lines(), 0u);
  ASSERT_EQ(fcntl(reader.get(), F_SETFL, O_NONBLOCK), 0);
  std::string text;
  char buffer[65'536];
  for (int idle = 0; idle < 20;) {
    const ssize_t n = ::read(reader.get(), buffer, sizeof(buffer));
    idle = n > 0 ? 0 : idle + 1;
    if (n > 0) text.append(buffer, static_cast<size_t>(n));
    clock_.advance_ms(100);
    loop_.turn(false);
  }
  EXPECT_NE(text.find("\"event\":\"log_lines_dropped\",\"lines\":" +
                      std::to_string(blocked.dropped_lines())),
            std::string::npos);
  const auto lines = static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n'));
  EXPECT_EQ(lines - 1 + blocked.dropped_lines(), 1000u);
}

// The most that a file of this process may grow to, as if its disk were full behind that.
class FullDisk {
 public:
  explicit FullDisk(rlim_t file_bytes) {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{file_bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST_F(LogTest, AFullDiskLosesWholeLinesAndTellsHowMany) {
  Log log(*sink_, loop_);
  const auto say = [&](int line) {
    LogLine(log, Level::info, "line").number("number", line);
    log.write_out();
  };
  say(1);
  {
    const FullDisk full(written().size() + 10);
    for (int line = 2; line <= 5; ++line) say(line);
  }
  EXPECT_EQ(sink_->dropped_lines(), 3u);
  say(6);
  log.write_out();
  std::istringstream lines(written());
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.starts_with("{\"time\":") && line.ends_with("}")) << line;
    all += line.substr(line.find("\"event\":") + 8) + " ";
  }
  EXPECT_EQ(all,
            "\"line\",\"number\":1} \"line\",\"number\":2} \"line\",\"number\":6} "
            "\"log_lines_dropped\",\"lines\":3} ");
}

TEST_F(LogTest, ALineThatTwoFilesShareIsLost) {
  Log log(*sink_, loop_);
  {
    const FullDisk full(10);
    LogLine(log, Level::info, "torn");
    log.write_out();
  }
  std::filesystem::rename(path(), path() + ".1");
  ASSERT_TRUE(sink_->reopen().ok());
  LogLine(log, Level::info, "whole");
  log.write_out();
  EXPECT_EQ(written("log.1").size(), 10u);
  EXPECT_TRUE(written().starts_with("{\"time\":")) << written();
  EXPECT_EQ(sink_->dropped_lines(), 1u);
}

TEST_F(LogTest, LinesThatWaitInVainAreCounted) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const Fd reader(ends[0]);
  const Fd writer(ends[1]);
  while (::write(writer.get(), "x", 1) == 1) {
  }
  LogSink full(writer.get());
  {
    Log log(full, loop_);
    LogLine(log, Level::info, "lost");
    LogLine(log, Level::info, "lost too");
  }
  EXPECT_EQ(full.dropped_lines(), 2u);
}

TEST_F(LogTest, AnOutputThatFailsIsToldOnceOnStandardError) {
  const auto full = LogSink::open_file("/dev/full");
  ASSERT_TRUE(full.ok());
  testing::internal::CaptureStderr();
  {
    Log log(**full, loop_);
    LogLine(log, Level::info, "lost");
    log.write_out();
    LogLine(log, Level::info, "lost too");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "hawser: /dev/full can't be written, lines are lost: No space left on device\n");
  EXPECT_EQ((*full)->dropped_lines(), 2u);
}

TEST(LogLevel, NamesAreParsed) {
  EXPECT_EQ(parse_level("warn").value(), Level::warn);
  EXPECT_FALSE(parse_level("warning").ok());
  EXPECT_EQ(level_name(Level::error), "error");
}

}  // namespace
}  // namespace hawser::core
