// SPDX-License-Identifier: Apache-2.0
#include "relay/trace_context.h"

#include <gtest/gtest.h>

namespace hawser::relay {
namespace {

using message::FieldName;

constexpr std::string_view trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::string_view request_id = "01a21419-3718-713c-a1cf-bb1e2528c2f0";
constexpr std::string_view span_id = "67487f19dbca543b";

TraceContext read(std::initializer_list<std::string_view> parents, std::string_view state = {}) {
  message::Fields fields;
  for (const std::string_view parent : parents) fields.add(FieldName::traceparent, parent);
  if (!state.empty()) fields.add(FieldName::tracestate, state);
  return read_trace_context(fields);
}

std::string parent_of(const TraceContext& trace) {
  message::Fields fields;
  trace.add_parent(fields, request_id, span_id);
  return std::string(fields.get(FieldName::traceparent).value_or("-"));
}

TEST(TraceContext, ATraceIsGoneOnWithUnderANewParent) {
  const TraceContext trace =
      read({"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"}, "congo=t61rcWkgMzE");
  EXPECT_EQ(trace.trace_id_hex, trace_id);
  EXPECT_EQ(trace.state, "congo=t61rcWkgMzE");
  EXPECT_EQ(parent_of(trace), "00-4bf92f3577b34da6a3ce929d0e0e4736-67487f19dbca543b-00");
}

TEST(TraceContext, WithoutOneTheRequestBeginsATraceOfItsOwn) {
  EXPECT_EQ(parent_of(read({})), "00-01a214193718713ca1cfbb1e2528c2f0-67487f19dbca543b-01");
}

TEST(TraceContext, OfALaterVersionWhatIsKnownIsRead) {
  const TraceContext trace =
      read({"cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes"});
  EXPECT_EQ(trace.trace_id_hex, trace_id);
  EXPECT_EQ(parent_of(trace).substr(0, 2), "00");
}

TEST(TraceContext, WhatIsNotValidIsNoTrace) {
  for (const std::string_view parent :
       {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}) {
    EXPECT_EQ(read({parent}, "congo=1").trace_id_hex, "") << parent;
    EXPECT_EQ(read({parent}, "congo=1").state, "") << parent;
  }
  const std::string_view good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(read({good, good}).trace_id_hex, "");
}

TEST(TraceContext, AnOverlongStateIsLeftOut) {
  const TraceContext trace = read({"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
                                  "a=" + std::string(600, 'x'));
  EXPECT_EQ(trace.trace_id_hex, trace_id);
  EXPECT_EQ(trace.state, "");
}

}  // namespace
}  // namespace hawser::relay
