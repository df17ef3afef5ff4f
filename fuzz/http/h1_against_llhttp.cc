// SPDX-License-Identifier: Apache-2.0
// h1_against_llhttp: HTTP/1 messages; the first octet says which: requests, or the responses to
// what. Each that our readers take is one message for llhttp alone, too, in its strict mode: the
// same start line, fields, content and trailers, and the same last octet, however it is cut.
#include <llhttp.h>

#include <algorithm>
#include <string>

#include "http/chunked_decoder.h"
#include "http/h1_readings.h"
#include "message/characters.h"

namespace hawser::fuzz {
namespace {

// What llhttp makes of one message.
class OtherReading {
 public:
  OtherReading(llhttp_type_t type, bool no_content) : no_content_(no_content) {
    llhttp_settings_init(&settings_);
    settings_.on_url = append<&OtherReading::target>;
    settings_.on_status = append<&OtherReading::reason>;
    settings_.on_body = append<&OtherReading::body>;
    settings_.on_header_field = append<&OtherReading::name_>;
    settings_.on_header_value = append<&OtherReading::value_>;
    settings_.on_header_value_complete = on_field;
    settings_.on_headers_complete = on_head_end;
    settings_.on_message_complete = on_end;
    llhttp_init(&parser, type, &settings_);
    parser.data = this;
  }
  OtherReading(const OtherReading&) = delete;
  OtherReading& operator=(const OtherReading&) = delete;

  // False: it refuses them.
  bool feed(std::string_view bytes, Cut cut) {
    PiecePool pool;
    bool good = true;
    in_pieces(pool, bytes, cut, [&](const core::Slice& piece) {
      const std::string_view view = piece.view();
      const llhttp_errno_t verdict = llhttp_execute(&parser, view.data(), view.size());
      good = verdict == HPE_OK || (verdict == HPE_PAUSED_UPGRADE && ended);
      return good && verdict == HPE_OK;
    });
    return good;
  }
  bool finish() { return llhttp_finish(&parser) == HPE_OK; }

  llhttp_t parser{};
  std::string target;
  std::string reason;
  std::string fields;
  std::string body;
  std::string trailers;
  bool chunked = false;
  bool ended = false;

 private:
  static OtherReading& self_of(llhttp_t* parser) {
    return *static_cast<OtherReading*>(parser->data);
  }
  template <std::string OtherReading::*member>
  static int append(llhttp_t* parser, const char* at, size_t size) {
    (self_of(parser).*member).append(at, size);
    return 0;
  }
  static int on_field(llhttp_t* parser) {
    OtherReading& self = self_of(parser);
    std::string& into = self.head_ended_ ? self.trailers : self.fields;
    const message::FieldView field{message::find_field_name(self.name_), self.name_, self.value_};
    const bool left_out = self.head_ended_ && !http::allowed_in_trailers(field);
    // Our readers keep what frames a message apart.
    if (!left_out && !message::equals_ignoring_case(self.name_, "Transfer-Encoding") &&
        !message::equals_ignoring_case(self.name_, "Content-Length"))
      into.append(self.name_).append(": ").append(message::trim_blanks(self.value_)).append("\n");
    self.name_.clear();
    self.value_.clear();
    return 0;
  }
  static int on_head_end(llhttp_t* parser) {
    self_of(parser).head_ended_ = true;
    // llhttp leaves it to its user that nothing follows a 304's head, whatever length that tells
    // (RFC 9112 6.3).
    const bool not_modified = parser->type == HTTP_RESPONSE && parser->status_code == 304;
    const bool no_content = self_of(parser).no_content_ || not_modified;
    self_of(parser).chunked = !no_content && (parser->flags & F_CHUNKED) != 0;
    return no_content ? 1 : 0;
  }
  static int on_end(llhttp_t* parser) {
    require(!self_of(parser).ended, "one message, and not two");
    self_of(parser).ended = true;
    return 0;
  }

