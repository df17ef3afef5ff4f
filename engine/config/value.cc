// SPDX-License-Identifier: Apache-2.0
#include "config/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/file.h"
#include "config/nearest.h"
#include "model/host.h"
#include "model/ip_network.h"
#include "model/quantity.h"

namespace hawser::config {
namespace {

constexpr size_t errors_kept_limit = 1000;

std::string joined(std::span<const std::string_view> words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

constexpr std::string_view truths[][2] = {
    {"yes", "true"}, {"on", "true"},   {"True", "true"},   {"TRUE", "true"},   {"1", "true"},
    {"no", "false"}, {"off", "false"}, {"False", "false"}, {"FALSE", "false"}, {"0", "false"}};

// A listener's address that isn't one: the way to say what was most likely meant.
std::string address_remedy(const std::string& written, const std::string& reason) {
  const size_t colon = written.rfind(':');
  const std::string port = colon == written.npos ? written : written.substr(colon + 1);
  const std::string host = colon == written.npos ? "" : written.substr(0, colon);
  const bool has_port = model::parse_port(port).ok();
  if (has_port && (host.empty() || host == "*")) return fmt::format("write `\"[::]:{}\"`", port);
  if (has_port && host == "localhost") return fmt::format("write `127.0.0.1:{}`", port);
  if (model::IpAddress::parse(written).ok()) {
    return fmt::format("add the port: `\"{}:8443\"`", model::bracketed_host(written));
  }
  return reason;
}

std::string range_remedy(bool too_small, const std::string& least, const std::string& most) {
  return too_small ? fmt::format("the least is `{}`", least)
                   : fmt::format("the most is `{}`", most);
}

}  // namespace

void Value::error(std::string expected, std::string remedy) const {
  error_found(describe(*node_), std::move(expected), std::move(remedy));
}

void Value::error_found(std::string found, std::string expected, std::string remedy) const {
  if (node_->kind == YamlNode::Kind::refused) return;
  if (context_->errors.size() >= errors_kept_limit) return;
  context_->errors.push_back(
      {context_->file, node_->at, key_, std::move(found), std::move(expected), std::move(remedy)});
}

void Value::error_not_available(std::string expected) const {
  error(std::move(expected), "this is " + std::string(not_available));
}

std::optional<std::string> Value::text(std::string_view expected) const {
  if (node_->kind == YamlNode::Kind::scalar && !node_->text.empty()) return node_->text;
  error(std::string(expected));
  return std::nullopt;
}

bool Value::is_plain_scalar(std::string_view expected) const {
  if (node_->kind != YamlNode::Kind::scalar) {
    error(std::string(expected));
    return false;
  }
  if (!node_->quoted) return true;
  error_found("the text " + describe(*node_), std::string(expected), "remove the quotes");
  return false;
}

std::optional<bool> Value::flag() const {
  if (!is_plain_scalar("true or false")) return std::nullopt;
  if (node_->text == "true") return true;
  if (node_->text == "false") return false;
  std::string remedy;
  for (const auto& [written, meant] : truths) {
    if (node_->text == written) remedy = fmt::format("write `{}`", meant);
  }
  error("true or false", remedy);
  return std::nullopt;
}

std::optional<uint64_t> Value::count(uint64_t least, uint64_t most) const {
  const std::string expected = fmt::format("a whole number from {} to {}", least, most);
  if (!is_plain_scalar(expected)) return std::nullopt;
  const std::string& digits = node_->text;
  uint64_t number = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool is_number = code == std::errc{} && end == digits.data() + digits.size() &&
                         (digits.size() == 1 || digits[0] != '0');
  if (is_number && number >= least && number <= most) return number;
  error(expected, is_number
                      ? range_remedy(number < least, std::to_string(least), std::to_string(most))
                      : "write digits alone, without a sign or a unit");
  return std::nullopt;
}

std::optional<uint64_t> Value::size_bytes(uint64_t least, uint64_t most) const {
  const std::string expected =
      fmt::format("a size from {} to {}", model::format_size(least), model::format_size(most));
  auto size = parsed<uint64_t>(&model::parse_size_bytes, expected);
  if (!size || (*size >= least && *size <= most)) return size;
  error(expected, range_remedy(*size < least, model::format_size(least), model::format_size(most)));
  return std::nullopt;
}

std::optional<uint64_t> Value::duration_ms(uint64_t least, uint64_t most, bool may_be_off) const {
  if (may_be_off && is_word("off")) return 0;
  const std::string expected =
      fmt::format("a duration from {} to {}{}", model::format_duration(least),
                  model::format_duration(most), may_be_off ? ", or off" : "");
  if (is_word("off")) {
    error(expected, "this one can't be off");
    return std::nullopt;
  }
  auto duration = parsed<uint64_t>(&model::parse_duration_ms, expected);
  if (!duration || (*duration >= least && *duration <= most)) return duration;
  error(expected, range_remedy(*duration < least, model::format_duration(least),
                               model::format_duration(most)));
  return std::nullopt;
}

std::optional<size_t> Value::choice(std::span<const std::string_view> words) const {
  const std::string expected = joined(words);
  const auto written = text(expected);
  if (!written) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), *written);
  if (found != words.end()) return static_cast<size_t>(found - words.begin());
  const std::string_view near = nearest(*written, words);
  error(expected,
        near.empty() ? "choose one of these words" : fmt::format("did you mean `{}`?", near));
  return std::nullopt;
}

std::optional<std::string> Value::path() const {
  const auto written = text("a path");
  if (!written) return std::nullopt;
  if (written->front() != '~') return absolute_path(context_->folder, *written);
  error("a path", "write it in full: nobody's home is looked up");
  return std::nullopt;
}

std::optional<core::Address> Value::ip_address() const {
  constexpr std::string_view expected = "an IP address and a port, such as \"[::]:8443\"";
  if (node_->kind == YamlNode::Kind::list) {
    error(std::string(expected), "put quotes around it");
    return std::nullopt;
  }
  const auto written = text(expected);
  if (!written) return std::nullopt;
  const auto place = model::HostPort::parse(*written);
  std::string reason =
      place.ok() ? "a name can't be listened on: write its address" : place.error().reason;
  if (place.ok() && model::IpAddress::parse(place->host).ok()) {
    auto address = core::Address::from_ip(place->host, place->port);
    if (address.ok()) return *address;
    reason = address.error().reason;
  }
  error(std::string(expected), address_remedy(*written, reason));
  return std::nullopt;
}

std::optional<std::vector<Value>> Value::list() const {
  if (node_->kind != YamlNode::Kind::list) {
    error("a list", node_->kind == YamlNode::Kind::null ? "write `[]` for an empty one"
                                                        : "put it in brackets: [ ]");
    return std::nullopt;
  }
  std::vector<Value> values;
  values.reserve(node_->items.size());
  for (size_t i = 0; i < node_->items.size(); ++i) {
    values.emplace_back(node_->items[i], fmt::format("{}[{}]", key_, i), *context_);
  }
  return values;
}

bool Value::is_word(std::string_view word) const {
  return node_->kind == YamlNode::Kind::scalar && node_->text == word;
}

bool Value::is_empty() const {
  return node_->kind != YamlNode::Kind::scalar && node_->kind != YamlNode::Kind::refused &&
         node_->items.empty() && node_->entries.empty();
}

}  // namespace hawser::config
