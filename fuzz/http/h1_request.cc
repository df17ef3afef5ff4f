// SPDX-License-Identifier: Apache-2.0
// h1_request: a client's bytes. However they are cut, the same requests are read; and each that is
// written anew, as for an origin, is read there as the same request and leaves nothing over.
#include "http/h1_readings.h"
#include "http/h1_written.h"

namespace hawser::fuzz {
namespace {

// Planted: the second copy loses fields without a value.
RequestReading maybe_faulty(RequestReading reading) {
  if (!planted_fault) return reading;
  for (ReadRequest& request : reading.messages)
    request.head.fields.remove_if(
        [](const message::FieldView& field) { return field.value.empty(); });
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using hawser::http::H1RequestReader;
  const std::string_view bytes = view_of(data, size);
  const RequestReading whole =
      RequestReadingMaker().read(bytes, Cut::whole, H1RequestReader::unlimited);
  const RequestReading octets = RequestReadingMaker().read(bytes, Cut::octets, 1);
  const RequestReading scattered = RequestReadingMaker().read(bytes, Cut::scattered, 7);
  require_same(whole.text(), octets.text(), "whole and octet by octet, the same is read");
  require_same(whole.text(), scattered.text(), "whole and in pieces, the same is read");
  for (const ReadRequest& request : whole.messages)
    if (request.complete) check_written_anew(request, maybe_faulty);
  return 0;
}

}  // namespace hawser::fuzz
