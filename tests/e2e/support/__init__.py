# SPDX-License-Identifier: Apache-2.0
"""The real programs, their peers and the faults in between, as fixtures use them."""
