// SPDX-License-Identifier: Apache-2.0
#include "control/config_countries.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "config/map_reader.h"
#include "control/config_texts.h"

namespace hawser::control {
namespace {

using config::MapReader;
using config::Value;

// ISO 3166-1, and XK, by which the files' makers mean Kosovo.
constexpr std::string_view known_codes =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN "
    "BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ "
    "DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL "
    "GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM "
    "JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME "
    "MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP "
    "NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD "
    "SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO "
    "TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK ";

bool is_country(std::string_view text) {
  return text.size() == 2 && text.find(' ') == text.npos &&
         known_codes.find(text) != known_codes.npos;
}

}  // namespace

bool read_geo(const Value& value, std::shared_ptr<const core::CountryFile>& target) {
  constexpr std::string_view expected = "a file that tells countries, in MaxMind's format";
  MapReader map(value);
  const auto file = map.require("file", expected, "file: countries.mmdb");
  map.finish();
  const auto path = file ? file->path() : std::nullopt;
  if (!path || !value.context().look_at_files) return map.has("file");
  auto opened = core::CountryFile::open(*path);
  if (opened.ok()) {
    target = std::move(opened).value();
  } else {
    file->error_found(fmt::format("{}, which can't be used ({})", *path, opened.error().reason),
                      std::string(expected), "correct the path, or fetch the file anew");
  }
  return true;
}

void read_countries(const Value& value, bool has_geo, std::vector<std::string>& target) {
  if (!has_geo) {
    return value.error_found("`countries` without `geo`", "a file that tells countries",
                             "add `geo: {file: countries.mmdb}` to the file's own keys");
  }
  std::vector<std::string> codes;
  if (!read_texts(value, {"a country by its ISO 3166-1 code, as AT", &is_country}, codes)) return;
  target = std::move(codes);
}

}  // namespace hawser::control