  llhttp_settings_t settings_{};
  bool no_content_;
  bool head_ended_ = false;
  std::string name_;
  std::string value_;
};

// llhttp knows no later minor version, and takes no tab for the blank before some values.
std::string for_llhttp(std::string_view bytes, size_t head_bytes, bool response) {
  std::string text(bytes);
  const auto head_end = text.begin() + static_cast<ptrdiff_t>(std::min(head_bytes, text.size()));
  std::replace(text.begin(), head_end, '\t', ' ');
  const size_t line = text.find_first_not_of("\r\n");
  const size_t version =
      response ? text.find("HTTP/1.", line) : text.rfind("HTTP/1.", text.find('\r', line));
  if (version != std::string::npos && text[version + 7] != '0') text[version + 7] = '1';
  return text;
}

// Our text, with spaces where the other reading was given them for tabs.
std::string spaced(std::string text) {
  std::replace(text.begin(), text.end(), '\t', ' ');
  return text;
}

// Planted: of two fields with one name, the second is lost.
std::string fields_of(const message::Fields& fields) {
  message::Fields told;
  fields.for_each([&](const message::FieldView& field) {
    if (field.id == message::FieldName::content_length) return;
    if (!planted_fault || told.count(field.name) == 0) told.add(field.name, field.value);
  });
  return spaced(text_of(told));
}

template <class Head>
void check_content(const ReadMessage<Head>& message, const OtherReading& other) {
  using Kind = message::BodyLength::Kind;
  const message::BodyLength length = message.head.body_length;
  require(other.chunked == (length.kind == Kind::unknown), "the same transfer coding");
  require_same(other.fields, fields_of(message.head.fields), "the same fields");
  require_same(other.body, message.body, "the same content");
  require_same(other.trailers, text_of(message.trailers), "the same trailers");
}

// Feeds all but the last octet, and then that.
template <class Head>
void feed_to_the_end(OtherReading& other, const ReadMessage<Head>& message, std::string_view bytes,
                     Cut cut, bool response) {
  const std::string_view own = bytes.substr(message.begin, message.end - message.begin);
  const size_t head_bytes = own.find("\r\n\r\n");
  const std::string text = for_llhttp(own, head_bytes, response);
  require(!text.empty(), "a message has an octet");
  const std::string_view all = text;
  require(other.feed(all.substr(0, all.size() - 1), cut), "llhttp takes it too", all);
  require(!other.ended, "it has not ended before its last octet", all);
  require(other.feed(all.substr(all.size() - 1), cut), "llhttp takes its last octet too", all);
}

void check_request(const ReadRequest& request, std::string_view bytes, Cut cut) {
  OtherReading other(HTTP_REQUEST, false);
  feed_to_the_end(other, request, bytes, cut, false);
  require(other.ended, "it ends with its last octet", bytes);
  require_same(llhttp_method_name(static_cast<llhttp_method_t>(other.parser.method)),
               request.head.method_text(), "the same method");
  std::string target;
  request.head.target.append_path_and_query(target);
  if (request.head.target.form == message::TargetForm::authority)
    target = request.head.target.authority.raw;
  if (request.head.target.form == message::TargetForm::absolute) {
    // An absolute form may lack its path.
    const std::string authority = "://" + request.head.target.authority.raw;
    const size_t at = other.target.find(authority);
    require(at != std::string::npos, "the same authority", other.target);
    other.target = other.target.substr(at + authority.size());
    if (!other.target.starts_with('/')) other.target.insert(0, "/");
  }
  require_same(other.target, target, "the same target");
  check_content(request, other);
}

void check_response(const ReadResponse& response, message::Method method, std::string_view bytes,
                    Cut cut) {
  if (response.upgraded) return;  // nothing of HTTP follows
  OtherReading other(HTTP_RESPONSE, method == message::Method::head);
  feed_to_the_end(other, response, bytes, cut, true);
  const bool until_close = response.head.body_length.kind == message::BodyLength::Kind::until_close;
  require(other.ended != until_close || response.head.is_interim(), "the same end", bytes);
  if (!other.ended) require(other.finish() && other.ended, "the same end with the connection");
  require(other.parser.status_code == response.head.status, "the same status", bytes);
  require_same(other.reason, spaced(response.head.reason), "the same reason phrase");
  check_content(response, other);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static constexpr hawser::message::Method asked[] = {
      hawser::message::Method::get, hawser::message::Method::head, hawser::message::Method::post};
  if (size == 0) return 0;
  const std::string_view bytes = view_of(data + 1, size - 1);
  if ((data[0] & 0x80) == 0) {
    const auto read =
        RequestReadingMaker().read(bytes, Cut::whole, hawser::http::H1RequestReader::unlimited);
    for (const ReadRequest& request : read.messages)
      for (const Cut cut : all_cuts)
        if (request.complete) check_request(request, bytes, cut);
    return 0;
  }
  const auto method = asked[data[0] % std::size(asked)];
  const auto read = ResponseReadingMaker().read(bytes, method, (data[0] & 4) != 0, Cut::whole,
                                                hawser::http::H1ResponseReader::unlimited);
  for (const ReadResponse& response : read.messages)
    for (const Cut cut : all_cuts)
      if (response.complete) check_response(response, method, bytes, cut);
  return 0;
}

}  // namespace hawser::fuzz
