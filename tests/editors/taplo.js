// Serves the taplo language server over standard input and output.
//
// The package has no program of its own: it takes and gives messages as objects. This frames them as the
// language server protocol wants them, and lends the server the files of the disk, never the network.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { fileURLToPath } = require("node:url");
const { TaploLsp } = require("@taplo/lsp");

const CONFIGS = [".taplo.toml", "taplo.toml"];

const environment = {
  now: () => new Date(),
  envVar: (name) => process.env[name],
  envVars: () => Object.entries(process.env),
  stdErrAtty: () => false,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  glob: () => [],
  readFile: async (file) => fs.promises.readFile(file),
  writeFile: async () => {},
  // Asked of every address, also of those that are no files.
  urlToFilePath: (url) => (url.startsWith("file:") ? fileURLToPath(url) : ""),
  isAbsolute: (file) => path.isAbsolute(file),
  cwd: () => process.cwd(),
  findConfigFile: (folder) =>
    CONFIGS.map((name) => path.join(folder, name)).find((file) => fs.existsSync(file)),
};

function write(message) {
  const body = Buffer.from(JSON.stringify(message));
  process.stdout.write(`Content-Length: ${body.length}\r\n\r\n`);
  process.stdout.write(body);
}

// The server leaves `null` params where the protocol wants none, and its messages as maps.
function plain(value) {
  return JSON.parse(JSON.stringify(value, (_, part) => (part instanceof Map ? Object.fromEntries(part) : part)));
}

async function main() {
  globalThis.fetch = async (request) => {
    throw new Error(`no network here: ${request.url ?? request}`);
  };
  const server = await TaploLsp.initialize(environment, { onMessage: (message) => write(plain(message)) });
  let waiting = Buffer.alloc(0);
  process.stdin.on("data", (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (;;) {
      const end = waiting.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = /Content-Length: (\d+)/i.exec(waiting.subarray(0, end).toString());
      const start = end + 4;
      const stop = start + Number(length[1]);
      if (waiting.length < stop) return;
      const message = JSON.parse(waiting.subarray(start, stop).toString());
      waiting = waiting.subarray(stop);
      if (message.method === "exit") process.exit(0);
      server.send(message);
    }
  });
  process.stdin.on("end", () => process.exit(0));
}

main();
