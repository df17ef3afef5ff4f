// SPDX-License-Identifier: Apache-2.0
#include "way/connector_side.h"

#include <string>
#include <utility>

#include "connector/connector_worker.h"
#include "core/check.h"
#include "model/identity.h"
#include "way/engine_side.h"

namespace hawser::bench {

namespace {

constexpr size_t channels = 2;
constexpr auto up_within = std::chrono::seconds(10);

connector::UplinkSecurity security(const test::TestAuthority& authority) {
  const auto id = model::Uuid::parse(connector_id).value();
  tls::ClientOptions options;
  options.tls13_only = true;
  options.alpn = {std::string(model::channel_alpn)};
  options.trust_pem = authority.certificate_pem();
  options.certificate =
      authority.channel_peer(model::connector_uri(trust_domain, model::default_tenant, id));
  return {tls::Context::client(options).value(), trust_domain};
}

}  // namespace

class ConnectorSide::Parts final : private connector::WorkerReports {
 public:
  Parts(Side& side, const connector::UplinkSecurity& security, const core::Address& engine,
        std::promise<void>& up)
      : up_(up), worker_(side.loop(), side.sink(), registry_, metric_ids_, {}, *this) {
    worker_.secure(security);
    for (size_t i = 0; i < channels; ++i) worker_.dial({i + 1, 0, engine, 0});
  }

 private:
  void on_channel_established(uint64_t, const channel::Welcome&) override {
    if (++established_ == channels) up_.set_value();
  }
  void on_channel_lost(uint64_t, const std::string&) override {}
  void on_config(const model::ConfigAnswer&) override {}
  void on_drained() override {}

  std::promise<void>& up_;
  size_t established_ = 0;
  core::MetricRegistry registry_;
  connector::WorkerMetricIds metric_ids_{registry_};
  connector::ConnectorWorker worker_;
};

ConnectorSide::ConnectorSide(const test::TestAuthority& authority, const core::Address& engine) {
  std::promise<void> up;
  const connector::UplinkSecurity secured = security(authority);
  side_.start([&] { parts_ = std::make_unique<Parts>(side_, secured, engine, up); });
  HAWSER_ASSERT(up.get_future().wait_for(up_within) == std::future_status::ready);
}

ConnectorSide::~ConnectorSide() {
  side_.stop([this] { parts_.reset(); });
}

}  // namespace hawser::bench
