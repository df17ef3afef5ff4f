// SPDX-License-Identifier: Apache-2.0
// Where a browser would go: the JSON of [[base, location], …] on standard input, their URLs as the WHATWG's parser reads
// them on standard output.
"use strict";
const pairs = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(pairs.map(([base, location]) => new URL(location, base).href)));
