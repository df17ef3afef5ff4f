// SPDX-License-Identifier: Apache-2.0
#include "model/event.h"

#include <cstddef>

namespace hawser::model {
namespace {

constexpr std::string_view names[] = {
#define HAWSER_EVENT_KIND(name) #name,
    HAWSER_EVENT_KINDS(HAWSER_EVENT_KIND)
#undef HAWSER_EVENT_KIND
};

}  // namespace

std::string_view name_of(EventKind kind) { return names[static_cast<size_t>(kind)]; }

}  // namespace hawser::model
