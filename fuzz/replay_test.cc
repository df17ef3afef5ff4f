// SPDX-License-Identifier: Apache-2.0
// Each harness on each of its seeds, without a fuzzer: what was found once is not found again.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

namespace {

struct Harness {
  const char* name;
  int (*run)(const uint8_t* data, size_t size);
};
void PrintTo(const Harness& shown, std::ostream* out) { *out << shown.name; }

}  // namespace

#include "replay_table.inc"  // the harnesses

namespace {

std::vector<std::filesystem::path> seeds_of(const std::string& name) {
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(HAWSER_FUZZ_SEEDS) + "/" + name, none))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

class FuzzSeeds : public testing::TestWithParam<Harness> {};

TEST_P(FuzzSeeds, KeepTheirPromises) {
  const auto files = seeds_of(GetParam().name);
  ASSERT_FALSE(files.empty()) << "no seed in " << HAWSER_FUZZ_SEEDS << "/" << GetParam().name;
  for (const auto& path : files) {
    std::printf("%s\n", path.c_str());  // a promise that does not hold ends the process here
    std::fflush(stdout);
    std::ifstream file(path, std::ios::binary);
    // Exactly its bytes: what reads beyond them is seen by the address sanitizer.
    const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(GetParam().run(bytes.data(), bytes.size()), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Harness, FuzzSeeds, testing::ValuesIn(harnesses),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
