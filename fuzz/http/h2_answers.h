// SPDX-License-Identifier: Apache-2.0
// H2Answers: what an HTTP/2 session of ours wrote: on each stream heads, content and one end, and
// nothing behind it. Owner: the harness. Thread: the harness's.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "http/h2_frames.h"
#include "support/check.h"

namespace hawser::fuzz {

class H2Answers {
 public:
  // All that was written so far.
  void read(std::string_view written) {
    const auto& lines = frames_.read(written);
    for (; seen_ < lines.size(); ++seen_) check(lines[seen_]);
  }

 private:
  void check(const std::string& line) {
    const size_t blank = line.find(' ');
    const std::string_view what = std::string_view(line).substr(0, blank);
    if (what != "HEADERS" && what != "DATA" && what != "RST_STREAM") return;
    const std::string_view rest = std::string_view(line).substr(blank + 1);
    const std::string id(rest.substr(0, rest.find(' ')));
    bool& ended = ended_[id];
    if (what == "RST_STREAM") {
      require(!reset_[id], "a stream is reset once", line);
      reset_[id] = true;
      return;
    }
    require(!reset_[id] && !ended, "nothing stands behind a stream's end", line);
    require(line.find('?') == std::string::npos, "a header section can be read", line);
    ended = line.ends_with(" END");
  }

  test::FrameReader frames_;
  std::map<std::string, bool> ended_;
  std::map<std::string, bool> reset_;
  size_t seen_ = 0;
};

}  // namespace hawser::fuzz
