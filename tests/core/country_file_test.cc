// SPDX-License-Identifier: Apache-2.0
#include "core/country_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <string>

#include "core/address.h"
#include "support/country_db.h"
#include "support/temp_folder.h"

namespace hawser::core {
namespace {

using testing::HasSubstr;
using Opened = Result<std::shared_ptr<const CountryFile>>;

class Countries : public testing::Test {
 protected:
  std::string write(const std::string& bytes) {
    std::ofstream(path(), std::ios::binary) << bytes;
    return path();
  }
  std::string path() const { return folder / "countries.mmdb"; }
  static std::string_view country(const CountryFile& file, std::array<uint8_t, 4> address) {
    return file.country_of(address);
  }

  test::TempFolder folder;
  test::CountryDb db{{{"192.0.2.0/24", "AT"},
                      {"192.0.2.128/25", "DE"},
                      {"198.51.100.7/32", "FR"},
                      {"2001:db8::/32", "IT"}}};
};

TEST_F(Countries, AnAddressIsInTheNarrowestNetworkThatHasIt) {
  for (const int bits : {24, 28, 32}) {
    db.record_bits = bits;
    const Opened file = CountryFile::open(write(db.bytes()));
    ASSERT_TRUE(file) << file.error().reason;
    EXPECT_EQ(country(**file, {192, 0, 2, 1}), "AT");
    EXPECT_EQ(country(**file, {192, 0, 2, 200}), "DE");
    EXPECT_EQ(country(**file, {198, 51, 100, 7}), "FR");
    EXPECT_EQ(country(**file, {198, 51, 100, 8}), "") << "in no country";
    const std::array<uint8_t, 16> ipv6{0x20, 0x01, 0x0d, 0xb8, 0, 1};
    EXPECT_EQ((*file)->country_of(ipv6), "IT");
    EXPECT_EQ((*file)->country_of(std::array<uint8_t, 16>{0xfd}), "");
  }
}

TEST_F(Countries, AFileOfIpv4KnowsNoIpv6) {
  db.ipv6 = false;
  db.networks.pop_back();
  const Opened file = CountryFile::open(write(db.bytes()));
  ASSERT_TRUE(file) << file.error().reason;
  EXPECT_EQ(country(**file, {192, 0, 2, 1}), "AT");
  EXPECT_EQ((*file)->country_of(std::array<uint8_t, 16>{0x20, 0x01, 0x0d, 0xb8}), "");
}

TEST_F(Countries, OtherMakersSpellItShorter) {
  db.by_maxmind = false;
  const Opened file = CountryFile::open(write(db.bytes()));
  ASSERT_TRUE(file) << file.error().reason;
  EXPECT_EQ(country(**file, {192, 0, 2, 1}), "AT");
}

TEST_F(Countries, WhatIsNoCodeIsNoCountry) {
  db.networks = {{"192.0.2.0/24", "AT"}, {"198.51.100.0/24", "at"}, {"203.0.113.0/24", "Austria"}};
  const Opened file = CountryFile::open(write(db.bytes()));
  ASSERT_TRUE(file) << file.error().reason;
  EXPECT_EQ(country(**file, {198, 51, 100, 1}), "");
  EXPECT_EQ(country(**file, {203, 0, 113, 1}), "");
}

TEST_F(Countries, AFileThatTellsNoCountryIsRefused) {
  db.networks = {{"192.0.2.0/24", "network"}};
  const Opened file = CountryFile::open(write(db.bytes()));
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().reason, HasSubstr("tells no address's country"));
}

TEST_F(Countries, WhatIsNoSuchFileIsRefusedInWords) {
  EXPECT_THAT(CountryFile::open(folder / "nowhere").error().reason, HasSubstr("No such file"));
  EXPECT_THAT(CountryFile::open(folder.path()).error().reason, HasSubstr("it is no file"));
  EXPECT_THAT(CountryFile::open(write("")).error().reason, HasSubstr("empty"));
  EXPECT_THAT(CountryFile::open(write("AT,192.0.2.0/24\n")).error().reason,
              HasSubstr("no database in MaxMind's format"));
}

TEST_F(Countries, WhatHappensToTheFileLaterDoesNotMatter) {
  const Opened file = CountryFile::open(write(db.bytes()));
  ASSERT_TRUE(file);
  write("");
  EXPECT_EQ(country(**file, {192, 0, 2, 1}), "AT");
}

// Whatever a file holds, it is refused or gives an answer.
TEST_F(Countries, EveryCutAndEveryFlippedBitEndsInAnAnswer) {
  const std::string bytes = db.bytes();
  const auto ask = [&](const std::string& changed) {
    const Opened file = CountryFile::open(write(changed));
    if (!file) return;
    for (const auto last : std::array<uint8_t, 5>{0, 1, 128, 200, 255})
      EXPECT_THAT(country(**file, {192, 0, 2, last}).size(), testing::AnyOf(0, 2));
    EXPECT_THAT((*file)->country_of(std::array<uint8_t, 16>{0x20, 0x01, 0x0d, 0xb8}).size(),
                testing::AnyOf(0, 2));
  };
  for (size_t length = 0; length < bytes.size(); length += 5) ask(bytes.substr(0, length));
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (const auto bit : std::array<uint8_t, 2>{1, 64}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(static_cast<uint8_t>(changed[at]) ^ bit);
      ask(changed);
    }
  }
}

}  // namespace
}  // namespace hawser::core
