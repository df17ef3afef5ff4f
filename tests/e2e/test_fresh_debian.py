# SPDX-License-Identifier: Apache-2.0
"""README's two commands, on a Debian 12 that has nothing but its base."""
import pytest

from support.fresh_debian import FreshDebian

pytestmark = [pytest.mark.long, pytest.mark.large]


@pytest.fixture(scope="module")
def debian(tmp_path_factory):
    return FreshDebian(tmp_path_factory.mktemp("debian"))


def test_one_command_sets_up_and_serves_the_first_application(debian):
    done = debian.run("tools/quickstart --once")
    assert done.returncode == 0, done.stdout[-5000:]


def test_what_was_installed_serves_nobody_at_the_next_boot(debian):
    done = debian.run("tools/setup run && ls /etc/rc?.d/ && ! ls /etc/rc?.d/S*nginx && ! ls /usr/sbin/policy-rc.d")
    assert done.returncode == 0, done.stdout[-5000:]


def test_the_test_command_passes(debian):
    done = debian.run("tools/test")
    assert done.returncode == 0, done.stdout[-5000:]
