#!/usr/bin/env node
process.stdout.write("pihost: to come\n");
