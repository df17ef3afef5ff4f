# SPDX-License-Identifier: Apache-2.0
"""The lint script sees what the build cannot: each rule, planted in a small tree."""
import pathlib
import subprocess
import sys

import pytest

LAYERS = pathlib.Path(__file__).resolve().parents[2] / "tools/lint.d/layers.py"
SPDX = "// SPDX-License-Identifier: Apache-2.0\n"


def lint(tree):
    return subprocess.run([sys.executable, LAYERS, tree], capture_output=True, text=True, check=False)


def plant(tree, name, text):
    file = tree / name
    file.parent.mkdir(parents=True)
    file.write_text(text)


@pytest.mark.parametrize("name, line", [
    ("engine/core/loop.cc", "#include <uv.h>"),
    ("engine/core/dns.cc", "#include <ares.h>"),
    ("engine/tls/key.cc", "#include <openssl/evp.h>"),
    ("engine/http/h1_reader.cc", "#include <llhttp.h>"),
    ("engine/http/h2_session.cc", "#include <nghttp2/nghttp2.h>"),
    ("engine/channel/frame_codec.cc", '#include "wire/frame_generated.h"'),
    ("engine/control/sqlite_store.cc", "#include <sqlite3.h>"),
    ("engine/config/yaml_tree.cc", "#include <yaml-cpp/yaml.h>"),
    ("tests/tls/key_test.cc", "#include <openssl/evp.h>"),
    ("tests/support/peer.cc", "#include <openssl/ssl.h>"),
    ("fuzz/chunked.cc", "#include <llhttp.h>"),
])
def test_a_library_is_welcome_in_its_own_layer(tmp_path, name, line):
    plant(tmp_path, name, SPDX + line + "\n")
    run = lint(tmp_path)
    assert (run.returncode, run.stdout) == (0, "")


@pytest.mark.parametrize("name, line", [
    ("engine/relay/exchange.cc", '#include "../http/h1_reader.h"'),
    ("engine/http/client.cc", '#include "http/../channel/stream.h"'),
    ("engine/http/client.cc", "#include <uv.h>"),
    ("engine/relay/listener.cc", "# include <uv.h>"),
    ("engine/relay/listener.cc", "#include <openssl/ssl.h>"),
    ("connector/dialer.cc", "#include <openssl/ssl.h>"),
    ("engine/relay/exchange.cc", "#include <llhttp.h>"),
    ("engine/channel/link.cc", "#include <nghttp2/nghttp2.h>"),
    ("engine/relay/dispatcher.cc", "#include <flatbuffers/flatbuffers.h>"),
    ("connector/forwarder.cc", '#include "wire/frame_generated.h"'),
    ("engine/control/config_file.cc", "#include <yaml-cpp/yaml.h>"),
    ("engine/model/app.cc", "#include <sqlite3.h>"),
    ("tests/relay/exchange_test.cc", "#include <uv.h>"),
    ("engine/core/loop.cc", '#include "/usr/include/uv.h"'),
])
def test_a_forbidden_include_is_named_with_file_and_line(tmp_path, name, line):
    plant(tmp_path, name, SPDX + "\n" + line + "\n")
    run = lint(tmp_path)
    assert run.returncode == 1
    assert run.stdout.startswith(f"{name}:3: ")


def test_a_file_without_its_spdx_line_is_found(tmp_path):
    plant(tmp_path, "engine/core/a.cc", "int a;\n")
    assert "no SPDX line" in lint(tmp_path).stdout


def test_a_header_without_pragma_once_is_found(tmp_path):
    plant(tmp_path, "engine/core/a.h", SPDX + "int a();\n")
    assert "#pragma once" in lint(tmp_path).stdout


def test_a_file_that_grew_past_500_lines_is_found(tmp_path):
    plant(tmp_path, "engine/core/a.cc", SPDX + "\n" * 500)
    assert "501 lines" in lint(tmp_path).stdout
